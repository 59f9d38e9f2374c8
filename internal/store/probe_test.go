package store_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

func TestAPoolThatIsFullIsNoOutage(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.PostgresURL(t))
	for range db.Read().Stats().MaxOpenConnections {
		conn, err := db.Read().Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()

	if err := db.ProbeRead(ctx); err != nil || db.CannotRead() != nil {
		t.Errorf("got %v, %v, want it to be read", err, db.CannotRead())
	}
}

func TestOneSlowProbeIsNoOutage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()

		for range 2 {
			if err := db.ProbeRead(late); err != nil || db.CannotRead() != nil {
				t.Errorf("once: got %v, %v, want nothing yet", err, db.CannotRead())
			}

			wantTrouble(t, db.ProbeRead(late), store.Unreadable, "it does not answer")
			wantTrouble(t, db.CannotRead(), store.Unreadable, "it does not answer")

			if err := db.ProbeRead(t.Context()); err != nil || db.CannotRead() != nil {
				t.Errorf("afterwards: got %v, %v, want it to be read", err, db.CannotRead())
			}
		}
	})
}

// TestWhateverAWriteFailsOfIsKnown has the server end the connection that writes.
func TestWhateverAWriteFailsOfIsKnown(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.PostgresURL(t))

	err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `SELECT pg_terminate_backend(pg_backend_pid())`)

		return err
	})
	if store.TroubleOf(err) == nil || db.CannotWrite() == nil || db.CannotWrite().Kind != store.Unwritable {
		t.Errorf("got %v and %v, want that it cannot be written", err, db.CannotWrite())
	}

	if err := db.ProbeWrite(t.Context()); err != nil || db.CannotWrite() != nil {
		t.Errorf("got %v, %v, want it writable again", err, db.CannotWrite())
	}
}

// TestALockKeepsFromWhatWasTried has a lock be waited for in a transaction, and outside of one.
func TestALockKeepsFromWhatWasTried(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.PostgresURL(t))

	holder, err := db.Write().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Rollback() //nolint:errcheck // it ends with its database

	if _, err := holder.ExecContext(t.Context(), `LOCK TABLE opsconsole_calendar`); err != nil {
		t.Fatal(err)
	}

	const words = "another session held a lock for too long"

	wantTrouble(t, db.Tx(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), `SET LOCAL lock_timeout = '10ms'`); err != nil {
			return err
		}

		_, err := tx.ExecContext(t.Context(), `UPDATE opsconsole_calendar SET version = version + 1`)

		return err
	}), store.Unwritable, words)

	reader, err := db.Read().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()

	if _, err := reader.ExecContext(t.Context(), `SET lock_timeout = '10ms'`); err != nil {
		t.Fatal(err)
	}

	_, err = reader.ExecContext(t.Context(), `SELECT version FROM opsconsole_calendar`)
	wantTrouble(t, err, store.Unreadable, words)
}
