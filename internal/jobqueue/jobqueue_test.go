package jobqueue_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if databaseURL := os.Getenv(crashURL); databaseURL != "" {
		if err := workUntilKilled(databaseURL); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}

	os.Exit(m.Run())
}

func (note) Kind() string { return "test_note" }

func TestScheduledJob(t *testing.T) {
	t.Parallel()

	prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		enqueuer := newEnqueuer(t, db)
		ran := make(chan time.Time, 1)

		start(t, db, notes(func(context.Context, string) error {
			ran <- time.Now()

			return nil
		}))

		due := time.Now().Add(2 * time.Second)
		enqueue(t, db, enqueuer, "later", due)

		// River may look a few milliseconds early, never more.
		if at := receive(t, ran, "the scheduled job"); at.Before(due.Add(-50 * time.Millisecond)) {
			t.Errorf("ran %s before its time", due.Sub(at))
		}
	})
}

func TestRolledBack(t *testing.T) {
	t.Parallel()

	prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		enqueuer := newEnqueuer(t, db)
		ran := make(chan string, 2)

		start(t, db, notes(func(_ context.Context, text string) error {
			ran <- text

			return nil
		}))

		errRefused := errors.New("refused")

		err := db.Tx(t.Context(), func(tx *sql.Tx) error {
			if err := jobqueue.Insert(t.Context(), enqueuer, tx, note{"rolled back"}, river.InsertOpts{Queue: queue}); err != nil {
				return err
			}

			return errRefused
		})
		if !errors.Is(err, errRefused) {
			t.Fatal(err)
		}

		// Jobs of one queue start in the order in which they were put there.
		enqueue(t, db, enqueuer, "committed", time.Time{})

		if text := receive(t, ran, "a job"); text != "committed" {
			t.Errorf("ran the job that was %s", text)
		}

		var n int

		table := "river_job"
		if db.Dialect() == store.Postgres {
			table = "opsconsole_river.river_job"
		}

		if err := db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d jobs are there (%v), want the committed one", n, err)
		}
	})
}

func TestStopCancelsAfterGrace(t *testing.T) {
	t.Parallel()

	prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		enqueuer := newEnqueuer(t, db)
		started, ended := make(chan struct{}, 1), make(chan error, 1)

		stop := start(t, db, notes(func(ctx context.Context, _ string) error {
			started <- struct{}{}

			<-ctx.Done()

			ended <- ctx.Err()

			return ctx.Err()
		}))

		enqueue(t, db, enqueuer, "endless", time.Time{})
		receive(t, started, "the job")
		stop()

		if err := receive(t, ended, "the end of the job"); !errors.Is(err, context.Canceled) {
			t.Errorf("the job's context ended with %v", err)
		}

		var n int
		if err := db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM opsconsole_work_clients`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d processes claim to be alive (%v), want none", n, err)
		}
	})
}

func TestLoopGoesOnAfterError(t *testing.T) {
	t.Parallel()

	prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		calls := make(chan struct{}, 100)
		loop := jobqueue.Loop{Name: "test", Every: 10 * time.Millisecond, Do: func(context.Context) error {
			select {
			case calls <- struct{}{}:
			default:
			}

			return errors.New("no luck")
		}}

		start(t, db, notes(func(context.Context, string) error { return nil }, loop))

		for range 3 {
			receive(t, calls, "the loop")
		}
	})
}

// TestMigrateSimultaneously: replicas that start at once do not trip over each other,
// and on PostgreSQL River keeps out of the platform's schema.
func TestMigrateSimultaneously(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		replicas := 1
		if db.Dialect() == store.Postgres {
			replicas = 3
		}

		var wg sync.WaitGroup

		for range replicas {
			wg.Go(func() {
				if err := jobqueue.Migrate(t.Context(), db, slog.New(slog.DiscardHandler)); err != nil {
					t.Error(err)
				}
			})
		}

		wg.Wait()

		if db.Dialect() != store.Postgres {
			return
		}

		var strays int
		if err := db.Read().QueryRowContext(t.Context(), `
			SELECT COUNT(*) FROM information_schema.tables WHERE table_name LIKE 'river%' AND table_schema <> 'opsconsole_river'`,
		).Scan(&strays); err != nil || strays != 0 {
			t.Errorf("%d of River's tables are elsewhere (%v)", strays, err)
		}
	})
}
