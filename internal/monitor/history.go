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

// Spans returns the spans of the components that the control plane names, of which some part
// lies after from, oldest first. What several consoles saw alike is one span. Time that no span
// covers was not seen.
func (m *Monitor) Spans(ctx context.Context, from time.Time) ([]StatusSpan, error) {
	return m.spans(ctx, from, `NOT LIKE`)
}

// OwnSpans are the spans of what this console sees itself, such as the [ControlPlane].
func (m *Monitor) OwnSpans(ctx context.Context, from time.Time) ([]StatusSpan, error) {
	return m.spans(ctx, from, `LIKE`)
}

func (m *Monitor) spans(ctx context.Context, from time.Time, like string) ([]StatusSpan, error) {
	rows, err := m.config.DB.Read().QueryContext(ctx, `
		SELECT component, status, since, until FROM opsconsole_component_spans
		WHERE until > $1 AND component `+like+` $2 ORDER BY since, component`, store.Time{Time: from}, ownPrefix+"%")
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
	// Unknown is how long it was asked in vain how the component is, and nobody saw it.
	Unknown time.Duration
}

// AvailabilityOf adds up the spans of a component, oldest first, that lie between from and
// until. The moments between two samples of different status belong to neither; where two
// consoles saw different things, the span that began first counts, and what one saw is known.
func AvailabilityOf(spans []StatusSpan, component string, from, until time.Time) Availability {
	a := Availability{Of: until.Sub(from)}

	var covered time.Duration

	seenTo, coveredTo := from, from

	for _, s := range spans {
		if s.Component != component || s.Status == ops.ComponentNotConfigured {
			continue
		}

		covered += s.within(&coveredTo, until)

		if s.Status == Unknown {
			continue
		}

		length := s.within(&seenTo, until)

		a.Seen += length
		if up(s.Status) {
			a.Up += length
		}
	}

	a.Unknown = covered - a.Seen

	return a
}

// within is how much of the span lies between from and until; from becomes where that ends.
func (s StatusSpan) within(from *time.Time, until time.Time) time.Duration {
	end := earlier(s.Until, until)

	length := end.Sub(later(s.Since, *from))
	if length <= 0 {
		return 0
	}

	*from = end

	return length
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

	reducers := map[string]*reducer{seriesUsed: {from: from, step: step}, seriesTotal: {from: from, step: step}}

	for rows.Next() {
		var (
			name  string
			at    store.Time
			value float64
		)

		if err := rows.Scan(&name, &at, &value); err != nil {
			return nil, nil, fmt.Errorf("read the samples: %w", err)
		}

		r := reducers[name]
		if at.Sub(r.last) > GapAfter {
			r.add(Point{At: r.last})
		}

		r.add(Point{At: at.Time, Value: &value})
	}

	return reducers[seriesUsed].out, reducers[seriesTotal].out, rows.Err()
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
