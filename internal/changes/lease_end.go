package changes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/retry"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Scheduled is the actor of what the console does by itself for somebody.
func Scheduled(name string) audit.Actor {
	return audit.Actor{Username: "schedule (for " + name + ")", Role: string(ops.RoleOps)}
}

// EndDue ends the leases of a section whose time has come. What cannot be ended now stays
// overdue and is tried again; the error says what was in the way. A section that is slow
// to answer is for the caller to keep away from the others.
func (c *Changes) EndDue(ctx context.Context, service ops.Service, section ops.SectionName) error {
	now := c.moment()
	again, args := retryFailedEnd.Due(now, 3)

	// Those whose end is under way too: whoever began it may be gone.
	due, err := c.leases(ctx, c.db.Read(),
		`WHERE section = $1 AND state = 'active' AND kind <> 'window' AND ends_at <= $2 AND `+again+` ORDER BY ends_at, id`,
		append([]any{section, store.Time{Time: now}}, args...)...)
	if err != nil {
		return err
	}

	var errs []error

	for _, lease := range due {
		reason := fmt.Sprintf("Temporary change %d ended at its time", lease.ID)
		if lease.Kind == LeaseConfirm {
			reason = fmt.Sprintf("Temporary change %d was not confirmed in time", lease.ID)
		}

		ended, err := c.endLease(ctx, service, Scheduled(lease.Actor), lease.ID, reason, false)
		if err != nil {
			errs = append(errs, fmt.Errorf("end lease %d: %w", lease.ID, err))
		}

		if err != nil || ended.Open() {
			errs = append(errs, c.postpone(ctx, lease, err))
		}
	}

	return errors.Join(errs...)
}

// An end that could not even be tried is looked at again soon. One that was tried stands in
// the history for ever, so after every fourth try the pause doubles, until it is about a
// sixth of the time that it lasts already.
var (
	retryEnd       = retry.Policy{First: time.Second, Max: 10 * time.Second}
	retryFailedEnd = retry.Policy{First: time.Second, Max: 1024 * time.Second, Repeat: 4}
)

// errEndFailed says that the end of a lease was tried, and came to nothing.
var errEndFailed = errors.New("the end was tried and failed")

// postpone notes why a lease could not be ended and when to try again; without a cause
// it is not known yet whether it was.
func (c *Changes) postpone(ctx context.Context, lease Lease, cause error) error {
	policy := retryEnd
	if cause == nil || errors.Is(cause, errEndFailed) {
		policy = retryFailedEnd
	}

	note := "It is not known yet whether it was ended. The values are read back."
	if cause != nil {
		note = "It could not be ended yet: " + ops.Clip(ops.AsError(cause).Message)
	}

	row := retry.Row{
		Table: "opsconsole_leases", Condition: "id = $1 AND state = 'active' AND ends_at = $2",
		Args: []any{lease.ID, store.Time{Time: lease.EndsAt}}, Tries: lease.tries,
	}

	return c.db.Tx(ctx, func(tx *sql.Tx) error {
		return policy.Postpone(ctx, tx, row, c.moment(), store.Column{Name: "note", Value: note})
	})
}

// TakeBack ends a lease as its time would: only if the fields still hold what it set;
// else it is held. It returns the lease as it is then, open when the end is not known
// yet, and an error when nothing came of it.
func (c *Changes) TakeBack(ctx context.Context, service ops.Service, actor audit.Actor, id int64, reason string) (Lease, error) {
	return c.endLease(ctx, service, actor, id, reason, false)
}

// End ends a lease now. One that is held goes back whatever somebody else has set.
func (c *Changes) End(ctx context.Context, service ops.Service, actor audit.Actor, id int64, reason string) (Lease, error) {
	err := ops.Invalid(CheckReason(reason))
	if err != nil {
		return Lease{}, c.refuseLease(ctx, actor, audit.LeaseEnd, id, reason, err)
	}

	lease, err := c.endLease(ctx, service, actor, id, reason, true)

	return lease, c.refuseLease(ctx, actor, audit.LeaseEnd, id, reason, err)
}

func (c *Changes) refuseLease(ctx context.Context, actor audit.Actor, action audit.Action, id int64, reason string, cause error) error {
	return c.Refuse(ctx, actor, audit.Entry{Action: action, Object: leaseObject(id), Reason: reason}, cause)
}

