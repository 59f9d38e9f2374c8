package store_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestLaterWaitsForNoDisk asks, in transactions of one after the other, whether they wait for the disk.
func TestLaterWaitsForNoDisk(t *testing.T) {
	t.Parallel()

	for name, address := range map[string]string{
		"sqlite": storetest.SQLiteURL(t), "postgres": storetest.PostgresURL(t) + "&synchronous_commit=on", // whatever its server has
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkLater(t, storetest.Open(t, address))
		})
	}
}

func checkLater(t *testing.T, db *store.DB) {
	t.Helper()

	another := storetest.Open(t, storetest.SQLiteURL(t))
	failed := errors.New("it failed")

	for _, c := range []struct {
		name  string
		ctx   context.Context //nolint:containedctx // it is what is tried
		fails error
		waits bool
	}{
		{"any other", t.Context(), nil, true},
		{"later", db.Later(t.Context()), nil, false},
		{"any other after it", t.Context(), nil, true},
		{"later that fails", db.Later(t.Context()), failed, false},
		{"any other after that", t.Context(), nil, true},
		{"later on another database", another.Later(t.Context()), nil, true},
	} {
		err := db.Tx(c.ctx, func(tx *sql.Tx) error {
			waits, err := waitsForDisk(c.ctx, db.Dialect(), tx)
			if err != nil || waits != c.waits {
				t.Errorf("%s: got %t, %v, want %t", c.name, waits, err, c.waits)
			}

			return c.fails
		})
		if !errors.Is(err, c.fails) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.fails)
		}
	}

	over, cancel := context.WithCancel(db.Later(t.Context()))
	_ = db.Tx(over, func(*sql.Tx) error {
		cancel()

		return over.Err()
	})

	err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		waits, err := waitsForDisk(t.Context(), db.Dialect(), tx)
		if !waits {
			t.Error("after one that was given up, no commit waits for the disk")
		}

		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func waitsForDisk(ctx context.Context, dialect store.Dialect, tx *sql.Tx) (waits bool, err error) {
	var setting string

	if dialect == store.SQLite {
		err = tx.QueryRowContext(ctx, `PRAGMA synchronous`).Scan(&setting)

		return setting == "2", err
	}

	err = tx.QueryRowContext(ctx, `SHOW synchronous_commit`).Scan(&setting)

	return setting == "on", err
}
