package monitor

import (
	"slices"
	"time"
)

const (
	// metricEvery is the time between two points of a family of metrics.
	metricEvery = time.Minute
	// metricPoints is how many of them are remembered: an hour.
	metricPoints = int(window / metricEvery)
)

// families remember in memory alone how the families of metrics moved in the last hour.
type families struct {
	at     time.Time
	totals map[string]float64
	series map[string]Series
}

func newFamilies() *families { return &families{series: map[string]Series{}} }

// look adds a point to each family when it is time for one, and returns them all: the
// value of a gauge, the growth since the point before of what only grows, each summed up
// over the family's series.
func (f *families) look(metrics Part[Metrics], now time.Time) map[string]Series {
	if metrics.Stale() || now.Sub(f.at) < metricEvery {
		return f.series
	}

	// Readers of older snapshots hold the older map and its slices.
	next, totals := map[string]Series{}, map[string]float64{}
	missed := !f.at.IsZero() && now.Sub(f.at) > 3*metricEvery

	for _, family := range metrics.Value.Families {
		total := family.total()
		totals[family.Name] = total
		series := f.series[family.Name]

		if missed && len(series) > 0 {
			series = append(slices.Clip(series), Point{At: f.at.Add(metricEvery)})
		}

		if value, ok := f.value(family, total); ok {
			series = append(slices.Clip(series), Point{At: now, Value: &value})
		}

		next[family.Name] = series[max(0, len(series)-metricPoints):]
	}

	f.at, f.totals, f.series = now, totals, next

	return next
}

// value is the point of a family; what only grows has none the first time it is seen, and
// what is no number never.
func (f *families) value(family Family, total float64) (float64, bool) {
	if !family.Grows() {
		return total, finite(total)
	}

	before, seen := f.totals[family.Name]
	if total < before { // The process began anew.
		before = 0
	}

	return total - before, seen && finite(total-before)
}

// Grows reports whether the family counts: its numbers only ever rise.
func (f Family) Grows() bool {
	return f.Type == "counter" || f.Type == "histogram" || f.Type == "summary"
}

// total adds up the values of the series, or how often was observed.
func (f Family) total() float64 {
	sum := 0.0

	for _, m := range f.Metrics {
		if m.Histogram != nil {
			sum += float64(m.Histogram.Count)
		} else {
			sum += float64(m.Value)
		}
	}

	return sum
}
