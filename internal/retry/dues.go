package retry

import (
	"context"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Rows are those of a table that are to be tried.
type Rows struct {
	Table, Condition string
	// Group is the column by which they are told apart, or a constant; Due is the one that says from when on a row is tried.
	Group, Due string
}

// Dues returns when the first row of each group can be tried, by this process's clock: its time is by that, and until when it
// was put off by the one that replicas share. It has no group without rows.
func Dues[G ~string](ctx context.Context, db *store.DB, clock func() time.Time, of Rows) (map[G]time.Time, error) {
	rows, err := db.Read().QueryContext(ctx, fmt.Sprintf(`
		SELECT %[1]s, MIN(%[2]s), NULL FROM %[3]s WHERE %[4]s AND next_try_at IS NULL GROUP BY 1
		UNION ALL SELECT %[1]s, %[2]s, next_try_at FROM %[3]s WHERE %[4]s AND next_try_at IS NOT NULL`,
		of.Group, of.Due, of.Table, of.Condition))
	if err != nil {
		return nil, fmt.Errorf("look when %s are due: %w", of.Table, err)
	}
	defer rows.Close()

	dues, again := map[G]time.Time{}, map[G][]waiting{}

	for rows.Next() {
		var (
			group     G
			due, next store.Time
		)

		if err := rows.Scan(&group, &due, &next); err != nil {
			return nil, fmt.Errorf("read when %s are due: %w", of.Table, err)
		}

		if next.IsZero() {
			dues[group] = due.Time
		} else {
			again[group] = append(again[group], waiting{due.Time, next.Time})
		}
	}

	if err := rows.Err(); err != nil || len(again) == 0 {
		return dues, err
	}

	return dues, addAgain(ctx, db, clock, dues, again)
}

// waiting is a row that was put off.
type waiting struct{ due, next time.Time }

func addAgain[G ~string](
	ctx context.Context, db *store.DB, clock func() time.Time, dues map[G]time.Time, again map[G][]waiting,
) error {
	shared, err := db.Now(ctx, db.Read(), clock)
	if err != nil {
		return err
	}

	ahead := clock().UTC().Truncate(time.Microsecond).Sub(shared)

	for group, rows := range again {
		for _, row := range rows {
			at := row.next.Add(ahead)
			if at.Before(row.due) {
				at = row.due
			}

			if first, ok := dues[group]; !ok || at.Before(first) {
				dues[group] = at
			}
		}
	}

	return nil
}
