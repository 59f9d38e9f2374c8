package jobqueue_test

import (
	"context"
	"database/sql"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// note is a job that calls the test.
type note struct {
	Text string `json:"text"`
}

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
		Register: func(workers *river.Workers, _ *jobqueue.Clock) { river.AddWorker(workers, &noteWorker{do: do}) },
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
