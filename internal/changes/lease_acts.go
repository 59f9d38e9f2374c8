package changes

import (
	"context"
	"slices"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
)

// LeaseRevision returns a number that grows with everything that happens to a lease: what people do,
// of which the audit log has entries, and how it begins, is held and ends by itself.
func (c *Changes) LeaseRevision(ctx context.Context, l lease.Lease) (int64, error) {
	newest, err := c.log.List(ctx, audit.Filter{Object: lease.Object(l.ID), Outcome: audit.Done, Limit: 1})
	if err != nil || len(newest.Items) == 0 {
		return l.Stage(), err
	}

	return newest.Items[0].Seq*lease.Stages + l.Stage(), nil
}

// LeaseActs returns what was done about a lease since it began, oldest first: that its end was
// moved, that it was made permanent, and that it was ended, by whom and why.
func (c *Changes) LeaseActs(ctx context.Context, l lease.Lease) ([]audit.Act, error) {
	acts, err := c.log.Acts(ctx, lease.Object(l.ID))
	if err != nil || l.EndChange == nil {
		return acts, err
	}

	end, err := c.get(ctx, *l.EndChange)
	if err != nil || end.Outcome != Applied { // else it is not known to have ended
		return acts, err
	}

	acts = append(acts, audit.Act{Action: audit.LeaseEnd, At: end.At, Actor: end.Actor, Reason: end.Reason})
	slices.SortStableFunc(acts, func(a, b audit.Act) int { return a.At.Compare(b.At) })

	return acts, nil
}
