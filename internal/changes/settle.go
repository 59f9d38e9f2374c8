package changes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/timeout"
	"github.com/graph-olap/opsconsole/ops"
)

// errOvertaken says that another replica changed the section since it was read.
var errOvertaken = errors.New("the section was changed since it was read")

// errUnsettled says that a change of the section is under way, or unknown.
var errUnsettled = errors.New("a change of the section is open")

// readBack reads the section back after the call and settles the change if it can.
func (c *Changes) readBack(
	ctx context.Context, service ops.Service, section ops.Section, actor audit.Actor, change Change, writeErr error,
) error {
	if notSent, ok := errors.AsType[notSentError](writeErr); ok {
		return c.settleNotSent(ctx, section, actor, change, notSent)
	}

	if writeErr != nil && ops.NotDone(writeErr) {
		return c.settle(ctx, section, actor, change, settlement{outcome: Failed, err: refusal(writeErr)}, nil)
	}

	var found ops.SectionState

	err := timeout.Do(ctx, callTimeout, func(ctx context.Context) (err error) {
		found, err = section.Read(ctx, service)

		return err
	})
	if err != nil {
		unknown := unavailable("The control plane did not answer when the values were read back. They are being read again until it does.")
		if writeErr != nil {
			unknown = notSaid()
		}

		return c.settle(ctx, section, actor, change, settlement{outcome: Unknown, err: unknown}, nil)
	}

	failpoint.Reach(failpoint.ChangeReadBack)

	return c.settle(ctx, section, actor, change, verdict(section, change, writeErr, found), &found)
}

// Recover marks what a stopped process left pending as unknown, so that it is settled
// soon. Only SQLite: its one process is this one, while on PostgreSQL another replica
// may be at work, and what it leaves behind is found by its age.
func (c *Changes) Recover(ctx context.Context) error {
	if c.db.Dialect() != store.SQLite {
		return nil
	}

	failpoint.Reach(failpoint.ChangeRecovered)

	unknown := settlement{
		outcome: Unknown, err: unavailable("The console was stopped before the control plane answered. The values are being read back."),
	}

	return c.write(ctx, func(tx *sql.Tx) error {
		if _, err := c.settled(unknown).Update(ctx, tx, changesTable, `outcome = $1`, Pending); err != nil {
			return err
		}

		left, err := selectChanges(ctx, tx, `WHERE outcome = $1`, Unknown)
		for _, change := range left {
			c.waits.since(change, "", c.clock())
		}

		return err
	})
}

// settle writes how the change ended, once: whoever comes second finds it done. The
// values that were found and that the change does not explain become an external one.
func (c *Changes) settle(
	ctx context.Context, section ops.Section, actor audit.Actor, change Change, end settlement, found *ops.SectionState,
) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()

	err := c.write(ctx, func(tx *sql.Tx) error {
		now, err := lockSection(ctx, tx, section.Name)
		if err != nil {
			return err
		}

		intent, others, err := c.close(ctx, tx, change, end)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}

		if err != nil {
			return err
		}

		request := Request{Section: change.Section, Source: change.Source}

		_, err = c.log.Append(ctx, tx, actor, audit.Entry{
			Action: request.action(), Object: request.object(), Outcome: auditOutcome(end.outcome),
			Reason: change.Reason, Intent: intent, Change: change.ID, Message: end.message(),
		})
		if err != nil || end.outcome == Unknown {
			return err
		}

		failpoint.Reach(failpoint.ChangeSettling)

		if err := c.settleOthers(ctx, tx, change, end.outcome, others); err != nil {
			return err
		}

		holds := change.Before
		if end.outcome == Applied {
			holds = change.After

			if err := forgetReplaced(ctx, tx, change); err != nil {
				return err
			}

			if found != nil {
				holds = asFound(section, holds, found.Values)
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
		return fmt.Errorf("settle change %d: %w", change.ID, err)
	}

	failpoint.Reach(failpoint.ChangeSettled)

	if end.outcome == Unknown {
		c.waits.since(change, "", c.clock())
	}

	return nil
}

// asFound spells the values as they were found, where that means the same.
func asFound(section ops.Section, values, found ops.Values) ops.Values {
	out := found.Clone()
	for _, d := range section.Diff(found, values) {
		out[d.Field.Name] = d.After
	}

	return out
}

// settled are the columns that a settlement writes.
func (c *Changes) settled(end settlement) store.Columns {
	var settled, unknown store.Time
	if end.outcome == Unknown {
		unknown.Time = c.now()
	} else {
		settled.Time = c.now()
	}

	givenUp := 0
	if end.givenUp {
		givenUp = 1
	}

	kept := failure.Failure{}
	if end.err != nil {
		kept = failure.Of(end.err)
	}

	return append(store.Columns{
		{Name: "outcome", Value: end.outcome},
		{Name: "error", Value: sql.NullString{String: end.message(), Valid: end.err != nil}},
		{Name: "settled_at", Value: settled},
		{Name: "unknown_at", Value: unknown},
		{Name: "given_up", Value: givenUp},
	}, kept.Columns()...)
}

// close sets the outcome of a change that is still open, else the error is [sql.ErrNoRows]. It returns the number of its
// intent, and whether a lease or a scheduled change waits for how it ended: those are written along with the change.
func (c *Changes) close(ctx context.Context, tx *sql.Tx, change Change, end settlement) (intent int64, others bool, err error) {
	condition := `id = $1 AND outcome IN ('pending', 'unknown') AND outcome <> $2`
	if end.ifSilent > 0 { // it may have come back since that was looked for
		condition += " AND " + silent(end.ifSilent)
	}

	err = c.settled(end).UpdateOne(ctx, tx, changesTable, condition, `intent,
		EXISTS (SELECT 1 FROM opsconsole_leases WHERE change_id = $1)
		OR EXISTS (SELECT 1 FROM opsconsole_leases WHERE end_change_id = $1)
		OR EXISTS (SELECT 1 FROM opsconsole_scheduled_changes WHERE change_id = $1)`,
		change.ID, end.outcome).Scan(&intent, &others)

	return intent, others, err
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
