package announce

import (
	"slices"
	"time"
)

// Span is a time, up to but without Until.
type Span struct{ Since, Until time.Time }

func (s Span) empty() bool { return !s.Until.After(s.Since) }

// within is the part of the span that lies in the other.
func (s Span) within(other Span) Span {
	return Span{Since: later(s.Since, other.Since), Until: earlier(s.Until, other.Until)}
}

// union are the parts of the spans that lie within a time, in whole seconds and in order; none overlaps another.
func union(spans []Span, within Span) []Span {
	sorted := make([]Span, 0, len(spans))

	for _, s := range spans {
		s = Span{Since: s.Since.Truncate(time.Second), Until: s.Until.Truncate(time.Second)}.within(within)
		if !s.empty() {
			sorted = append(sorted, s)
		}
	}

	slices.SortFunc(sorted, func(a, b Span) int { return a.Since.Compare(b.Since) })

	out := sorted[:0]

	for _, s := range sorted {
		if last := len(out) - 1; last >= 0 && !s.Since.After(out[last].Until) {
			out[last].Until = later(out[last].Until, s.Until)
		} else {
			out = append(out, s)
		}
	}

	return out
}

// without are the parts of the spans that lie in none of the others; both are unions.
func without(spans, others []Span) []Span {
	out := make([]Span, 0, len(spans))

	for _, s := range spans {
		for len(others) > 0 && !others[0].Until.After(s.Since) {
			others = others[1:]
		}

		for _, o := range others {
			if !o.Since.Before(s.Until) {
				break
			}

			if before := (Span{Since: s.Since, Until: o.Since}); !before.empty() {
				out = append(out, before)
			}

			s.Since = o.Until
		}

		if !s.empty() {
			out = append(out, s)
		}
	}

	return out
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}

	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}

	return b
}
