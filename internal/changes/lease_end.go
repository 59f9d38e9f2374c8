package changes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/ops"
)

// scheduledFor begins the name of the actor of what the console does by itself.
const scheduledFor = "schedule (for "

// Scheduled is the actor of what the console does by itself for somebody.
func Scheduled(name string) audit.Actor {
	return audit.Actor{Username: scheduledFor + name + ")", Role: string(ops.RoleOps)}
}

// ByHand reports whether it was somebody who did it, and not the console for somebody: it has no
// peer, and people may have any name.
func ByHand(act audit.Act) bool {
	return act.RemoteAddr != "" || !strings.HasPrefix(act.Actor, scheduledFor)
}

// EndDue ends the leases of a section whose time has come. What cannot be ended now stays
// overdue and is tried again; the error says what was in the way. A section that is slow
// to answer is for the caller to keep away from the others.
func (c *Changes) EndDue(ctx context.Context, service ops.Service, section ops.SectionName) error {
	due, err := c.leases.Due(ctx, section)
	if err != nil {
		return err
	}

	var errs []error

	for _, l := range due {
		reason := fmt.Sprintf("Temporary change %d ended at its time", l.ID)
		if l.Kind == lease.Confirm {
			reason = fmt.Sprintf("Temporary change %d was not confirmed in time", l.ID)
		}

		failpoint.Reach(failpoint.LeaseDue)

		ended, err := c.endLease(ctx, service, Scheduled(l.Actor), l.ID, reason, false)
		if err != nil {
			errs = append(errs, fmt.Errorf("end lease %d: %w", l.ID, err))
		}

		if err != nil || ended.Open() {
			errs = append(errs, c.leases.Postpone(ctx, l, err, err == nil || errors.Is(err, errEndFailed)))

			failpoint.Reach(failpoint.LeasePostponed)
		}
	}

	return errors.Join(errs...)
}

// Dues returns when [Changes.EndDue] or [Changes.ApplyDue] has something to do next, by section.
func (c *Changes) Dues(ctx context.Context) (map[ops.SectionName]time.Time, error) {
	dues, err := c.leases.Dues(ctx)
	if err != nil {
		return nil, err
	}

	scheduled, err := c.scheduled.Dues(ctx)

	for section, at := range scheduled {
		if other, known := dues[section]; !known || at.Before(other) {
			dues[section] = at
		}
	}

	return dues, err
}

// errEndFailed says that the end of a lease was tried, and came to nothing.
var errEndFailed = errors.New("the end was tried and failed")

// TakeBack ends a lease as its time would: only if the fields still hold what it set;
// else it is held. It returns the lease as it is then, open when the end is not known
// yet, and an error when nothing came of it.
func (c *Changes) TakeBack(ctx context.Context, service ops.Service, actor audit.Actor, id int64, reason string) (lease.Lease, error) {
	return c.endLease(ctx, service, actor, id, reason, false)
}

// End ends a lease now. One that is held goes back whatever somebody else has set.
func (c *Changes) End(ctx context.Context, service ops.Service, actor audit.Actor, id int64, reason string) (lease.Lease, error) {
	err := ops.Invalid(CheckReason(reason))
	if err != nil {
		return lease.Lease{}, c.refuseLease(ctx, actor, audit.LeaseEnd, id, reason, err)
	}

	l, err := c.endLease(ctx, service, actor, id, reason, true)

	return l, c.refuseLease(ctx, actor, audit.LeaseEnd, id, reason, err)
}

func (c *Changes) refuseLease(ctx context.Context, actor audit.Actor, action audit.Action, id int64, reason string, cause error) error {
	return c.Refuse(ctx, actor, audit.Entry{Action: action, Object: lease.Object(id), Reason: reason}, cause)
}

// endLease takes back what the lease set. Unless it is asked for, it does so only if the
// fields still hold that; if they do not, the lease is held.
func (c *Changes) endLease(
	ctx context.Context, service ops.Service, actor audit.Actor, id int64, reason string, asked bool,
) (lease.Lease, error) {
	l, err := c.Lease(ctx, id)
	if err != nil {
		return lease.Lease{}, err
	}

	section, err := ops.SectionOf(l.Section)
	if err != nil {
		return lease.Lease{}, err
	}

	unlock, err := c.lock(ctx, section.Name)
	if err != nil {
		return lease.Lease{}, err
	}
	defer unlock()

	current, err := c.refresh(ctx, service, section, byEnd())
	if err != nil {
		return lease.Lease{}, err
	}

	// Read again under the lock: somebody may have ended it, or moved its end.
	if l, err = c.Lease(ctx, id); err != nil {
		return lease.Lease{}, err
	}

	switch {
	case !l.Settled() && asked:
		return l, l.NotSettled()
	case !l.Settled(), !asked && !l.Due(c.now()):
		return l, nil
	case current.Open != nil:
		return l, unsettled(section, *current.Open)
	}

	if asked {
		if err := mayEnd(ctx, actor, l, reason); err != nil {
			return l, err
		}
	}

	// What somebody set outside, and may stand, is not taken back.
	fields, err := c.undecided(ctx, current, l, 0)
	if err != nil {
		return l, err
	}

	switch {
	case section.EqualIn(l.Fields(), current.Values, l.Before), len(fields) > 0 && section.EqualIn(fields, current.Values, l.Before):
		return c.closeLease(ctx, actor, l, closing{
			state: lease.Ended, reason: reason, note: "The previous values were already set again.", outcome: audit.Done,
		})
	case len(fields) == 0:
		return c.closeLease(ctx, actor, l, closing{state: lease.Confirmed, reason: reason, note: decidedOutside, outcome: audit.Done})
	case !section.EqualIn(fields, current.Values, l.Set) && (!asked || l.State != lease.Held):
		return c.holdReplaced(ctx, actor, l, reason, current, fields)
	}

	return c.takeBack(ctx, service, actor, l, reason, current, fields)
}

