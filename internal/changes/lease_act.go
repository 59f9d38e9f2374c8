package changes

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
)

// Confirm makes what a lease set permanent; one that is held keeps what is set now.
func (c *Changes) Confirm(ctx context.Context, actor audit.Actor, id int64, reason string) (lease.Lease, error) {
	l, err := c.confirm(ctx, actor, id, reason)

	return l, c.refuseLease(ctx, actor, audit.LeaseConfirm, id, reason, err)
}

func (c *Changes) confirm(ctx context.Context, actor audit.Actor, id int64, reason string) (lease.Lease, error) {
	l, err := c.settledLease(ctx, id, reason)
	if err != nil {
		return lease.Lease{}, err
	}

	note := "Made permanent."
	if l.State == lease.Held {
		note = "The values at the time of the decision were kept."
	}

	keeps, err := c.KeptWith(ctx, l)
	if err != nil {
		return lease.Lease{}, err
	}

	return c.closeLease(ctx, actor, l, closing{state: lease.Confirmed, reason: reason, note: note, outcome: audit.Done, keeps: keeps})
}

// Extend moves the end of a lease.
func (c *Changes) Extend(ctx context.Context, actor audit.Actor, id int64, term *Term, reason string) (lease.Lease, error) {
	l, err := c.extend(ctx, actor, id, term, reason)

	return l, c.refuseLease(ctx, actor, audit.LeaseExtend, id, reason, err)
}

func (c *Changes) extend(ctx context.Context, actor audit.Actor, id int64, term *Term, reason string) (lease.Lease, error) {
	l, err := c.settledLease(ctx, id, reason)
	if err != nil {
		return lease.Lease{}, err
	}

	if term == nil {
		return lease.Lease{}, ops.Invalid([]ops.FieldError{{
			Field: "body.duration", Message: "Enter how long it lasts from now, or until when.", Type: "term",
		}})
	}

	err = c.write(ctx, func(tx *sql.Tx) error {
		if c.Windows != nil {
			guard := c.Windows.GuardAgainstWindows(l.Section, c.now(), term.EndsAt)
			if err := guard(ctx, tx, slices.Collect(maps.Keys(l.Set))); err != nil {
				return err
			}
		}

		if err := c.leases.Extend(ctx, tx, l, term.EndsAt); err != nil {
			return err
		}

		_, err := c.log.Append(ctx, tx, actor, audit.Entry{
			Action: audit.LeaseExtend, Object: lease.Object(id), Outcome: audit.Done, Reason: reason, Change: l.Change,
			Message: fmt.Sprintf("From %s to %s.", l.EndsAt.Format(time.RFC3339), term.EndsAt.Format(time.RFC3339)),
		})

		return err
	})
	if err != nil {
		return lease.Lease{}, fmt.Errorf("extend lease %d: %w", id, err)
	}

	return c.Lease(ctx, id)
}

// settledLease returns a lease that an operator may still do something about.
func (c *Changes) settledLease(ctx context.Context, id int64, reason string) (lease.Lease, error) {
	if err := ops.Invalid(CheckReason(reason)); err != nil {
		return lease.Lease{}, err
	}

	l, err := c.Lease(ctx, id)
	if err != nil {
		return lease.Lease{}, err
	}

	if !l.Settled() {
		return lease.Lease{}, l.NotSettled()
	}

	return l, nil
}
