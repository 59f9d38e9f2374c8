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

// errInterrupted stands for a call of which nobody knows any more how it ended.
var errInterrupted = fmt.Errorf("the console was interrupted: %w", ops.ErrOutcomeUnknown)

// errOvertaken says that another replica changed the section since it was read.
var errOvertaken = errors.New("the section was changed since it was read")

// open writes the audit intent and the change as pending, in one transaction.
func (c *Changes) open(ctx context.Context, actor audit.Actor, plan Plan, request Request) (Change, error) {
	section := plan.Current.Section
	change := Change{
		Section: section.Name, At: c.moment(), Actor: actor.Username, Reason: request.Reason,
		Source: request.Source, Outcome: Pending, Before: plan.Current.Values, After: plan.After,
		Fields:   names(section.Diff(plan.Current.Values, plan.After)),
		Restores: request.Restores, Point: request.point, RequestID: actor.RequestID,
	}

	err := c.db.Tx(ctx, func(tx *sql.Tx) error {
		if request.Guard != nil {
			if err := request.Guard(ctx, tx); err != nil {
				return err
			}
		}

		now, err := head(ctx, tx, section.Name)
		if err != nil {
			return err
		}

		if now.open || revisionText(now.revision) != plan.Current.Revision {
			e := ops.Error{
				Code:    ops.CodeConflict,
				Message: fmt.Sprintf("Somebody else is changing %s at this moment. Open the form again.", section.Title),
			}

			return e.Because(errOvertaken)
		}

		entry := audit.Entry{
			Action: request.action(), Object: request.object(), Outcome: audit.Intent, Reason: request.Reason,
		}
		if entry.Before, err = change.Before.MarshalJSON(); err != nil {
			return err
		}

		if entry.After, err = change.After.MarshalJSON(); err != nil {
			return err
		}

		intent, err := c.log.Append(ctx, tx, actor, entry)
		if err != nil {
			return err
		}

		if change.ID, err = insert(ctx, tx, change, intent.Seq); err != nil {
			return err
		}

		if request.Term != nil {
			return c.lease(ctx, tx, section, change, *request.Term)
		}

		return c.ending(ctx, tx, request.ends, change.ID)
	})
	if err != nil {
		return Change{}, fmt.Errorf("write down the change of %s first: %w", section.Name, err)
	}

	return change, nil
}

// conclude reads the section back after the call and settles the change if it can.
func (c *Changes) conclude(
	ctx context.Context, service ops.Service, section ops.Section, actor audit.Actor, change Change, writeErr error,
) (Change, error) {
	if writeErr != nil && ops.NotDone(writeErr) {
		return c.settle(ctx, section, actor, change, result{outcome: Failed, message: refusal(writeErr)}, nil)
	}

	var found ops.SectionState

	err := within(ctx, callTimeout, func(ctx context.Context) (err error) {
		found, err = section.Read(ctx, service)

		return err
	})
	if err != nil {
		message := "The control plane did not answer when the values were read back. They are read again until it does."
		if writeErr != nil {
			message = notSaid
		}

		return c.settle(ctx, section, actor, change, result{outcome: Unknown, message: message}, nil)
	}

	return c.settle(ctx, section, actor, change, verdict(section, change, writeErr, found), &found)
}

