package changes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Confirm makes what a lease set permanent; one that is held keeps what is set now.
func (c *Changes) Confirm(ctx context.Context, actor audit.Actor, id int64, reason string) (Lease, error) {
	lease, err := c.confirm(ctx, actor, id, reason)

	return lease, c.refuseLease(ctx, actor, audit.LeaseConfirm, id, reason, err)
}

func (c *Changes) confirm(ctx context.Context, actor audit.Actor, id int64, reason string) (Lease, error) {
	lease, err := c.openLease(ctx, id, reason)
	if err != nil {
		return Lease{}, err
	}

	note := "Made permanent."
	if lease.State == LeaseHeld {
		note = "What was set when it was decided was kept."
	}

	return c.closeLease(ctx, actor, lease, closing{state: LeaseConfirmed, reason: reason, note: note, outcome: audit.Done})
}

// Extend moves the end of a lease.
func (c *Changes) Extend(ctx context.Context, actor audit.Actor, id int64, term *Term, reason string) (Lease, error) {
	lease, err := c.extend(ctx, actor, id, term, reason)

	return lease, c.refuseLease(ctx, actor, audit.LeaseExtend, id, reason, err)
}

func (c *Changes) extend(ctx context.Context, actor audit.Actor, id int64, term *Term, reason string) (Lease, error) {
	lease, err := c.openLease(ctx, id, reason)
	if err != nil {
		return Lease{}, err
	}

	if term == nil {
		return Lease{}, ops.Invalid([]ops.FieldError{{
			Field: "body.duration", Message: "Say for how long from now, or until when.", Type: "term",
		}})
	}

	err = c.db.Tx(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `
			UPDATE opsconsole_leases SET ends_at = $1, tries = 0, next_try_at = NULL, note = '', error_code = NULL, error_details_json = NULL
			WHERE id = $2 AND state = 'active' AND end_change_id IS NULL`, store.Time{Time: term.EndsAt}, id)
		if err != nil {
			return err
		}

		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, notOpen(lease, true))
		}

		_, err = c.log.Append(ctx, tx, actor, audit.Entry{
			Action: audit.LeaseExtend, Object: leaseObject(id), Outcome: audit.Done, Reason: reason, Change: lease.Change,
			Message: fmt.Sprintf("From %s to %s.", lease.EndsAt.Format(time.RFC3339), term.EndsAt.Format(time.RFC3339)),
		})

		return err
	})
	if err != nil {
		return Lease{}, fmt.Errorf("extend lease %d: %w", id, err)
	}

	return c.Lease(ctx, id)
}

// openLease returns a lease that an operator may still do something about.
func (c *Changes) openLease(ctx context.Context, id int64, reason string) (Lease, error) {
	if err := ops.Invalid(CheckReason(reason)); err != nil {
		return Lease{}, err
	}

	lease, err := c.Lease(ctx, id)
	if err != nil {
		return Lease{}, err
	}

	if !lease.Open() || lease.EndChange != nil || lease.State == LeasePending {
		return Lease{}, notOpen(lease, true)
	}

	return lease, nil
}
