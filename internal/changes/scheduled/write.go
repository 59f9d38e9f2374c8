package scheduled

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/internal/retry"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// What could not even be tried is looked at again soon. What was tried stands in the history for
// ever, so the pause doubles after every other try.
const (
	retrySoonMax  = 10 * time.Second
	retryTriedMin = 5 * time.Second
	retryTriedMax = 5 * time.Minute
	triedRepeat   = 2
)

func retrySoon() retry.Policy { return retry.Policy{First: time.Second, Max: retrySoonMax} }

func retryTried() retry.Policy {
	return retry.Policy{First: retryTriedMin, Max: retryTriedMax, Repeat: triedRepeat}
}

// Insert writes a new one.
func (s *Store) Insert(ctx context.Context, tx *sql.Tx, c Change) (id int64, err error) {
	c.State, c.Number, c.CreatedAt = Scheduled, 1, s.now()
	c.ReviewedAt = c.CreatedAt

	if id, err = c.columns().Insert(ctx, tx, table); err != nil {
		return 0, fmt.Errorf("write the scheduled change: %w", err)
	}

	return id, nil
}

// Postpone notes why it could not be made at its time and when to try again. tried says that the
// control plane was asked to.
func (s *Store) Postpone(ctx context.Context, tx *sql.Tx, c Change, cause error, tried bool) (note string, err error) {
	policy := retrySoon()
	if tried {
		policy = retryTried()
	}

	row := retry.Row{
		Table: table, Condition: "id = $1 AND revision = $2 AND state = 'scheduled'", Args: []any{c.ID, c.Number}, Tries: c.tries,
	}
	e := ops.AsError(cause)
	note = "It could not be applied yet: " + ops.Clip(e.Message)

	now, err := s.shared(ctx, tx)
	if err != nil {
		return note, err
	}

	return note, policy.Postpone(ctx, tx, row, now, noteColumns(note, e)...)
}

// TellLate notes that others are told that it is late; first is false where they were before.
func (s *Store) TellLate(ctx context.Context, tx *sql.Tx, c Change) (first bool, err error) {
	n, err := store.Columns{{Name: "late_told", Value: 1}}.
		Update(ctx, tx, table, `id = $1 AND revision = $2 AND state = 'scheduled' AND late_told = 0`, c.ID, c.Number)
	if err != nil {
		return false, fmt.Errorf("note that scheduled change %d is late: %w", c.ID, err)
	}

	return n > 0, nil
}

// Hold has it wait for an operator because of the cause.
func (s *Store) Hold(ctx context.Context, tx *sql.Tx, c Change, note string, cause *ops.Error) error {
	return c.write(ctx, tx, append(store.Columns{{Name: "state", Value: Held}}, noteColumns(note, cause)...))
}

// Cancel has it never be made.
func (s *Store) Cancel(ctx context.Context, tx *sql.Tx, c Change) error {
	return c.write(ctx, tx, store.Columns{
		{Name: "state", Value: Cancelled}, {Name: "settled_at", Value: store.Time{Time: s.now()}},
	})
}

// Move has it be made at its At, on top of its Before, and forgets what was in its way.
func (s *Store) Move(ctx context.Context, tx *sql.Tx, c Change) error {
	return c.write(ctx, tx, append(store.Columns{
		{Name: "state", Value: Scheduled},
		{Name: "due_at", Value: store.ZeroTime(&c.At)},
		{Name: "ends_at", Value: store.NullTime(&c.EndsAt)},
		{Name: "before_json", Value: store.JSON(&c.Before)},
		{Name: "reviewed_at", Value: store.Time{Time: s.now()}},
		{Name: "tries", Value: 0},
		{Name: "next_try_at", Value: store.Time{}},
		{Name: "late_told", Value: 0},
	}, noteColumns("", nil)...))
}

// ApplyBy notes which change makes it, unless something was done to it since it was read.
func (s *Store) ApplyBy(ctx context.Context, tx *sql.Tx, c Change, change int64) error {
	return c.write(ctx, tx, store.Columns{{Name: "change_id", Value: change}, {Name: "applying", Value: 1}})
}

// Settle lets follow what came of a change that makes one.
func (s *Store) Settle(ctx context.Context, tx *sql.Tx, change int64, applied bool) (settled bool, err error) {
	columns := store.Columns{{Name: "applying", Value: 0}}
	if applied {
		columns = append(store.Columns{
			{Name: "applying", Value: 0}, {Name: "state", Value: Applied}, {Name: "settled_at", Value: store.Time{Time: s.now()}},
		}, noteColumns("", nil)...)
	}

	condition := `change_id = $1 AND ` + open
	if !applied {
		condition += ` AND applying = 1`
	}

	n, err := columns.Update(ctx, tx, table, condition, change)
	if err != nil {
		return false, fmt.Errorf("settle what change %d makes: %w", change, err)
	}

	return n > 0, nil
}

// Made returns the one that a change made, as tx sees it.
func (s *Store) Made(ctx context.Context, tx *sql.Tx, change int64) (Change, error) {
	found, err := s.query(ctx, tx, `WHERE change_id = $1`, change)
	if err == nil && len(found) == 0 {
		err = ops.NotFound("scheduled change", change)
	}

	if err != nil {
		return Change{}, err
	}

	return found[0], nil
}

// noteColumns are the columns of a note, and of the error that it tells of, nil for none.
func noteColumns(note string, cause *ops.Error) store.Columns {
	var kept failure.Failure
	if cause != nil {
		kept = failure.Of(cause)
	}

	return append(store.Columns{{Name: "note", Value: note}}, kept.Columns()...)
}

// write writes one that may still be made, unless something was done to it since it was read.
func (c Change) write(ctx context.Context, tx *sql.Tx, columns store.Columns) error {
	columns = append(store.Columns{{Name: "revision", Value: c.Number + 1}}, columns...)

	n, err := columns.Update(ctx, tx, table, `id = $1 AND revision = $2 AND applying = 0 AND `+open, c.ID, c.Number)
	if err != nil {
		return fmt.Errorf("write scheduled change %d: %w", c.ID, err)
	}

	if n == 0 {
		return c.Closed()
	}

	return nil
}
