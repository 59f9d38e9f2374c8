package scheduled

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/internal/store"
)

const table = "opsconsole_scheduled_changes"

// open is the condition of [State.Open]; the index of the table has the same words.
const open = `state IN ('scheduled', 'held')`

// AnyOpen is an expression for whether any of them may still be made.
const AnyOpen = `EXISTS (SELECT 1 FROM ` + table + ` WHERE ` + open + `)`

// columns are those of the table but for the id.
func (c *Change) columns() store.Columns {
	return append(store.Columns{
		{Name: "revision", Value: &c.Number},
		{Name: "section", Value: &c.Section},
		{Name: "state", Value: &c.State},
		{Name: "due_at", Value: store.ZeroTime(&c.At)},
		{Name: "actor", Value: &c.Actor},
		{Name: "reason", Value: &c.Reason},
		{Name: "request_id", Value: &c.RequestID},
		{Name: "before_json", Value: store.JSON(&c.Before)},
		{Name: "set_json", Value: store.JSON(&c.Set)},
		{Name: "restores", Value: &c.Restores},
		{Name: "kind", Value: &c.Kind},
		{Name: "length_us", Value: micros{&c.Length}},
		{Name: "ends_at", Value: store.NullTime(&c.EndsAt)},
		{Name: "created_at", Value: store.ZeroTime(&c.CreatedAt)},
		{Name: "reviewed_at", Value: store.ZeroTime(&c.ReviewedAt)},
		{Name: "intent", Value: &c.Intent},
		{Name: "change_id", Value: &c.Change},
		{Name: "applying", Value: flag{&c.Applying}},
		{Name: "settled_at", Value: store.NullTime(&c.SettledAt)},
		{Name: "tries", Value: &c.tries},
		{Name: "next_try_at", Value: store.ZeroTime(&c.nextTry)},
		{Name: "note", Value: &c.Note},
		{Name: "late_told", Value: flag{&c.lateTold}},
	}, c.Columns()...)
}

func (c *Change) row() store.Columns {
	return append(store.Columns{{Name: "id", Value: &c.ID}}, c.columns()...)
}

// micros keeps a length of time as whole microseconds.
type micros struct{ length *time.Duration }

// Value implements [driver.Valuer].
func (m micros) Value() (driver.Value, error) { return m.length.Microseconds(), nil }

// Scan implements [sql.Scanner].
func (m micros) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("read a length of time: %T", src)
	}

	*m.length = time.Duration(n) * time.Microsecond

	return nil
}

// flag keeps true as 1 and false as 0.
type flag struct{ set *bool }

// Value implements [driver.Valuer].
func (f flag) Value() (driver.Value, error) {
	if *f.set {
		return int64(1), nil
	}

	return int64(0), nil
}

// Scan implements [sql.Scanner].
func (f flag) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("read a flag: %T", src)
	}

	*f.set = n != 0

	return nil
}

// query returns those that the clause selects, with what the clock says of them.
func (s *Store) query(ctx context.Context, q store.Querier, clause string, args ...any) ([]Change, error) {
	found, err := store.Select(ctx, q, table, (*Change).row, clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list scheduled changes: %w", err)
	}

	now := s.now()

	for i := range found {
		found[i].derive(now)

		if found[i].Note == "" {
			found[i].Failure = failure.Failure{}
		}
	}

	return found, nil
}
