package changes

import (
	"context"
	"database/sql"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Leases returns the open leases, those that end first leading.
func (c *Changes) Leases(ctx context.Context) ([]lease.Lease, error) { return c.leases.Open(ctx) }

// LeasesIn returns the open leases of a section as q reads them, oldest first.
func (c *Changes) LeasesIn(ctx context.Context, q store.Querier, section ops.SectionName) ([]lease.Lease, error) {
	return c.leases.OpenIn(ctx, q, section)
}

// Lease returns one, open or not; RESOURCE_NOT_FOUND when there is none.
func (c *Changes) Lease(ctx context.Context, id int64) (lease.Lease, error) {
	return c.leases.Get(ctx, id)
}

// LeaseHistory returns a page of the leases, those that are over too.
func (c *Changes) LeaseHistory(ctx context.Context, filter lease.Filter) (lease.Page, error) {
	return c.leases.List(ctx, filter)
}

// LeasesHeldBy returns the leases of a holder, oldest first, but for those of changes that
// came to nothing.
func (c *Changes) LeasesHeldBy(ctx context.Context, q store.Querier, holder lease.Holder) ([]lease.Lease, error) {
	return c.leases.HeldBy(ctx, q, holder)
}

// MoveLeases moves the end of what a holder holds, within tx.
func (c *Changes) MoveLeases(ctx context.Context, tx *sql.Tx, holder lease.Holder, endsAt time.Time) error {
	return c.leases.Move(ctx, tx, holder, endsAt)
}

// beginLease writes the lease that belongs to a pending change, unless an open one holds a
// field of it.
func (c *Changes) beginLease(ctx context.Context, tx *sql.Tx, section ops.Section, change Change, term Term) error {
	begun := lease.Lease{
		Section: section.Name, Kind: term.Kind, Actor: change.Actor, Reason: change.Reason,
		Before: ops.Values{}, Set: ops.Values{}, StartsAt: change.At, EndsAt: term.EndsAt, Change: change.ID,
	}
	if term.Holder != 0 {
		begun.Holder = &term.Holder
	}

	for _, d := range section.Diff(change.Before, change.After) {
		begun.Before[d.Field.Name], begun.Set[d.Field.Name] = d.Before, d.After
	}

	failpoint.Reach(failpoint.LeaseBeginning)

	return c.leases.Begin(ctx, tx, section, begun)
}

// settleOthers lets follow what a settled change decides: the outside change that it
// restored and, where there are others, the lease it began, the one it was to end, and the scheduled change that it made.
func (c *Changes) settleOthers(ctx context.Context, tx *sql.Tx, change Change, outcome Outcome, others bool) error {
	if outcome == Applied && change.Restores != nil && !change.RestoresPart {
		if err := markReviewed(ctx, tx, *change.Restores); err != nil {
			return err
		}
	}

	if !others {
		return nil
	}

	if err := c.leases.Settle(ctx, tx, change.ID, outcome == Applied); err != nil {
		return err
	}

	return c.settledScheduled(ctx, tx, change.ID, outcome == Applied)
}
