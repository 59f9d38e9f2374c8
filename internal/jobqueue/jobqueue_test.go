package jobqueue_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// crashURL names the environment variable that makes this test binary the process
// that is killed in TestCrash.
const crashURL = "OPSCONSOLE_TEST_CRASH_URL"

func TestMain(m *testing.M) {
	if databaseURL := os.Getenv(crashURL); databaseURL != "" {
		if err := workUntilKilled(databaseURL); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}

	os.Exit(m.Run())
}

// note is a job that calls the test.
type note struct {
	Text string `json:"text"`
}

func (note) Kind() string { return "test_note" }

type noteWorker struct {
	river.WorkerDefaults[note]

	do func(ctx context.Context, text string) error
}

func (w *noteWorker) Work(ctx context.Context, job *river.Job[note]) error {
	return w.do(ctx, job.Args.Text)
}

// Much longer than the test: what is found again sooner is found by its process's silence.
func (w *noteWorker) Timeout(*river.Job[note]) time.Duration { return time.Hour }

const queue = "test"

func notes(do func(ctx context.Context, text string) error, loops ...jobqueue.Loop) jobqueue.Family {
	return jobqueue.Family{
		Queue: queue, Parallel: 4, Loops: loops,
		Register: func(workers *river.Workers) { river.AddWorker(workers, &noteWorker{do: do}) },
	}
}

// prepared has the tables of the control plane and of its jobs.
var prepared = storetest.NewTemplate(func(ctx context.Context, db *store.DB) error {
	if err := worldtest.Prepare(ctx, db); err != nil {
		return err
	}

	return jobqueue.Migrate(ctx, db, slog.New(slog.DiscardHandler))
})

func newEnqueuer(t *testing.T, db *store.DB) *jobqueue.Enqueuer {
	t.Helper()

	enqueuer, err := jobqueue.NewEnqueuer(db, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}

	return enqueuer
}

// start runs an engine until the test ends, or stop is called.
func start(t *testing.T, db *store.DB, families ...jobqueue.Family) (stop func()) {
	t.Helper()

	engine, err := jobqueue.New(jobqueue.Config{DB: db, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Grace: time.Second, LookEvery: 50 * time.Millisecond}, families...)
	if err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)

	go func() { done <- engine.Run(ctx) }()

	var stopped atomic.Bool

	stop = func() {
		if stopped.Swap(true) {
			return
		}

		cancel()

		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)

	return stop
}

func enqueue(t *testing.T, db *store.DB, enqueuer *jobqueue.Enqueuer, text string, at time.Time) {
	t.Helper()

	if err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		return jobqueue.Insert(t.Context(), enqueuer, tx, note{text}, river.InsertOpts{Queue: queue, ScheduledAt: at})
	}); err != nil {
		t.Fatal(err)
	}
}

func receive[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()

	select {
	case value := <-from:
		return value
	case <-time.After(time.Minute):
		t.Fatalf("waited in vain for %s", what)

		panic("unreachable")
	}
}

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

// databases are for tests that open one more than once.
func databases() map[string]func(testing.TB) string {
	return map[string]func(testing.TB) string{"sqlite": prepared.SQLiteURL, "postgres": prepared.PostgresURL}
}

// TestCrash kills a process in the middle of a job, and sees that another one does it.
func TestCrash(t *testing.T) {
	t.Parallel()

	for name, newURL := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			databaseURL := newURL(t)
			db := storetest.Open(t, databaseURL)
			enqueuer := newEnqueuer(t, db)
			enqueue(t, db, enqueuer, "survives", time.Time{})

			//nolint:gosec // the program is this test itself
			process := exec.CommandContext(t.Context(), os.Args[0])
			process.Env = append(process.Environ(), crashURL+"="+databaseURL)
			process.Stderr = os.Stderr

			output, err := process.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}

			if err := process.Start(); err != nil {
				t.Fatal(err)
			}

			line, err := bufio.NewReader(output).ReadString('\n')
			if err != nil || line != "started survives\n" {
				t.Fatalf("the process said %q, %v", line, err)
			}

			if err := process.Process.Kill(); err != nil {
				t.Fatal(err)
			}

			if err := process.Wait(); err == nil {
				t.Fatal("the process ended in peace")
			}

			ran := make(chan string, 2)

			start(t, db, notes(func(_ context.Context, text string) error {
				ran <- text

				return nil
			}))

			if text := receive(t, ran, "the job of the killed process"); text != "survives" {
				t.Errorf("ran %q", text)
			}
		})
	}
}

// longAgo is by how much the clock of the process that is killed is behind: what it said last
// is as old then as if it had been silent since.
const longAgo = 11 * time.Second

// workUntilKilled is the process that TestCrash kills.
func workUntilKilled(databaseURL string) error {
	ctx := context.Background()

	db, err := store.Open(ctx, databaseURL)
	if err != nil {
		return err
	}

	behind := func() time.Time { return time.Now().Add(-longAgo) }

	engine, err := jobqueue.New(jobqueue.Config{DB: db, Now: behind, Logger: slog.New(slog.DiscardHandler)},
		notes(func(ctx context.Context, text string) error {
			fmt.Println("started " + text) //nolint:forbidigo // the test reads it

			<-ctx.Done()

			return ctx.Err()
		}))
	if err != nil {
		return err
	}

	return engine.Run(ctx)
}