// Recover marks what a stopped process left pending as unknown, so that it is settled
// soon. Only SQLite: its one process is this one, while on PostgreSQL another replica
// may be at work, and what it leaves behind is found by its age.
func (c *Changes) Recover(ctx context.Context) error {
	if c.db.Dialect() != store.SQLite {
		return nil
	}

	return c.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE opsconsole_changes SET outcome = $1, error = $2, unknown_at = $3 WHERE outcome = $4`,
			Unknown, "The console was stopped before the control plane answered. The values are read back.",
			store.Time{Time: c.moment()}, Pending)

		return err
	})
}

// ripe reports whether reading back can tell what became of an open change.
func (c *Changes) ripe(change Change) bool { return c.waited(change, abandoned, grace) }

// ripeEnd is ripe for whoever ends a lease, and so holds the section: a call of this
// process is not under way. An end is not waited for as long as others, since setting
// the same values once more does no harm.
func (c *Changes) ripeEnd(change Change) bool {
	return c.ripe(change) || change.Source == SourceLeaseEnd && c.waited(change, graceOfEnd, graceOfEnd)
}

// waited reports whether an open change is that old, since it was written or became
// unknown. One from the future is as old as can be: the clock was set back.
func (c *Changes) waited(change Change, pending, unknown time.Duration) bool {
	from, wait := change.At, pending
	if change.Outcome == Unknown {
		from, wait = change.unknownAt, unknown
	}

	age := c.now().Sub(from)

	return age >= wait || age < -abandoned
}

const notSaid = "The control plane did not say whether it made the change. The values are read back until it is known."

// result is an outcome and what to say of it.
type result struct {
	outcome Outcome
	message string
	// givenUp says that a request of ours was never answered and may yet be carried out.
	givenUp bool
}

// verdict judges a change by what the section holds after the call. Only the fields
// that it set count: the others may have been changed by somebody else since. Of a
// request that was not answered nothing but the new values tells anything; the rest is
// waited for, and remembered when that is given up.
func verdict(section ops.Section, change Change, writeErr error, found ops.SectionState) result {
	ours := change.Fields

	switch {
	case section.EqualIn(ours, change.After, found.Values):
		return result{outcome: Applied}
	case writeErr == nil:
		return result{outcome: Failed, message: "The control plane accepted the change, but holds other values."}
	case !errors.Is(writeErr, errInterrupted):
		return result{outcome: Unknown, message: notSaid}
	case section.EqualIn(ours, change.Before, found.Values):
		return result{outcome: Failed, message: "The control plane did not carry it out: the old values are still set.", givenUp: true}
	default:
		return result{outcome: Failed, message: "The control plane holds neither the old values nor the new ones.", givenUp: true}
	}
}

func refusal(err error) string {
	e := ops.AsError(err)

	return "The control plane refused: " + ops.Clip(e.Message) + ops.Clip(ops.FieldText(e))
}

// settle writes how the change ended, once: whoever comes second finds it done. The
// values that were found and that the change does not explain become an external one.
func (c *Changes) settle(
	ctx context.Context, section ops.Section, actor audit.Actor, change Change, end result, found *ops.SectionState,
) (Change, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()

	err := c.db.Tx(ctx, func(tx *sql.Tx) error {
		now, err := head(ctx, tx, section.Name)
		if err != nil {
			return err
		}

		won, intent, err := c.close(ctx, tx, change, end)
		if err != nil || !won {
			return err
		}

		request := Request{Section: change.Section, Source: change.Source}

		_, err = c.log.Append(ctx, tx, actor, audit.Entry{
			Action: request.action(), Object: request.object(), Outcome: auditOutcome(end.outcome),
			Reason: change.Reason, Intent: intent, Change: change.ID, Message: end.message,
		})
		if err != nil || end.outcome == Unknown {
			return err
		}

		if err := c.settleOthers(ctx, tx, change, end.outcome); err != nil {
			return err
		}

		holds := change.Before
		if end.outcome == Applied {
			holds = change.After

			if err := supersede(ctx, tx, change); err != nil {
				return err
			}

			id := sql.NullInt64{Int64: change.ID, Valid: true}
			if err := c.advance(ctx, tx, section, now.revision+1, holds, id); err != nil {
				return err
			}

			now.revision++
		}

		// It happened while the change was under way.
		now.seenAt.Time = change.At

		if found == nil {
			return nil
		}

		return c.explain(ctx, tx, section, now, holds, *found)
	})
	if err != nil {
		return change, fmt.Errorf("settle change %d: %w", change.ID, err)
	}

	return c.Get(ctx, change.ID)
}

// close sets the outcome of a change that is still open; won is false when it is not.
func (c *Changes) close(ctx context.Context, tx *sql.Tx, change Change, end result) (won bool, intent int64, err error) {
	var settled, unknown store.Time
	if end.outcome == Unknown {
		unknown.Time = c.moment()
	} else {
		settled.Time = c.moment()
	}

	givenUp := 0
	if end.givenUp {
		givenUp = 1
	}

	err = tx.QueryRowContext(ctx, `
		UPDATE opsconsole_changes SET outcome = $1, error = $2, settled_at = $3, unknown_at = $4, given_up = $5
		WHERE id = $6 AND outcome IN ('pending', 'unknown') AND outcome <> $1 RETURNING intent`,
		end.outcome, sql.NullString{String: end.message, Valid: end.message != ""}, settled, unknown, givenUp, change.ID,
	).Scan(&intent)
	if errors.Is(err, sql.ErrNoRows) {
		return false, 0, nil
	}

	return err == nil, intent, err
}

func auditOutcome(o Outcome) audit.Outcome {
	switch o {
	case Applied:
		return audit.Done
	case Failed:
		return audit.Failed
	case Pending, Unknown:
		return audit.Unknown
	default:
		return audit.Unknown
	}
}
