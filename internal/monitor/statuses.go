package monitor

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// StatusChange is a moment from which on a component was seen in another status than before.
type StatusChange struct {
	Component string              `json:"component"`
	At        time.Time           `json:"at"`
	From      ops.ComponentStatus `json:"from"`
	To        ops.ComponentStatus `json:"to"`
	// Since is until when it was seen as it was before, where nobody saw the component between then and At; nil where somebody did.
	Since *time.Time `json:"since,omitempty"`
}

// StatusesAt are how the components were at a moment, by name: the spans that it lies in, or that were seen at most [GapAfter]
// before it. What is not among them was not seen.
func (m *Monitor) StatusesAt(ctx context.Context, at time.Time) ([]StatusSpan, error) {
	before, err := m.spansBefore(ctx, at)
	last := map[string]StatusSpan{}

	for _, s := range before {
		if at.Sub(s.Until) <= GapAfter && !s.Until.Before(last[s.Component].Until) {
			last[s.Component] = s
		}
	}

	return slices.SortedFunc(maps.Values(last), func(a, b StatusSpan) int { return cmp.Compare(a.Component, b.Component) }), err
}

// StatusChanges are the first changes of a status in a time, from inclusive and until exclusive, oldest first. Where there may
// be others, more is the moment from which on. What a control plane did not tell is no change: its own status says so.
func (m *Monitor) StatusChanges(
	ctx context.Context, from, until time.Time, limit int,
) (changed []StatusChange, more time.Time, err error) {
	before, err := m.spansBefore(ctx, from)
	if err != nil {
		return nil, more, err
	}

	read, err := m.readSpans(ctx, `WHERE since >= $1 AND since < $2 ORDER BY since LIMIT $3`,
		store.Time{Time: from}, store.Time{Time: until}, limit)
	if err != nil {
		return nil, more, err
	}

	if len(read) == limit { // Of that moment there may be others.
		more = read[limit-1].Since
	}

	last := map[string]StatusSpan{}

	for _, s := range joined(slices.Concat(before, read, m.Snapshot().spans)) {
		was, known := last[s.Component]

		if s.Status == Unknown || !s.Since.Before(until) || !more.IsZero() && !s.Since.Before(more) {
			continue
		}

		if last[s.Component] = s; known && was.Status != s.Status && !s.Since.Before(from) {
			change := StatusChange{Component: s.Component, At: s.Since, From: was.Status, To: s.Status}
			if s.Since.Sub(was.Until) > GapAfter {
				change.Since = &was.Until
			}

			changed = append(changed, change)
		}
	}

	return changed, more, nil
}

// fewBefore is how many spans are read of each component: of several consoles, the one that began last need not have seen it last.
const fewBefore = 8

// spansBefore are the last few spans of each component that began before or at a moment, oldest first.
func (m *Monitor) spansBefore(ctx context.Context, at time.Time) ([]StatusSpan, error) {
	var last []StatusSpan

	for _, s := range m.Snapshot().spans {
		if !s.Since.After(at) {
			last = append(last, s)
		}
	}

	// From name to name is a step in the key: all there ever were are more.
	for name := ""; ; {
		next, err := m.readSpans(ctx, `WHERE component > $1 ORDER BY component LIMIT 1`, name)
		if err != nil || len(next) == 0 {
			return joined(last), err
		}

		name = next[0].Component

		read, err := m.readSpans(ctx, `WHERE component = $1 AND since <= $2 ORDER BY since DESC LIMIT $3`,
			name, store.Time{Time: at}, fewBefore)
		if err != nil {
			return nil, err
		}

		last = append(last, read...)
	}
}

func (m *Monitor) readSpans(ctx context.Context, clause string, args ...any) ([]StatusSpan, error) {
	rows, err := m.config.DB.Read().QueryContext(ctx,
		`SELECT component, status, since, until FROM opsconsole_component_spans `+clause, args...)
	if err != nil {
		return nil, fmt.Errorf("read the components' spans: %w", err)
	}
	defer rows.Close()

	var read []StatusSpan

	for rows.Next() {
		var (
			s            StatusSpan
			since, until store.Time
		)

		if err := rows.Scan(&s.Component, &s.Status, &since, &until); err != nil {
			return nil, fmt.Errorf("read the components' spans: %w", err)
		}

		s.Since, s.Until = since.Time, until.Time
		read = append(read, s)
	}

	return read, rows.Err()
}
