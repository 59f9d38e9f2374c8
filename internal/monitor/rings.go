package monitor

import (
	"sync"
	"time"
)

// rings hold the last hour in memory: the database is read once, at the start.
type rings struct {
	mu      sync.Mutex
	series  map[string]Series
	spans   spans
	sampled time.Time
	metrics *families
}

func newRings() *rings {
	return &rings{series: map[string]Series{}, spans: newSpans(), metrics: newFamilies()}
}

// history is what was seen of a component until now.
func (r *rings) history(name string, now time.Time) ComponentHistory {
	return ComponentHistory{Since: r.spans.now[name].since, Latency: r.last(latencyPrefix+name, now)}
}

// add appends a sample, with a gap before it where there was none for long.
func (r *rings) add(name string, at time.Time, value float64) {
	series := r.series[name]
	if n := len(series); n > 0 && at.Sub(series[n-1].At) > GapAfter {
		series = append(series, Point{At: series[n-1].At.Add(sampleEvery)})
	}

	r.series[name] = append(series, Point{At: at, Value: &value})
}

// last returns a copy of the last hour of a series, and forgets what is older.
func (r *rings) last(name string, now time.Time) Series {
	series := r.series[name]
	for len(series) > 0 && now.Sub(series[0].At) > window {
		series = series[1:]
	}

	r.series[name] = series
	if len(series) == 0 {
		return nil
	}

	out := append(Series{}, series...)
	if now.Sub(out[len(out)-1].At) > GapAfter {
		out = append(out, Point{At: out[len(out)-1].At.Add(sampleEvery)})
	}

	return out
}
