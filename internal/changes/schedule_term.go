package changes

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/ops"
)

// termOf is that of a scheduled change which is made as if it were that time; nil of a permanent one. What is to be
// confirmed can be for as long as was said, however late it is made.
func (c *Changes) termOf(s scheduled.Change, at time.Time) *Term {
	if s.Kind == "" {
		return nil
	}

	if s.Kind == lease.Confirm {
		at = c.now()
	}

	return &Term{Kind: s.Kind, EndsAt: s.Until(at), Length: s.Length}
}

// wrongMove says why a scheduled change cannot be made at the time to which it was moved, "" where it can. The end of
// one stands by itself: how long that lasts is another question than when it was scheduled.
func (c *Changes) wrongMove(moved scheduled.Change) string {
	if moved.At.IsZero() {
		return "Enter when the change is to be applied."
	}

	if message := c.wrongAt(moved.At); message != "" || moved.EndsAt == nil {
		return message
	}

	switch lasts := moved.EndsAt.Sub(moved.At); {
	case lasts <= 0:
		return "must be before it ends, at " + moments(*moved.EndsAt)
	case lasts > termLongest:
		return "must be at most 90 days before it ends, at " + moments(*moved.EndsAt)
	default:
		return ""
	}
}

// wrongTermNow refuses a scheduled change that is made now and would be over, or would last too long.
func (c *Changes) wrongTermNow(s scheduled.Change, term Term) error {
	refuse := func(format string) error {
		return &ops.Error{Code: ops.CodeConflict, Message: fmt.Sprintf(format, s.ID, moments(term.EndsAt))}
	}

	switch left := term.EndsAt.Sub(c.now()); {
	case left <= 0:
		return refuse("Scheduled change %d would already have ended, at %s. Cancel it, or make a new one.")
	case left > termLongest:
		return refuse("Scheduled change %d ends at %s, and a temporary change lasts at most 90 days. Apply it later, or make a new one.")
	default:
		return nil
	}
}

// guardTerm keeps a temporary change out of the way of windows.
func (c *Changes) guardTerm(request *Request, from time.Time) {
	if request.Term != nil && c.Windows != nil {
		request.Guard = c.Windows.GuardAgainstWindows(request.Section, from, request.Term.EndsAt)
	}
}

// dueText says in the audit log which scheduled change is made, and how late that is.
func dueText(s scheduled.Change, now time.Time) string {
	text := fmt.Sprintf("Scheduled change %d, due at %s.", s.ID, moments(s.At))
	if late := now.Sub(s.At); late >= time.Minute {
		text += " " + humantime.Span(late) + " late."
	}

	return text
}

// holdScheduled has a scheduled change wait for an operator.
func (c *Changes) holdScheduled(ctx context.Context, s scheduled.Change, cause *ops.Error) error {
	note := cause.Message + " Apply it now, move it to another time, or cancel it."

	return c.write(ctx, func(tx *sql.Tx) error {
		if err := c.scheduled.Hold(ctx, tx, s, note, cause); err != nil {
			return err
		}

		if err := c.tell(ctx, tx, s, scheduled.Held, note); err != nil {
			return err
		}

		return c.acted(ctx, tx, Scheduled(s.Actor), audit.Entry{
			Action: audit.ScheduleHold, Object: scheduled.Object(s.ID), Outcome: audit.Refused, Reason: s.Reason, Message: note,
		})
	})
}

// acted writes down what was done to a scheduled change.
func (c *Changes) acted(ctx context.Context, tx *sql.Tx, actor audit.Actor, entry audit.Entry) error {
	failpoint.Reach(failpoint.ScheduledActing)

	_, err := c.log.Append(ctx, tx, actor, entry)

	return err
}
