package store_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestWhoWaitsInAStatementHoldsUpNoIndex: a version before waits for its turn in a transaction, for which the index waits.
func TestWhoWaitsInAStatementHoldsUpNoIndex(t *testing.T) {
	t.Parallel()

	db := openWithin(t, storetest.PostgresURL(t), store.Limits{IdleInTransaction: 3 * time.Second})

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	const lock = 0x6f7073616c6f6e65 // that of Alone

	waited := make(chan error, 1)

	if err := db.Alone(ctx, func(ctx context.Context, pool *sql.DB) error {
		go func() {
			waited <- db.Tx(ctx, func(tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(lock))

				return err
			})
		}()

		const waits = `SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
			WHERE l.locktype = 'advisory' AND NOT l.granted AND a.datname = current_database())`

		for there := false; !there; {
			if err := pool.QueryRowContext(ctx, waits).Scan(&there); err != nil {
				return err
			}
		}

		_, err := pool.ExecContext(ctx, buildBeside)

		return err
	}); err != nil {
		t.Errorf("the index is not built: %v", err)
	}

	if err := <-waited; err == nil || ctx.Err() != nil {
		t.Errorf("who waited in a statement got %v, %v; want to be sent away", err, ctx.Err())
	}
}
