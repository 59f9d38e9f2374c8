package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestWhoHoldsTheLockIsTold: a session that was left with the lock, as behind a pooler, is named while
// it is waited for, and the wait ends with it.
func TestWhoHoldsTheLockIsTold(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.PostgresURL(t))

	leaked, err := db.Write().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer leaked.Close()

	var pid int

	const lock = 0x6f7073616c6f6e65 // that of Alone
	if err := leaked.QueryRowContext(t.Context(), `SELECT pg_backend_pid() FROM (SELECT pg_advisory_lock($1)) AS taken`, int64(lock)).
		Scan(&pid); err != nil {
		t.Fatal(err)
	}

	told := make(chan string, 1)

	db.OnWait(func(_ context.Context, words string) {
		told <- words

		if _, err := leaked.ExecContext(context.WithoutCancel(t.Context()), `SELECT pg_advisory_unlock($1)`, int64(lock)); err != nil {
			t.Error(err)
		}
	})

	ran := false

	if err := db.Alone(t.Context(), func(context.Context, *sql.DB) error {
		ran = true

		return nil
	}); err != nil || !ran {
		t.Fatalf("it ran: %v, %v, want that it goes on when the lock is free", ran, err)
	}

	if words := <-told; !strings.Contains(words, fmt.Sprintf("pg_terminate_backend(%d)", pid)) || !strings.Contains(words, "connected from") {
		t.Errorf("%q does not name process %d and from where it is connected", words, pid)
	}
}

// TestATurnEndsWhereTheServerIsSilent: whether it still has the lock nobody can say, and what does the work may not ask the
// server for long.
func TestATurnEndsWhereTheServerIsSilent(t *testing.T) {
	t.Parallel()

	line, way := storetest.NewLine(t, storetest.EmptyPostgresURL(t))
	db := openWithin(t, way, store.Limits{IdleInTransaction: time.Second})
	ended := make(chan error, 1)

	go func() {
		ended <- db.Alone(t.Context(), func(ctx context.Context, _ *sql.DB) error {
			line.FreezeAfter(1)
			<-ctx.Done()

			return ctx.Err()
		})
	}()

	<-line.Frozen
	defer line.Thaw()

	select {
	case err := <-ended:
		if err == nil {
			t.Error("it ends well, want it told that it stood still")
		}
	case <-time.After(20 * time.Second):
		t.Error("it waits for the server without end")
	}
}
