package idempotency_test

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/idempotency"
	"github.com/graph-olap/opsconsole/internal/store"
)

// TestWhoWaitsInVainDoesNotSayThatNothingWasDone: the same request may be what was waited for, and cannot be seen before it commits.
func TestWhoWaitsInVainDoesNotSayThatNothingWasDone(t *testing.T) {
	t.Parallel()

	limits := store.DefaultLimits()
	limits.Lock = 50 * time.Millisecond

	db, err := store.OpenWithin(t.Context(), migrated.PostgresURL(t), limits)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = db.Close() })

	var refused error

	if err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), `LOCK TABLE opsconsole_idempotency IN SHARE MODE`); err != nil {
			return err
		}

		_, _, refused = idempotency.New(db, time.Now).Claim(t.Context(), save())

		return nil
	}); err != nil {
		t.Fatal(err)
	}

	if refused == nil || errors.Is(refused, idempotency.ErrUnused) {
		t.Errorf("got %v, want that it is not known what was done", refused)
	}
}
