package monitor

import "time"

// Highest reduces a series to the highest value of each step from that time on. A gap of
// the series stays one where it leaves a step without a value; samples that are merely
// further apart than a step make none. What was before is left out.
func (s Series) Highest(from time.Time, step time.Duration) Series {
	r := reducer{from: from, step: step}

	for _, p := range s {
		if !p.At.Before(from) {
			r.add(p)
		}
	}

	if n := len(r.out); n > 0 && r.gap { // Nobody sees what is now.
		return append(r.out, Point{At: r.out[n-1].At.Add(step)})
	}

	return r.out
}

// reducer is the one way in which samples become the points of a line, of its summary and
// of its table.
type reducer struct {
	from time.Time
	step time.Duration
	out  Series
	// last is when the last sample was, gap whether there was a gap since.
	last time.Time
	gap  bool
}

// add adds a sample to its step or opens a new one.
func (r *reducer) add(p Point) {
	if p.Value == nil {
		r.gap = true

		return
	}

	at := r.from.Add(p.At.Sub(r.from).Truncate(r.step))
	n := len(r.out)

	switch {
	case n > 0 && r.out[n-1].At.Equal(at):
		r.out[n-1].Value = Higher(r.out[n-1].Value, p.Value)
	case n > 0 && r.gap && at.Sub(r.out[n-1].At) > r.step:
		r.out = append(r.out, Point{At: r.out[n-1].At.Add(r.step)}, Point{At: at, Value: p.Value})
	default:
		r.out = append(r.out, Point{At: at, Value: p.Value})
	}

	r.last, r.gap = p.At, false
}

// Higher returns the higher of two values, of which either may be missing.
func Higher(a, b *float64) *float64 {
	if a == nil || b != nil && *b > *a {
		return b
	}

	return a
}

// Between is what of a series lies between two times.
func (s Series) Between(from, until time.Time) Series {
	var out Series

	for _, p := range s {
		if !p.At.Before(from) && !p.At.After(until) {
			out = append(out, p)
		}
	}

	return out
}
