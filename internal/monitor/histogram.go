package monitor

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// Histogram is a Prometheus histogram; Buckets are cumulative and sorted by bound. A
// summary has none. Counts need not be whole: a federated one may be a rate.
type Histogram struct {
	Count   Number   `json:"count"`
	Sum     Number   `json:"sum"`
	Buckets []Bucket `json:"buckets"`

	// counted reports whether the page had a line for Count.
	counted bool
}

// Bucket counts the observations up to and including UpperBound, in the metric's unit;
// the last bound is infinite, in JSON null.
type Bucket struct {
	UpperBound Number `json:"le"`
	Count      Number `json:"count"`
}

// finish sorts what was put together line by line. A count without a line of its own is
// that of the bucket that has everything.
func (h *Histogram) finish() {
	if h == nil {
		return
	}

	slices.SortStableFunc(h.Buckets, func(a, b Bucket) int { return cmp.Compare(a.UpperBound, b.UpperBound) })

	if n := len(h.Buckets); !h.counted && n > 0 && math.IsInf(float64(h.Buckets[n-1].UpperBound), 1) {
		h.Count = h.Buckets[n-1].Count
	}
}

// Quantile estimates the q-quantile, 0 to 1, exactly as histogram_quantile of Prometheus 3
// does (promql/quantile.go, BucketQuantile): linear within a bucket, the highest finite
// bound for what lies above it. It is nil when there are no observations, no bucket beside
// the infinite one, or no infinite one.
func (h *Histogram) Quantile(q float64) *float64 {
	if h == nil || len(h.Buckets) == 0 {
		return nil
	}

	buckets := monotonic(h.Buckets)

	last := len(buckets) - 1
	if last < 1 || !math.IsInf(float64(buckets[last].UpperBound), 1) || buckets[last].Count == 0 {
		return nil
	}

	rank := Number(q) * buckets[last].Count
	i := sort.Search(last, func(i int) bool { return buckets[i].Count >= rank })

	var lower, below Number

	switch {
	case i == last:
		return numberOrNil(buckets[last-1].UpperBound)
	case i > 0:
		lower, below = buckets[i-1].UpperBound, buckets[i-1].Count
	case buckets[0].UpperBound <= 0:
		return numberOrNil(buckets[0].UpperBound)
	}

	return numberOrNil(lower + (buckets[i].UpperBound-lower)*((rank-below)/(buckets[i].Count-below)))
}

func numberOrNil(n Number) *float64 {
	if !finite(float64(n)) {
		return nil
	}

	return new(float64(n))
}

// monotonic returns one bucket a bound, none with less than the one before: what is read
// while it is written may have that, and sums of floats differ by a little.
func monotonic(buckets []Bucket) []Bucket {
	out := make([]Bucket, 0, len(buckets))

	for _, b := range buckets {
		if n := len(out); n > 0 && out[n-1].UpperBound == b.UpperBound {
			out[n-1].Count += b.Count
		} else {
			out = append(out, b)
		}
	}

	for i := 1; i < len(out); i++ {
		if before := out[i-1].Count; out[i].Count < before || almostEqual(before, out[i].Count) {
			out[i].Count = before
		}
	}

	return out
}

// almostEqual reports whether counts differ by no more than adding up floats may.
func almostEqual(a, b Number) bool {
	const tolerance = 1e-12

	return math.Abs(float64(a-b)) < tolerance*(math.Abs(float64(a))+math.Abs(float64(b)))
}

// finest is the first bound, nil when there is none.
func (h *Histogram) finest() *float64 {
	if h == nil || len(h.Buckets) == 0 {
		return nil
	}

	return numberOrNil(h.Buckets[0].UpperBound)
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
			sum.Buckets = append(sum.Buckets, h.Buckets...) // Those of one bound are added up when it is read.
		}
	}

	if sum != nil {
		sum.counted = true
		sum.finish()
	}

	return sum
}
