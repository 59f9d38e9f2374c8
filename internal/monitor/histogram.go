package monitor

import (
	"cmp"
	"math"
	"slices"
)

// Quantile estimates the q-quantile, 0 to 1, as Prometheus' histogram_quantile does:
// linear within a bucket, the highest finite bound for what lies above it. It is nil
// when there are no observations or no buckets.
func (h *Histogram) Quantile(q float64) *float64 {
	if h == nil || h.Count == 0 || len(h.Buckets) == 0 {
		return nil
	}

	rank := q * float64(h.Count)
	lower, below := 0.0, uint64(0)

	for _, b := range h.Buckets {
		upper := float64(b.UpperBound)
		if math.IsInf(upper, 1) {
			continue
		}

		if float64(b.Count) >= rank {
			value := upper
			if within := float64(b.Count - below); within > 0 {
				value = lower + (upper-lower)*(rank-float64(below))/within
			}

			return &value
		}

		lower, below = upper, b.Count
	}

	return &lower
}

// finest is the first bound, nil when there is none.
func (h *Histogram) finest() *float64 {
	if h == nil || len(h.Buckets) == 0 || math.IsInf(float64(h.Buckets[0].UpperBound), 1) {
		return nil
	}

	return new(float64(h.Buckets[0].UpperBound))
}

// sumHistograms adds histograms up, bucket by bucket; nil when there is none.
func sumHistograms(metrics []Metric) *Histogram {
	var sum *Histogram

	for _, metric := range metrics {
		h := metric.Histogram

		switch {
		case h == nil:
		case sum == nil:
			sum = &Histogram{Count: h.Count, Sum: h.Sum, Buckets: slices.Clone(h.Buckets)}
		default:
			sum.Count += h.Count
			sum.Sum += h.Sum
			sum.add(h.Buckets)
		}
	}

	return sum
}

func (h *Histogram) add(buckets []Bucket) {
	for _, bucket := range buckets {
		i, found := slices.BinarySearchFunc(h.Buckets, bucket.UpperBound, func(b Bucket, bound Number) int { return cmp.Compare(b.UpperBound, bound) })
		if found {
			h.Buckets[i].Count += bucket.Count
		} else {
			h.Buckets = slices.Insert(h.Buckets, i, bucket)
		}
	}
}
