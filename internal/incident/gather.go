package incident

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
)

// Gather returns what happened. It costs the same however long the time is, and however much is kept.
func (s Sources) Gather(ctx context.Context, filter Filter) (Found, error) {
	filter.Limit = cmp.Or(filter.Limit, Most)
	if len(filter.Kinds) == 0 {
		filter.Kinds = Kinds()
	}

	g := gathering{Filter: filter}

	for _, read := range []struct {
		kind Kind
		from func(ctx context.Context, s Sources) error
	}{
		{State, g.statuses}, {Change, g.changes}, {Window, g.events}, {Failure, g.failures}, {Export, g.exports}, {Capacity, g.capacity},
	} {
		if slices.Contains(filter.Kinds, read.kind) {
			if err := read.from(ctx, s); err != nil {
				return Found{}, fmt.Errorf("gather each %s: %w", read.kind, err)
			}
		}
	}

	if err := g.entries(ctx, s); err != nil {
		return Found{}, fmt.Errorf("gather from the audit log: %w", err)
	}

	return g.found(), nil
}

// gathering is what was read so far.
type gathering struct {
	Filter

	items []Item
	// known is until when all that happened was read, zero for to the end.
	known time.Time
}

// most is how much is read of a source: one more than is wanted of all.
func (g *gathering) most() int { return g.Limit + 1 }

// add adds what was read of a source.
func (g *gathering) add(items ...Item) {
	g.items = append(g.items, items...)

	if len(items) >= g.most() {
		g.cut(items[len(items)-1].At)
	}
}

// cut notes that from a moment on there may be more.
func (g *gathering) cut(at time.Time) {
	if !at.IsZero() && (g.known.IsZero() || at.Before(g.known)) {
		g.known = at
	}
}

// found is as much of it as is wanted, up to where all is known.
func (g *gathering) found() Found {
	slices.SortStableFunc(g.items, func(a, b Item) int { return a.At.Compare(b.At) })

	items, next := g.items, g.known
	if next.After(g.From) { // else there are more at one moment than are read at all
		items = slices.DeleteFunc(items, func(i Item) bool { return !i.At.Before(next) })
	}

	if len(items) > g.Limit {
		items, next = items[:g.Limit], items[g.Limit].At
	}

	return Found{Items: items, Next: next}
}

func (g *gathering) statuses(ctx context.Context, s Sources) error {
	changed, more, err := s.Monitor.StatusChanges(ctx, g.From, g.Until, g.most())
	for _, c := range changed {
		g.add(Item{At: c.At, Kind: State, Status: &c})
	}

	g.cut(more)

	return err
}

func (g *gathering) changes(ctx context.Context, s Sources) error {
	made, err := s.Changes.Between(ctx, g.From, g.Until, g.most())
	g.add(each(made, func(c changes.Change) Item { return Item{At: c.At, Kind: Change, Change: &c} })...)

	return err
}

func (g *gathering) events(ctx context.Context, s Sources) error {
	told, err := s.Windows.EventsBetween(ctx, g.From, g.Until, g.most())
	g.add(each(told, func(e maintenance.Event) Item { return Item{At: e.At, Kind: Window, Event: &e} })...)

	return err
}

func (g *gathering) failures(ctx context.Context, s Sources) error {
	failed, err := s.Runs.Failures(ctx, g.From, g.Until, g.most())
	g.add(each(failed, func(r runs.Run) Item { return Item{At: r.Ended(), Kind: Failure, Run: &r} })...)

	return err
}

func (g *gathering) exports(ctx context.Context, s Sources) error {
	failed, err := s.Monitor.FailedExportsBetween(ctx, g.From, g.Until)
	g.add(each(failed, func(f monitor.FailedExports) Item { return Item{At: f.At, Kind: Export, Exports: &f} })...)

	return err
}

func (g *gathering) capacity(ctx context.Context, s Sources) error {
	full, err := s.Monitor.FullBetween(ctx, g.From, g.Until)
	g.add(each(full, func(f monitor.Full) Item { return Item{At: f.At, Kind: Capacity, Full: &f} })...)

	return err
}

func (g *gathering) entries(ctx context.Context, s Sources) error {
	span := audit.Span{From: g.From, Until: g.Until, Limit: g.most()}

	for _, kind := range g.Kinds {
		span.Actions = append(span.Actions, acts()[kind]...)
		span.Undone = append(span.Undone, undone()[kind]...)
	}

	written, err := s.Audit.Between(ctx, span)
	g.add(each(written, func(e audit.Entry) Item { return Item{At: e.At, Kind: kindOf(e.Action), Entry: &e} })...)

	g.items = slices.DeleteFunc(g.items, func(i Item) bool { return i.Entry != nil && isOfChange(*i.Entry) })

	return err
}

// each makes an item of each.
func each[T any](all []T, item func(one T) Item) []Item {
	out := make([]Item, len(all))
	for i, one := range all {
		out[i] = item(one)
	}

	return out
}
