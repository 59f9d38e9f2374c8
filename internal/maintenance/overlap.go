package maintenance

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// reservation is a span that a window takes, or, without one, that the series will take.
type reservation struct {
	from, until time.Time
	window      int64
	title       string
	series      int64
	// held says that the window does not end by itself.
	held bool
}

// exclusion is what does not count as overlapped because it is being moved: a window, and
// those of a series that have not started, from an occurrence on.
type exclusion struct{ window, series, from int64 }

// openPhases are those of windows that take their time; the index of the table has the
// same words.
const openPhases = `phase IN ('announced', 'active', 'verifying', 'overrun', 'held')`

// checkOverlaps refuses spans, the first of which begins first, of which one overlaps another
// window, or the future window of a series.
func (s *Windows) checkOverlaps(ctx context.Context, q store.Querier, spans []Span, except exclusion) error {
	if len(spans) == 0 {
		return nil
	}

	from, until := spans[0].StartsAt, spans[len(spans)-1].EndsAt

	taken, err := s.reservedByWindows(ctx, q, from, until, except)
	if err != nil {
		return err
	}

	ahead, err := s.reservedBySeries(ctx, q, from, until, except.series)
	if err != nil {
		return err
	}

	taken = append(taken, ahead...)

	for _, span := range spans {
		for _, b := range taken {
			if span.StartsAt.Before(b.until) && b.from.Before(span.EndsAt) {
				return b.conflict(span)
			}
		}
	}

	return nil
}

// reservedByWindows are the spans of the windows that are there. One that runs past its end takes
// the present too.
func (s *Windows) reservedByWindows(ctx context.Context, q store.Querier, from, until time.Time, except exclusion) ([]reservation, error) {
	now := s.now()

	windows, err := s.query(ctx, q, `WHERE `+openPhases+` AND starts_at < $1 AND (ends_at > $2 OR started_at IS NOT NULL)
		AND id <> $3 AND (series_id IS NULL OR series_id <> $4 OR occurrence < $5 OR started_at IS NOT NULL) ORDER BY starts_at, id`,
		store.Time{Time: until}, store.Time{Time: from}, except.window, except.series, except.from)
	if err != nil {
		return nil, err
	}

	out := make([]reservation, 0, len(windows))

	for _, w := range windows {
		b := reservation{from: w.StartsAt, until: w.EndsAt, window: w.ID, title: w.Title, held: w.Phase == Held}
		if w.StartedAt != nil && b.until.Before(now) {
			b.until = now.Add(time.Second)
		}

		out = append(out, b)
	}

	return out, nil
}

// reservedBySeries are the spans of windows that series will have and that are not written yet.
func (s *Windows) reservedBySeries(ctx context.Context, q store.Querier, from, until time.Time, except int64) ([]reservation, error) {
	going, err := s.seriesWhere(ctx, q, `WHERE NOT ended AND id <> $1`, except)
	if err != nil {
		return nil, err
	}

	var out []reservation

	for _, one := range going {
		for o := range one.Ahead() {
			end := o.StartsAt.Add(one.Length())
			if !o.StartsAt.Before(until) {
				break
			}

			if end.After(from) {
				out = append(out, reservation{from: o.StartsAt, until: end, series: one.id})
			}
		}
	}

	return out, nil
}

func (b reservation) conflict(span Span) error {
	when := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
	e := &ops.Error{Code: ops.CodeConflict, Details: map[string]any{"starts_at": span.StartsAt}}

	switch {
	case b.window == 0:
		e.Message = fmt.Sprintf("It overlaps the window of series %d from %s to %s.", b.series, when(b.from), when(b.until))
		e.Details["series"], e.Details["url"] = b.series, fmt.Sprintf("/maintenance/windows?series=%d", b.series)

		return e
	case b.held:
		e.Message = fmt.Sprintf("It overlaps window %d, %q, which began at %s and needs a decision. Decide on it first.",
			b.window, b.title, when(b.from))
		e.Details["state"] = string(Held)
	default:
		e.Message = fmt.Sprintf("It overlaps window %d, %q, from %s to %s.", b.window, b.title, when(b.from), when(b.until))
	}

	e.Details["window"], e.Details["url"] = b.window, "/"+object(b.window)

	return e
}

// checkLeases refuses a plan of which a field is held by a temporary change that will not
// have ended when a span begins. What other windows hold is theirs for their time. What is written
// checks that in its transaction: see [Windows.GuardAgainstWindows].
func (s *Windows) checkLeases(ctx context.Context, q store.Querier, plan Plan, spans []Span) error {
	if err := s.checkScheduled(ctx, q, plan, spans); err != nil {
		return err
	}

	var open []lease.Lease

	for _, p := range plan.parts() {
		found, err := s.Changes.LeasesIn(ctx, q, p.section.Name)
		if err != nil {
			return err
		}

		open = append(open, found...)
	}

	one, field, held := heldBy(open, plan.parts(), func(l lease.Lease) bool {
		return l.Holder == nil && (l.State == lease.Held ||
			slices.ContainsFunc(spans, func(span Span) bool { return span.StartsAt.Before(l.EndsAt) }))
	})
	if !held {
		return nil
	}

	return one.Holds(field, "announce the window for later")
}

// checkFieldsFree says what a window waits for that cannot start because somebody else holds a
// field that it sets. That goes also for a field that has the right value already: it
// would be taken back in the middle of the window.
func (s *Windows) checkFieldsFree(ctx context.Context, w Window, p part) error {
	open, err := s.Changes.Leases(ctx)
	if err != nil {
		return err
	}

	one, field, held := heldBy(open, []part{p}, func(l lease.Lease) bool { return l.Holder == nil || *l.Holder != lease.Holder(w.ID) })
	if !held {
		return nil
	}

	obstacle := one.Holds(field, "wait")
	waits := pendingError{message: obstacle.Message}

	if one.State == lease.Held { // nothing of it clears up by itself
		waits.cause = obstacle
	}

	return waits
}

// part is what a window sets in a section.
type part struct {
	section ops.Section
	values  ops.Values
}

// sets is the first field of the part that is among the values, too.
func (p part) sets(values ops.Values) (field ops.Field, sets bool) {
	i := slices.IndexFunc(p.section.Fields, func(f ops.Field) bool {
		_, there := values[f.Name]
		_, wanted := p.values[f.Name]

		return there && wanted
	})
	if i < 0 {
		return ops.Field{}, false
	}

	return p.section.Fields[i], true
}

// parts are the sections that a window changes, maintenance mode first: users are kept
// out before anything else changes.
func (p Plan) parts() []part {
	var out []part

	if section, err := ops.SectionOf(ops.SectionMaintenance); err == nil && p.MaintenanceMode {
		out = append(out, part{section, ops.Values{"enabled": true, "message": p.Message}})
	}

	for _, section := range ops.Sections() {
		if values, ok := p.Settings[section.Name]; ok {
			out = append(out, part{section, values})
		}
	}

	return out
}

// heldBy returns one of the leases that counts and holds a field of the parts, and the first such
// field; of several one that waits for a decision, as waiting for another would be in vain.
func heldBy(leases []lease.Lease, parts []part, counts func(l lease.Lease) bool) (one lease.Lease, field ops.Field, held bool) {
	for _, p := range parts {
		for _, l := range leases {
			if l.Section != p.section.Name || !counts(l) || held && l.State != lease.Held {
				continue
			}

			found, holds := p.sets(l.Set)

			switch {
			case !holds:
			case l.State == lease.Held:
				return l, found, true
			default:
				one, field, held = l, found, true
			}
		}
	}

	return one, field, held
}
