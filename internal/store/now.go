package store

import (
	"context"
	"fmt"
	"time"
)

// Now is the time by the clock that all processes with this database share, to the microsecond, as it keeps it: PostgreSQL's own,
// which says more of who is silent than those of replicas do; on SQLite, which has one process, that process's clock.
func (db *DB) Now(ctx context.Context, from Querier, clock func() time.Time) (now time.Time, err error) {
	if db.Dialect() != Postgres {
		return clock().UTC().Truncate(time.Microsecond), nil
	}

	if err := from.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&now); err != nil {
		return time.Time{}, fmt.Errorf("ask the database for the time: %w", err)
	}

	return now.UTC(), nil
}