// endLease takes back what the lease set. Unless it is asked for, it does so only if the
// fields still hold that; if they do not, the lease is held.
func (c *Changes) endLease(
	ctx context.Context, service ops.Service, actor audit.Actor, id int64, reason string, asked bool,
) (Lease, error) {
	lease, err := c.Lease(ctx, id)
	if err != nil {
		return Lease{}, err
	}

	section, err := ops.SectionOf(lease.Section)
	if err != nil {
		return Lease{}, err
	}

	unlock, err := c.lock(ctx, section.Name)
	if err != nil {
		return Lease{}, err
	}
	defer unlock()

	current, err := c.look(ctx, service, section, c.ripeEnd)
	if err != nil {
		return Lease{}, err
	}

	// Read again under the lock: somebody may have ended it, or moved its end.
	if lease, err = c.Lease(ctx, id); err != nil {
		return Lease{}, err
	}

	if !lease.Open() || lease.EndChange != nil || lease.State == LeasePending {
		return lease, notOpen(lease, asked)
	}

	if !asked && !lease.due(c.now()) {
		return lease, nil
	}

	if current.Open != nil {
		return lease, unsettled(section, *current.Open)
	}

	fields := lease.fields()

	switch {
	case section.EqualIn(fields, current.Values, lease.Before):
		return c.closeLease(ctx, actor, lease, LeaseEnded, reason, "The values had gone back already.", audit.Done)
	case !section.EqualIn(fields, current.Values, lease.Set) && (!asked || lease.State != LeaseHeld):
		return c.hold(ctx, actor, lease, reason, "Somebody else changed what it set: "+c.whoChanged(current)+".")
	}

	after := current.Values.Clone()
	maps.Copy(after, lease.Before)

	if err := validateChanged(section, after, section.Diff(current.Values, after)); err != nil {
		return c.hold(ctx, actor, lease, reason, "What was set before does not go with the rest any more"+ops.FieldText(err)+".")
	}

	result, err := c.perform(ctx, service, actor, Plan{Current: current, After: after}, Request{
		Section: section.Name, Revision: current.Revision, Values: lease.Before, Reason: reason,
		Source: SourceLeaseEnd, Restores: &lease.Change, ends: &lease,
	})
	if err != nil {
		return lease, err
	}

	switch {
	case result.Change.Outcome != Failed:
		return c.Lease(ctx, id)
	case result.Refusal != nil && final(result.Refusal.Code):
		return c.hold(ctx, actor, lease, reason, *result.Change.Error)
	default:
		return lease, ops.Unavailable("control plane", *result.Change.Error).Because(errEndFailed)
	}
}

// due reports whether the lease ends now if nobody asks for it. Of the time of a
// maintenance window the window alone decides.
func (l Lease) due(now time.Time) bool { return l.Kind == LeaseWindow || !now.Before(l.EndsAt) }

// final reports whether asking the control plane again would change nothing.
func final(code ops.Code) bool {
	return code == ops.CodeValidationFailed || code == ops.CodeConflict || code == ops.CodeNotFound
}

// hold stops a lease from ending by itself and asks.
func (c *Changes) hold(ctx context.Context, actor audit.Actor, lease Lease, reason, why string) (Lease, error) {
	return c.closeLease(ctx, actor, lease, LeaseHeld, reason,
		why+" Keep what is set now, or set it right and end this by hand.", audit.Refused)
}

func notOpen(lease Lease, asked bool) error {
	if !asked {
		return nil
	}

	return &ops.Error{
		Code:    ops.CodeConflict,
		Message: fmt.Sprintf("Temporary change %d is %s.", lease.ID, leaseWord(lease)),
	}
}

func leaseWord(lease Lease) string {
	switch {
	case lease.EndChange != nil && lease.Open():
		return "being ended at this moment"
	case lease.State == LeasePending:
		return "not known to have begun yet"
	case lease.State == LeaseHeld:
		return "held: keep what is set, or end it"
	case lease.Open():
		return "not what it was a moment ago: look again"
	default:
		return "over: it was " + string(lease.State)
	}
}

func (c *Changes) whoChanged(current Current) string {
	switch {
	case current.Last == nil:
		return "nobody knows who"
	case current.Last.Source == SourceExternal:
		return fmt.Sprintf("from outside this console, change %d", current.Last.ID)
	default:
		return fmt.Sprintf("%s, change %d", current.Last.Actor, current.Last.ID)
	}
}

// fields are the names of what the lease set.
func (l Lease) fields() []string {
	names := make([]string, 0, len(l.Set))
	for name := range l.Set {
		names = append(names, name)
	}

	return names
}

// closeLease moves an open lease to another state without a change.
func (c *Changes) closeLease(
	ctx context.Context, actor audit.Actor, lease Lease, state LeaseState, reason, note string, outcome audit.Outcome,
) (Lease, error) {
	var ended store.Time
	if state != LeaseHeld {
		ended.Time = c.moment()
	}

	err := c.db.Tx(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `
			UPDATE opsconsole_leases SET state = $1, ended_at = $2, note = $3
			WHERE id = $4 AND state IN ('active', 'held') AND end_change_id IS NULL AND ends_at = $5`,
			state, ended, note, lease.ID, store.Time{Time: lease.EndsAt})
		if err != nil {
			return err
		}

		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, notOpen(lease, true))
		}

		_, err = c.log.Append(ctx, tx, actor, audit.Entry{
			Action: leaseAction(state), Object: leaseObject(lease.ID), Outcome: outcome, Reason: reason,
			Change: lease.Change, Message: note,
		})

		return err
	})
	if err != nil {
		return lease, fmt.Errorf("close lease %d: %w", lease.ID, err)
	}

	return c.Lease(ctx, lease.ID)
}

func leaseAction(state LeaseState) audit.Action {
	if state == LeaseConfirmed {
		return audit.LeaseConfirm
	}

	return audit.LeaseEnd
}

func leaseObject(id int64) string { return fmt.Sprintf("leases/%d", id) }
