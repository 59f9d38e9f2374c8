package monitor

import (
	"context"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Kept is how far back samples and spans reach.
const Kept = 30 * 24 * time.Hour

// StatusSpan is the time in which a component was seen to hold a status without a break.
type StatusSpan struct {
	Component string              `json:"component"`
	Status    ops.ComponentStatus `json:"status"`
	Since     time.Time           `json:"since"`
	Until     time.Time           `json:"until"`
}

// Spans returns the spans of which some part lies after from, oldest first. What several
// consoles saw alike is one span. Time that no span covers was not seen.
func (m *Monitor) Spans(ctx context.Context, from time.Time) ([]StatusSpan, error) {
	rows, err := m.config.DB.Read().QueryContext(ctx, `
		SELECT component, status, since, until FROM opsconsole_component_spans
		WHERE until > $1 ORDER BY since, component`, store.Time{Time: from})
	if err != nil {
		return nil, fmt.Errorf("read the components' spans: %w", err)
	}
	defer rows.Close()

	spans := []StatusSpan{}
	newest := map[string]int{}

	for rows.Next() {
		var (
			s            StatusSpan
			since, until store.Time
		)

		if err := rows.Scan(&s.Component, &s.Status, &since, &until); err != nil {
			return nil, fmt.Errorf("read the components' spans: %w", err)
		}

		s.Since, s.Until = since.Time, until.Time

		i, seen := newest[s.Component]
		if seen && spans[i].Status == s.Status && s.Since.Sub(spans[i].Until) <= GapAfter {
			spans[i].Until = later(spans[i].Until, s.Until)

			continue
		}

		newest[s.Component] = len(spans)
		spans = append(spans, s)
	}

	return spans, rows.Err()
}

// Availability is how long a component answered within a time.
type Availability struct {
	// Of is the time looked at, Seen the part of it in which the component was watched
	// and configured, Up the part of that in which it answered, be it slowly.
	Of, Seen, Up time.Duration
}

// AvailabilityOf adds up the spans of a component, oldest first, that lie between from and
// until. The moments between two samples of different status belong to neither; where two
// consoles saw different things, the span that began first counts.
func AvailabilityOf(spans []StatusSpan, component string, from, until time.Time) Availability {
	a := Availability{Of: until.Sub(from)}

	for _, s := range spans {
		if s.Component != component || s.Status == ops.ComponentNotConfigured {
			continue
		}

		end := earlier(s.Until, until)

		length := end.Sub(later(s.Since, from))
		if length <= 0 {
			continue
		}

		from = end

		a.Seen += length
		if s.Status == ops.ComponentConnected || s.Status == ops.ComponentSlow {
			a.Up += length
		}
	}

	return a
}

// UsedSince returns the used capacity and its limit from that time on, the highest value
// of each step; steps without a sample are gaps.
func (m *Monitor) UsedSince(ctx context.Context, from time.Time, step time.Duration) (used, total Series, err error) {
	rows, err := m.config.DB.Read().QueryContext(ctx, `
		SELECT series, at, value FROM opsconsole_samples WHERE at > $1 AND series IN ($2, $3) ORDER BY at`,
		store.Time{Time: from}, seriesUsed, seriesTotal)
	if err != nil {
		return nil, nil, fmt.Errorf("read the samples: %w", err)
	}
	defer rows.Close()

	for rows.Next() {
		var (
			name  string
			at    store.Time
			value float64
		)

		if err := rows.Scan(&name, &at, &value); err != nil {
			return nil, nil, fmt.Errorf("read the samples: %w", err)
		}

		series := &used
		if name == seriesTotal {
			series = &total
		}

		*series = series.reduce(from, step, Point{At: at.Time, Value: &value})
	}

	return used, total, rows.Err()
}

// Highest reduces a series to the highest value of each step from that time on; steps
// without a value are gaps. What was before is left out.
func (s Series) Highest(from time.Time, step time.Duration) Series {
	var out Series

	for _, p := range s {
		if p.Value != nil && !p.At.Before(from) {
			out = out.reduce(from, step, p)
		}
	}

	return out
}

// reduce adds a sample to its step or opens a new one, with a gap where steps are missing.
func (s Series) reduce(from time.Time, step time.Duration, p Point) Series {
	at := from.Add(p.At.Sub(from).Truncate(step))

	if n := len(s); n > 0 {
		last := s[n-1]
		if last.At.Equal(at) {
			s[n-1].Value = Higher(last.Value, p.Value)

			return s
		}

		if at.Sub(last.At) > step {
			s = append(s, Point{At: last.At.Add(step)})
		}
	}

	return append(s, Point{At: at, Value: p.Value})
}

// Higher returns the higher of two values, of which either may be missing.
func Higher(a, b *float64) *float64 {
	if a == nil || b != nil && *b > *a {
		return b
	}

	return a
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
