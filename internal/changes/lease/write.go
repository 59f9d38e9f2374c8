package lease

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Begin writes a pending lease of what its change sets, unless an open one holds a field of
// it: that is a CONFLICT.
func (s *Store) Begin(ctx context.Context, tx *sql.Tx, section ops.Section, l Lease) error {
	others, err := s.OpenIn(ctx, tx, section.Name)
	if err != nil {
		return err
	}

	for _, field := range section.Fields {
		if _, wanted := l.Set[field.Name]; !wanted {
			continue
		}

		for _, other := range others {
			if _, held := other.Set[field.Name]; held {
				return other.Holds(field, "extend it")
			}
		}
	}

	l.State = Pending
	if _, err := l.columns().Insert(ctx, tx, table); err != nil {
		return fmt.Errorf("write the lease: %w", err)
	}

	return nil
}

// Move moves the end of what a holder holds.
func (s *Store) Move(ctx context.Context, tx *sql.Tx, holder Holder, endsAt time.Time) error {
	_, err := store.Columns{{Name: "ends_at", Value: store.Time{Time: endsAt}}}.
		Update(ctx, tx, table, `window_id = $1 AND `+open(), holder)
	if err != nil {
		return fmt.Errorf("move what %d holds: %w", holder, err)
	}

	return nil
}

// EndBy notes which change is to take back the lease, unless it was ended or its end was
// moved since it was read.
func (s *Store) EndBy(ctx context.Context, tx *sql.Tx, l Lease, change int64) error {
	return l.writeSettled(ctx, tx, store.Columns{{Name: "end_change_id", Value: change}})
}

// Extend moves the end of an active lease, and forgets what was in its way.
func (s *Store) Extend(ctx context.Context, tx *sql.Tx, l Lease, endsAt time.Time) error {
	columns := append(store.Columns{
		{Name: "ends_at", Value: store.Time{Time: endsAt}}, {Name: "tries", Value: 0}, {Name: "next_try_at", Value: store.Time{}},
	}, noteColumns("", nil)...)

	return l.write(ctx, tx, columns, `id = $1 AND state = 'active' AND end_change_id IS NULL`, l.ID)
}

// Close moves the lease to a state without a change: it is held because of the cause, or over.
func (s *Store) Close(ctx context.Context, tx *sql.Tx, l Lease, state State, note string, cause *ops.Error) error {
	var ended store.Time
	if state != Held {
		ended.Time = s.now()
	}

	return l.writeSettled(ctx, tx, append(store.Columns{
		{Name: "state", Value: state}, {Name: "ended_at", Value: ended},
	}, noteColumns(note, cause)...))
}

// Release has a held lease end as if its time came now: what it waited for was decided.
func (s *Store) Release(ctx context.Context, tx *sql.Tx, l Lease) error {
	return l.writeSettled(ctx, tx, append(store.Columns{
		{Name: "state", Value: Active}, {Name: "tries", Value: 0}, {Name: "next_try_at", Value: store.Time{}},
	}, noteColumns("", nil)...))
}

// noteColumns are the columns of a note, and of the error that it tells of, nil for none.
func noteColumns(note string, cause *ops.Error) store.Columns {
	var kept failure.Failure
	if cause != nil {
		kept = failure.Of(cause)
	}

	return append(store.Columns{{Name: "note", Value: note}}, kept.Columns()...)
}

// writeSettled writes a lease that is settled and whose end was not moved since it was read.
func (l Lease) writeSettled(ctx context.Context, tx *sql.Tx, columns store.Columns) error {
	return l.write(ctx, tx, columns, `id = $1 AND ends_at = $2 AND `+settled, l.ID, store.Time{Time: l.EndsAt})
}

func (l Lease) write(ctx context.Context, tx *sql.Tx, columns store.Columns, condition string, args ...any) error {
	n, err := columns.Update(ctx, tx, table, condition, args...)
	if err != nil {
		return fmt.Errorf("write lease %d: %w", l.ID, err)
	}

	if n == 0 {
		return l.NotSettled()
	}

	return nil
}

// NotSettled refuses what can be done with a settled lease alone, and says where it stands.
func (l Lease) NotSettled() error {
	return &ops.Error{Code: ops.CodeConflict, Message: fmt.Sprintf("Temporary change %d is %s.", l.ID, l.standing())}
}

func (l Lease) standing() string {
	switch {
	case l.EndChange != nil && l.Open():
		return "being ended right now"
	case l.State == Pending:
		return "not known to have started yet"
	case l.State == Held:
		return "held: keep the current values, or end it"
	case l.Open():
		return "no longer what it was: reload the page"
	default:
		return "over: it was " + string(l.State)
	}
}

// Settle lets follow what a settled change decides: the lease that it began, and the one that
// it was to end.
func (s *Store) Settle(ctx context.Context, tx *sql.Tx, change int64, applied bool) error {
	began, ended := Void, store.Columns{{Name: "end_change_id", Value: sql.NullInt64{}}}
	if applied {
		began = Active

		ended = append(store.Columns{
			{Name: "state", Value: Ended}, {Name: "ended_at", Value: store.Time{Time: s.now()}},
		}, noteColumns("", nil)...)
	}

	beginErr := store.Columns{{Name: "state", Value: began}}.
		SendUpdate(ctx, tx, table, `change_id = $1 AND state IN ('pending', 'void')`, change)
	endErr := ended.SendUpdate(ctx, tx, table, `end_change_id = $1`, change)

	return errors.Join(beginErr, endErr)
}

// Reassign lets the lease of a change belong to another one, and take back what was before
// that.
func (s *Store) Reassign(ctx context.Context, tx *sql.Tx, from, to int64, before ops.Values) error {
	_, err := store.Columns{{Name: "change_id", Value: to}, {Name: "before_json", Value: store.JSON(&before)}}.
		Update(ctx, tx, table, `change_id = $1`, from)
	if err != nil {
		return fmt.Errorf("move the lease of change %d: %w", from, err)
	}

	return nil
}
