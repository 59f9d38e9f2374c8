package jobqueue

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/graph-olap/opsconsole/internal/chore"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
)

// The background jobs of the embedded control plane.

const controlPlaneQueue = "controlplane"

// controlPlaneJob is [jobs.JobArgs] as River keeps it.
type controlPlaneJob struct{ jobs.JobArgs }

// Kind implements [river.JobArgs].
func (controlPlaneJob) Kind() string { return "controlplane_job" }

// Enqueue implements [jobs.Enqueuer].
func (e *Enqueuer) Enqueue(ctx context.Context, tx *sql.Tx, args jobs.JobArgs) error {
	return e.insert(ctx, tx, controlPlaneJob{args}, river.InsertOpts{Queue: controlPlaneQueue, MaxAttempts: args.Attempts})
}

// ControlPlaneJobs works the background jobs of the embedded control plane, and
// keeps their schedule.
func ControlPlaneJobs(runner *jobs.Runner, now func() time.Time, logger *slog.Logger) Family {
	return Family{
		Queue: controlPlaneQueue, Parallel: 2 * len(jobs.Names()),
		Register: func(workers *river.Workers, clock *Clock) {
			river.AddWorker(workers, &controlPlaneWorker{runner: runner, clock: clock})
		},
		Background: []func(context.Context) error{func(ctx context.Context) error {
			return keepSchedule(ctx, runner, now, logger)
		}},
	}
}

// scheduleEvery is how often it is looked what other replicas made of the schedule, at least.
const scheduleEvery = 15 * time.Second

// keepSchedule has the jobs run when they are due: those that are tried again through the queue, the
// others here, at once. These have the grace of a stop, too.
func keepSchedule(ctx context.Context, runner *jobs.Runner, now func() time.Time, logger *slog.Logger) error {
	graceful, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()

	stop := context.AfterFunc(ctx, func() { time.AfterFunc(defaultGrace, cancel) })
	defer stop()

	var runs sync.WaitGroup
	defer runs.Wait()

	runner.Directly(func(args jobs.JobArgs) {
		runs.Go(func() {
			ctx, cancel := context.WithTimeout(graceful, runner.Timeout(args.JobName))
			defer cancel()

			_ = runner.Run(ctx, args) // it is logged, recorded, and its time comes again
		})
	})

	return chore.New(chore.Config{
		Name: "the schedule of the control plane's jobs", Every: scheduleEvery, Now: now, Logger: logger,
		Do: func(ctx context.Context) (time.Time, error) {
			err := runner.Tick(ctx)

			return runner.Next(), err
		},
	}).Run(ctx)
}

type controlPlaneWorker struct {
	river.WorkerDefaults[controlPlaneJob]

	runner *jobs.Runner
	clock  *Clock
}

// busyFor is when a run looks again whether the one before it has ended.
const busyFor = 2 * time.Second

// Work implements [river.Worker].
func (w *controlPlaneWorker) Work(ctx context.Context, job *river.Job[controlPlaneJob]) error {
	err := w.runner.Run(ctx, job.Args.JobArgs)

	switch {
	case !errors.Is(err, jobs.ErrBusy):
		return err
	case job.Args.Triggered() || job.Attempt > 1: // the lock may be that of the attempt before
		return snoozeUntil(w.clock.NowUTC().Add(busyFor))
	default:
		return nil // its time comes again
	}
}

// Timeout implements [river.Worker].
func (w *controlPlaneWorker) Timeout(job *river.Job[controlPlaneJob]) time.Duration {
	return w.runner.Timeout(job.Args.JobName)
}

// NextRetry implements [river.Worker].
func (w *controlPlaneWorker) NextRetry(job *river.Job[controlPlaneJob]) time.Time {
	const pause = 15 * time.Second

	return w.clock.NowUTC().Add(pause * time.Duration(job.Attempt))
}
