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
		text += " " + lasted(late) + " late."
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
