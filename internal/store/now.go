package store

import (
	"context"
	"fmt"
	"time"
)

// AgreeOn has [DB.Now] tell the time of a clock on either database: for tests, which cannot move PostgreSQL's. It is to be called
// before anything else is.
func (db *DB) AgreeOn(clock func() time.Time) { db.agreed = clock }

// Now is the time by the clock that all processes with this database share, to the microsecond, as it keeps it: PostgreSQL's own,
// which says more of who is silent than those of replicas do; on SQLite, which has one process, that process's clock.
func (db *DB) Now(ctx context.Context, from Querier, clock func() time.Time) (now time.Time, err error) {
	if db.agreed != nil {
		clock = db.agreed
	}

	if db.agreed != nil || db.dialect != Postgres {
		return clock().UTC().Truncate(time.Microsecond), nil
	}

	if err := from.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&now); err != nil {
		return time.Time{}, fmt.Errorf("ask the database for the time: %w", err)
	}

	return now.UTC(), nil
}
