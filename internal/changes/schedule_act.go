package changes

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/ops"
)

// ScheduleAct is what somebody decides about a scheduled change.
type ScheduleAct struct {
	ID     int64
	Reason string
	// Revision is the [Changes.ScheduledRevision] that was seen. It may be 0 where nothing is set by it.
	Revision int64
	// At is when a moved one is to be made.
	At time.Time
	// Confirm is the name of the environment, where it is asked for.
	Confirm string
	// Source is where it comes from.
	Source Source
}

// CancelScheduled has a scheduled change never be made.
func (c *Changes) CancelScheduled(ctx context.Context, actor audit.Actor, act ScheduleAct) (scheduled.Change, error) {
	err := ops.Invalid(CheckReason(act.Reason))

	var s scheduled.Change

	if err == nil {
		s, err = c.decide(ctx, act)
	}

	if err == nil {
		err = c.write(ctx, func(tx *sql.Tx) error {
			if err := c.scheduled.Cancel(ctx, tx, s); err != nil {
				return err
			}

			if err := c.tell(ctx, tx, s, scheduled.Cancelled, ""); err != nil {
				return err
			}

			return c.acted(ctx, tx, actor, audit.Entry{
				Action: audit.ScheduleCancel, Object: scheduled.Object(s.ID), Outcome: audit.Done, Reason: act.Reason,
			})
		})
	}

	return c.decided(ctx, actor, audit.ScheduleCancel, act, err)
}

// MoveScheduled has a scheduled change made at another time, on top of what the section holds now.
func (c *Changes) MoveScheduled(
	ctx context.Context, service ops.Service, actor audit.Actor, act ScheduleAct,
) (scheduled.Change, error) {
	return c.decided(ctx, actor, audit.ScheduleMove, act, c.moveScheduled(ctx, service, actor, act))
}

func (c *Changes) moveScheduled(ctx context.Context, service ops.Service, actor audit.Actor, act ScheduleAct) error {
	s, plan, unlock, err := c.prepareScheduled(ctx, service, act)
	if err != nil {
		return err
	}
	defer unlock()

	errs := append(CheckReason(act.Reason), c.policy.confirmed(plan.Confirm, act.Confirm)...)
	moved := s.Lasts(act.At)

	if message := c.wrongMove(moved); message != "" {
		errs = append(errs, ops.FieldError{Field: "body.at", Message: message, Type: "at"})
	}

	if len(errs) > 0 {
		return ops.Invalid(errs)
	}

	switch gone, err := c.authorGone(ctx, s); {
	case err != nil:
		return err
	case gone != nil: // it would be held again
		return &ops.Error{Code: ops.CodeConflict, Message: gone.Message + " Apply it now, or cancel it and schedule your own."}
	}

	request := Request{Section: s.Section, Term: c.termOf(moved, moved.At)}
	if s.Kind == lease.Confirm {
		request.Term.EndsAt = *moved.EndsAt
	}

	c.guardTerm(&request, moved.At)

	if s.Restores != nil {
		request.Source = SourceRestore
	}

	moved.Before = plan.Current.Values

	entry := audit.Entry{
		Action: audit.ScheduleMove, Counts: request.counts(), Object: scheduled.Object(s.ID), Outcome: audit.Done, Reason: act.Reason,
		Message: fmt.Sprintf("From %s to %s.", s.At.Format(time.RFC3339), moved.At.Format(time.RFC3339)),
	}
	if entry.Before, err = moved.Before.MarshalJSON(); err != nil {
		return err
	}

	if entry.After, err = plan.After.MarshalJSON(); err != nil {
		return err
	}

	return c.write(ctx, func(tx *sql.Tx) error {
		if request.Guard != nil {
			if err := request.Guard(ctx, tx, fieldNames(plan.Differences)); err != nil {
				return err
			}
		}

		now, err := lockSection(ctx, tx, s.Section)
		if err != nil {
			return err
		}

		if now.open || revisionText(now.revision) != plan.Current.Revision {
			return overtaken(plan.Current.Section)
		}

		if err := c.checkAhead(ctx, tx, plan.Current.Section, moved); err != nil {
			return err
		}

		if err := c.scheduled.Move(ctx, tx, moved); err != nil {
			return err
		}

		if err := c.tell(ctx, tx, moved, scheduled.Scheduled, ""); err != nil {
			return err
		}

		return c.acted(ctx, tx, actor, entry)
	})
}

