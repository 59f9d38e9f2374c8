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
	stood  counts
	series map[string]Series
}

func newFamilies() *families { return &families{series: map[string]Series{}} }

// look adds a point to each family when it is time for one, and returns them all: the
// value of a gauge, the growth since the point before of what only grows, each summed up
// over the family's series. Nothing is known of what had grown before the first look; what
// appears later has grown from nothing.
func (f *families) look(metrics Part[Metrics], now time.Time) map[string]Series {
	if metrics.Stale() || now.Sub(f.at) < metricEvery {
		return f.series
	}

	// Readers of older snapshots hold the older map and its slices.
	next, first := map[string]Series{}, f.at.IsZero()

	for name, series := range f.series { // What is away may come back.
		if n := len(series); n > 0 && now.Sub(series[n-1].At) < window {
			next[name] = series
		}
	}

	for _, family := range metrics.Value.Families {
		value, ok := family.total()
		if family.Grows() {
			value = f.stood.moved(family)
			ok = ok && !first
		}

		if ok {
			next[family.Name] = next[family.Name].then(Point{At: now, Value: &value})
		}
	}

	f.at, f.stood, f.series = now, metrics.Value.counts(f.stood), next

	return next
}

// then adds a point to a copy, with a gap before it where there was none for long.
func (s Series) then(p Point) Series {
	if n := len(s); n > 0 && p.At.Sub(s[n-1].At) > 3*metricEvery {
		s = append(slices.Clip(s), Point{At: s[n-1].At.Add(metricEvery)})
	}

	s = append(slices.Clip(s), p)

	return s[max(0, len(s)-metricPoints):]
}

// Grows reports whether the family counts: its numbers only ever rise.
func (f Family) Grows() bool {
	return f.Type == "counter" || f.Type == "histogram" || f.Type == "summary"
}

// total adds up the values of the series, or how often was observed; ok is false where
// that is no number.
func (f Family) total() (sum float64, ok bool) {
	for _, m := range f.Metrics {
		sum += m.count()
	}

	return sum, finite(sum)
}
