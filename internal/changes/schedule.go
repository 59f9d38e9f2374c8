package changes

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/ops"
)

// Windows are the maintenance windows that a scheduled change may meet.
type Windows interface {
	// GuardAgainstWindows returns a [Request.Guard]: see maintenance.Windows.
	GuardAgainstWindows(section ops.SectionName, from, until time.Time) func(ctx context.Context, tx *sql.Tx, fields []string) error
	// Met says which windows set something of the section between those times.
	Met(ctx context.Context, section ops.SectionName, from, until time.Time) ([]Effect, error)
}

// Outbox keeps, in the transaction in which it happens, what others are told of scheduled changes.
type Outbox interface {
	NotifyScheduled(ctx context.Context, tx *sql.Tx, change scheduled.Change, at time.Time) error
}

// tell has others told what state a scheduled change is in now.
func (c *Changes) tell(ctx context.Context, tx *sql.Tx, s scheduled.Change, state scheduled.State, note string) error {
	if c.Outbox == nil {
		return nil
	}

	s.State, s.Note = state, note

	err := c.Outbox.NotifyScheduled(ctx, tx, s, c.now())

	failpoint.Reach(failpoint.ScheduledTold)

	return err
}

// settledScheduled lets a scheduled change follow what came of the change that made it.
func (c *Changes) settledScheduled(ctx context.Context, tx *sql.Tx, change int64, applied bool) error {
	settled, err := c.scheduled.Settle(ctx, tx, change, applied)
	if err != nil || !settled || !applied || c.Outbox == nil {
		return err
	}

	s, err := c.scheduled.Made(ctx, tx, change)
	if err != nil {
		return err
	}

	return c.tell(ctx, tx, s, scheduled.Applied, "")
}

// scheduledLongest is how far ahead a change may be scheduled.
const scheduledLongest = 90 * 24 * time.Hour

// ParseAt reads when a change is to be made: a moment (RFC 3339) that is still to come. "" is zero:
// now.
func (c *Changes) ParseAt(at string) (time.Time, []ops.FieldError) {
	if at == "" {
		return time.Time{}, nil
	}

	refuse := func(message string) (time.Time, []ops.FieldError) {
		return time.Time{}, []ops.FieldError{{Field: "body.at", Message: message, Type: "at"}}
	}

	moment, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return refuse("must be a date and time with its zone, such as 2026-03-01T14:00:00Z")
	}

	moment = moment.UTC().Truncate(time.Microsecond)
	if message := c.wrongAt(moment); message != "" {
		return refuse(message)
	}

	return moment, nil
}

// wrongAt says why a change cannot be scheduled for a time, "" where it can.
func (c *Changes) wrongAt(at time.Time) string {
	switch left := at.Sub(c.now()); {
	case left <= 0:
		return fmt.Sprintf("is in the past: it is %s already. Choose a later time, or leave it empty to apply the change now.",
			moments(c.now()))
	case left > scheduledLongest:
		return "must be at most 90 days from now"
	default:
		return ""
	}
}

// moments writes a moment in messages.
func moments(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }

// Schedule has the change made at the request's At. What is to come with it is checked as by
// [Changes.Apply], whose errors it has; besides it returns a CONFLICT with what holds a field of a
// temporary change at that time.
func (c *Changes) Schedule(
	ctx context.Context, service ops.Service, actor audit.Actor, request Request,
) (scheduled.Change, error) {
	section, err := ops.SectionOf(request.Section)
	if err != nil {
		return scheduled.Change{}, err
	}

	unlock, err := c.lock(ctx, section.Name)
	if err != nil {
		return scheduled.Change{}, err
	}
	defer unlock()

	plan, err := c.planByHand(ctx, service, section, request)
	if err != nil {
		return scheduled.Change{}, c.Refuse(ctx, actor, request.Entry(), err)
	}

	s, err := c.schedule(ctx, actor, plan, request)

	return s, c.Refuse(ctx, actor, request.Entry(), err)
}

// schedule writes down what is to be made, and the entry of the audit log, in one transaction.
func (c *Changes) schedule(ctx context.Context, actor audit.Actor, plan Plan, request Request) (scheduled.Change, error) {
	section := plan.Current.Section
	s := scheduled.Change{
		Section: section.Name, At: request.At, Actor: actor.Username, Reason: request.Reason, RequestID: actor.RequestID,
		Before: plan.Current.Values, Set: ops.Values{}, Restores: request.Restores,
	}

	for _, d := range plan.Differences {
		s.Set[d.Field.Name] = d.After
	}

	if request.Term != nil {
		s.Kind, s.Length, s.EndsAt = request.Term.Kind, request.Term.Length, &request.Term.EndsAt
	}

	err := c.write(ctx, func(tx *sql.Tx) error {
		if request.Guard != nil {
			if err := request.Guard(ctx, tx, fieldNames(plan.Differences)); err != nil {
				return err
			}
		}

		now, err := lockSection(ctx, tx, section.Name)
		if err != nil {
			return err
		}

		if now.open || revisionText(now.revision) != plan.Current.Revision {
			return overtaken(section)
		}

		if err := c.checkAhead(ctx, tx, section, s); err != nil {
			return err
		}

		entry, err := scheduledEntry(plan, request, s)
		if err != nil {
			return err
		}

		if entry, err = c.log.Append(ctx, tx, actor, entry); err != nil {
			return err
		}

		failpoint.Reach(failpoint.ScheduledWriting)

		s.Intent = entry.Seq
		if s.ID, err = c.scheduled.Insert(ctx, tx, s); err != nil {
			return err
		}

		return c.tell(ctx, tx, s, scheduled.Scheduled, "")
	})
	if err != nil {
		return scheduled.Change{}, fmt.Errorf("schedule the change of %s: %w", section.Name, err)
	}

	return c.scheduled.Get(ctx, s.ID)
}

// scheduledEntry is what the audit log says of a change that is scheduled. It is about the section: what waits for
// another operator is void once that changes.
func scheduledEntry(plan Plan, request Request, s scheduled.Change) (entry audit.Entry, err error) {
	entry = audit.Entry{
		Action: request.action(), Counts: request.counts(), Object: request.object(), Outcome: audit.Done, Reason: request.Reason,
		Message: "At " + moments(s.At) + ".",
	}

	if s.Kind != "" {
		entry.Message = "From " + moments(s.At) + " to " + moments(*s.EndsAt) + "."
	}

	if entry.Before, err = plan.Current.Values.MarshalJSON(); err != nil {
		return entry, err
	}

	entry.After, err = plan.After.MarshalJSON()

	return entry, err
}

// overtaken refuses what another replica was faster with.
func overtaken(section ops.Section) error {
	e := ops.Error{
		Code:    ops.CodeConflict,
		Message: fmt.Sprintf("Somebody else is changing %s right now. Open the form again.", section.Title),
	}

	return e.Because(errOvertaken)
}
