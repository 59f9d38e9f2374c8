package store_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// over is a context that is over for whoever looks a second time, which the driver does after [database/sql].
type over struct {
	context.Context //nolint:containedctx // it is one

	looked bool
}

func (o *over) Done() <-chan struct{} {
	done := make(chan struct{})
	if o.looked {
		close(done)
	}

	o.looked = true

	return done
}

func (o *over) Err() error {
	if o.looked {
		return context.Canceled
	}

	return nil
}

// TestNothingOfATransactionIsRunAfterWhatFailedAlong goes on after a failure before anything was sent: what waited is lost.
func TestNothingOfATransactionIsRunAfterWhatFailedAlong(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.PostgresURL(t))
	notes(t, db)

	ask := func(ctx context.Context, tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM notes WHERE id >= $1`, 1).Scan(new(int))
	}

	for name, fails := range map[string]func(tx *sql.Tx) error{
		"not prepared": func(tx *sql.Tx) error {
			return errors.Join(store.Send(t.Context(), tx, `INSERT INTO nowhere (id) VALUES ($1)`, 1), ask(t.Context(), tx))
		},
		"over":             func(tx *sql.Tx) error { return ask(store.Along(&over{Context: t.Context()}), tx) },
		"over, for itself": func(tx *sql.Tx) error { return ask(&over{Context: t.Context()}, tx) },
	} {
		err := db.Tx(t.Context(), func(tx *sql.Tx) error {
			if err := store.Send(t.Context(), tx, note, 2, "two"); err != nil {
				return err
			}

			if err := fails(tx); err == nil {
				return errors.New("it did not fail")
			}

			if ask(t.Context(), tx) == nil || ask(store.Along(t.Context()), tx) == nil {
				t.Errorf("%s: what came after it was run", name)
			}

			_ = store.Send(t.Context(), tx, note, 3, "three")

			return nil
		})
		if err == nil || count(t, db) != 0 {
			t.Errorf("%s: got %v and %d notes, want the commit refused, and none", name, err, count(t, db))
		}
	}

	// The connection is as good as new.
	err := db.Tx(t.Context(), func(tx *sql.Tx) error { return store.Send(t.Context(), tx, note, 1, "one") })
	if err != nil || count(t, db) != 1 {
		t.Errorf("got %v and %d notes, want one", err, count(t, db))
	}
}

// TestAConnectionThatWasEndedSaysNothingOfWrites ends the one that a transaction begins on: nothing was written that failed.
func TestAConnectionThatWasEndedSaysNothingOfWrites(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.PostgresURL(t))
	notes(t, db)

	var (
		process int64
		ended   bool
	)

	ctx := t.Context()
	if err := db.Write().QueryRowContext(ctx, `SELECT pg_backend_pid()`).Scan(&process); err != nil {
		t.Fatal(err)
	}

	// It waits until the process is gone.
	if err := db.Read().QueryRowContext(ctx, `SELECT pg_terminate_backend($1, 5000)`, process).Scan(&ended); err != nil || !ended {
		t.Fatalf("got %t, %v, want it ended", ended, err)
	}

	err := db.Tx(ctx, func(tx *sql.Tx) error { return store.Send(ctx, tx, note, 1, "one") })
	if err == nil || errors.Is(err, store.ErrCommitUnknown) || db.CannotWrite() != nil {
		t.Errorf("got %v, and %v of writes, want an error that says nothing of them", err, db.CannotWrite())
	}
}