// ApplyScheduled makes a scheduled change now, as the actor: what lasts for a time does so from now on. Its errors are
// those of [Changes.Apply], and a CONFLICT when the scheduled change is over.
func (c *Changes) ApplyScheduled(
	ctx context.Context, service ops.Service, actor audit.Actor, act ScheduleAct,
) (Result, error) {
	request := Request{Section: "", Source: act.Source, Reason: act.Reason}

	result, err := c.applyScheduled(ctx, service, actor, act, &request)
	if err == nil {
		return result, nil
	}

	entry := request.Entry()
	if request.Section == "" {
		entry.Object = scheduled.Object(act.ID)
	}

	return Result{}, c.Refuse(ctx, actor, entry, err)
}

func (c *Changes) applyScheduled(
	ctx context.Context, service ops.Service, actor audit.Actor, act ScheduleAct, request *Request,
) (Result, error) {
	s, seen, unlock, err := c.prepareScheduled(ctx, service, act)
	if err != nil {
		return Result{}, err
	}
	defer unlock()

	request.Section, request.Revision, request.Values, request.Confirm = s.Section, seen.Current.Revision, s.Set, act.Confirm
	request.Restores, request.fulfils, request.message = s.Restores, &s, fmt.Sprintf("Scheduled change %d, applied by hand.", s.ID)

	if s.Restores != nil {
		request.Source = SourceRestore
	}

	if request.Term = c.termOf(s, c.now()); request.Term != nil {
		if err := c.wrongTermNow(s, *request.Term); err != nil {
			return Result{}, err
		}
	}

	c.guardTerm(request, c.now())

	plan, err := c.planByHand(ctx, service, seen.Current.Section, *request)
	if err != nil {
		return Result{}, err
	}

	return c.perform(ctx, service, actor, plan, *request)
}

// prepareScheduled locks the section of a scheduled change and reads it afresh, to set something by it that was
// reviewed at the act's revision. unlock is not nil when the error is.
func (c *Changes) prepareScheduled(
	ctx context.Context, service ops.Service, act ScheduleAct,
) (s scheduled.Change, plan Plan, unlock func(), err error) {
	if act.Revision == 0 {
		return s, plan, nil, ops.Invalid([]ops.FieldError{{
			Field: "body.revision", Message: "is required: it says what you saw. Open the form again.", Type: "revision",
		}})
	}

	if s, err = c.scheduled.Get(ctx, act.ID); err != nil {
		return s, plan, nil, err
	}

	section, err := ops.SectionOf(s.Section)
	if err != nil {
		return s, plan, nil, err
	}

	release, err := c.lock(ctx, section.Name)
	if err != nil {
		return s, plan, nil, err
	}

	defer func() {
		if err != nil {
			release()
		}
	}()

	current, err := c.current(ctx, service, section)
	if err != nil {
		return s, plan, nil, err
	}

	if current.Open != nil {
		return s, plan, nil, unsettled(section, *current.Open)
	}

	if s, err = c.decide(ctx, act); err != nil {
		return s, plan, nil, err
	}

	plan, err = c.ScheduledPlan(ctx, s)

	return s, plan, release, err
}

// decide returns a scheduled change that something can be done to, at the revision that was seen.
func (c *Changes) decide(ctx context.Context, act ScheduleAct) (scheduled.Change, error) {
	s, err := c.scheduled.Get(ctx, act.ID)
	if err != nil {
		return scheduled.Change{}, err
	}

	if !s.Movable() {
		return s, s.Closed()
	}

	revision, err := c.ScheduledRevision(ctx, s)
	if err != nil || act.Revision == 0 || act.Revision == revision {
		return s, err
	}

	return s, &ops.Error{
		Code: ops.CodeConflict, Details: map[string]any{"revision": revision},
		Message: fmt.Sprintf("Scheduled change %d, or the section that it changes, has changed since you opened it. "+
			"Check it, then try again.", act.ID),
	}
}

// decided returns a scheduled change as it is after an act, whose refusal is logged.
func (c *Changes) decided(
	ctx context.Context, actor audit.Actor, action audit.Action, act ScheduleAct, cause error,
) (scheduled.Change, error) {
	if cause != nil {
		return scheduled.Change{}, c.Refuse(ctx, actor,
			audit.Entry{Action: action, Object: scheduled.Object(act.ID), Reason: act.Reason}, cause)
	}

	return c.scheduled.Get(ctx, act.ID)
}

// ScheduledActs returns what was done to a scheduled change since, oldest first.
func (c *Changes) ScheduledActs(ctx context.Context, s scheduled.Change) ([]audit.Act, error) {
	return c.log.Acts(ctx, scheduled.Object(s.ID))
}