// mayEnd returns why the actor may not end the lease: what is written down first is a change of the
// section, or what else comes of it.
func mayEnd(ctx context.Context, actor audit.Actor, l lease.Lease, reason string) (err error) {
	entry := audit.Entry{Action: audit.LeaseEnd, Object: lease.Object(l.ID), Outcome: audit.Intent, Reason: reason}

	if entry.Before, err = l.Set.MarshalJSON(); err != nil {
		return err
	}

	if entry.After, err = l.Before.MarshalJSON(); err != nil {
		return err
	}

	return actor.May(ctx, entry)
}

// takeBack sets what was before in those fields of the lease.
func (c *Changes) takeBack(
	ctx context.Context, service ops.Service, actor audit.Actor, l lease.Lease, reason string, current Current, fields []string,
) (lease.Lease, error) {
	section, before := current.Section, ops.Values{}
	for _, field := range fields {
		before[field] = l.Before[field]
	}

	began, err := c.get(ctx, l.Change)
	if err != nil {
		return l, err
	}

	after := current.Values.Clone()
	maps.Copy(after, before)

	if err := ops.Invalid(section.CheckBetween(after, current.Values, began.Before)); err != nil {
		cause := *ops.AsError(err)
		cause.Message = "The previous values are no longer valid together with the others." + ops.FieldSentences(err)

		return c.hold(ctx, actor, l, reason, &cause)
	}

	result, err := c.perform(ctx, service, actor, Plan{Current: current, After: after}, Request{
		Section: section.Name, Revision: current.Revision, Values: before, Reason: reason,
		Source: SourceLeaseEnd, Restores: &l.Change, ends: &l,
	})
	if err != nil {
		return l, err
	}

	failpoint.Reach(failpoint.LeaseEnded)

	if result.Change.Outcome != Failed {
		return c.Lease(ctx, l.ID)
	}

	failed := result.Change.Err()
	if final(failed.Code) {
		return c.hold(ctx, actor, l, reason, failed)
	}

	return l, failed.Because(errEndFailed)
}

// final reports whether asking the control plane again would change nothing.
func final(code ops.Code) bool {
	return code == ops.CodeValidationFailed || code == ops.CodeConflict || code == ops.CodeNotFound
}

// holdReplaced holds a lease of which somebody else has changed some of the fields.
func (c *Changes) holdReplaced(
	ctx context.Context, actor audit.Actor, l lease.Lease, reason string, current Current, fields []string,
) (lease.Lease, error) {
	cause, err := c.replaced(ctx, current, current.replaced(l, fields))
	if err != nil {
		return l, err
	}

	return c.hold(ctx, actor, l, reason, cause)
}

// releaseIn has a held lease go on within tx, as what held it was decided about.
func (c *Changes) releaseIn(ctx context.Context, tx *sql.Tx, actor audit.Actor, l lease.Lease, reason string) error {
	if err := c.leases.Release(ctx, tx, l); err != nil {
		return err
	}

	_, err := c.log.Append(ctx, tx, actor, audit.Entry{
		Action: audit.LeaseRelease, Object: lease.Object(l.ID), Outcome: audit.Done, Reason: reason, Change: l.Change,
		Message: decidedOutside + " Anything else it set is restored.",
	})

	return err
}

// hold stops a lease from ending by itself and asks.
func (c *Changes) hold(ctx context.Context, actor audit.Actor, l lease.Lease, reason string, cause *ops.Error) (lease.Lease, error) {
	return c.closeLease(ctx, actor, l, closing{
		state: lease.Held, reason: reason, outcome: audit.Refused, cause: cause,
		note: cause.Message + " Keep the current values, or correct them and end this by hand.",
	})
}

// closing is how a lease is closed without a change.
type closing struct {
	state   lease.State
	reason  string
	note    string
	outcome audit.Outcome
	// cause is why it is held, else nil.
	cause *ops.Error
	// keeps are the outside changes that the same decision keeps.
	keeps []Change
}

// closeLease moves a settled lease to another state.
func (c *Changes) closeLease(ctx context.Context, actor audit.Actor, l lease.Lease, to closing) (lease.Lease, error) {
	err := c.write(ctx, func(tx *sql.Tx) error {
		if err := c.closeIn(ctx, tx, actor, l, to); err != nil {
			return err
		}

		for _, change := range to.keeps {
			if _, err := c.keepIn(ctx, tx, actor, change.ID, to.reason); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		return l, fmt.Errorf("close lease %d: %w", l.ID, err)
	}

	return c.Lease(ctx, l.ID)
}

// closeIn is closeLease within tx.
func (c *Changes) closeIn(ctx context.Context, tx *sql.Tx, actor audit.Actor, l lease.Lease, to closing) error {
	if err := c.leases.Close(ctx, tx, l, to.state, to.note, to.cause); err != nil {
		return err
	}

	failpoint.Reach(failpoint.LeaseClosing)

	entry := audit.Entry{
		Action: audit.LeaseEnd, Object: lease.Object(l.ID), Outcome: to.outcome, Reason: to.reason, Change: l.Change, Message: to.note,
	}

	if to.state == lease.Confirmed {
		entry.Action = audit.LeaseConfirm

		if l.Kind != lease.Confirm && l.State != lease.Held { // what was to go back stays for good
			entry.Counts = audit.LeaseExtend
		}
	}

	_, err := c.log.Append(ctx, tx, actor, entry)

	return err
}
