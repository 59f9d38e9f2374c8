package jobqueue

import (
	"context"
	"database/sql"
	"time"

	"github.com/riverqueue/river"

	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// The deliveries of webhooks.

const webhookQueue = "webhooks"

// webhookJob sends one delivery, again and again until it is done with.
type webhookJob struct {
	Delivery string `json:"delivery"`
}

// Kind implements [river.JobArgs].
func (webhookJob) Kind() string { return "webhook_delivery" }

// EnqueueDelivery implements [webhooks.Enqueuer]. Only failures of the database count as
// attempts of the job: they may go on for hours.
func (e *Enqueuer) EnqueueDelivery(ctx context.Context, tx *sql.Tx, delivery string) error {
	const attempts = 1000

	return e.insert(ctx, tx, webhookJob{delivery}, river.InsertOpts{Queue: webhookQueue, MaxAttempts: attempts})
}

// WebhookDeliveries delivers what webhooks are told.
func WebhookDeliveries(hooks *webhooks.Webhooks) Family {
	const (
		parallel   = 16 // most of them wait for somebody else
		sweepEvery = time.Minute
	)

	return Family{
		Queue: webhookQueue, Parallel: parallel,
		Register: func(workers *river.Workers, clock *Clock) {
			river.AddWorker(workers, &webhookWorker{hooks: hooks, clock: clock})
		},
		Loops: []Loop{{Name: "webhook deliveries", Every: sweepEvery, Do: hooks.Sweep}},
	}
}

type webhookWorker struct {
	river.WorkerDefaults[webhookJob]

	hooks *webhooks.Webhooks
	clock *Clock
}

// Work implements [river.Worker].
func (w *webhookWorker) Work(ctx context.Context, job *river.Job[webhookJob]) error {
	next, err := w.hooks.Deliver(ctx, job.Args.Delivery)
	if err != nil || next.IsZero() {
		return err
	}

	return snoozeUntil(next)
}

// NextRetry implements [river.Worker].
func (w *webhookWorker) NextRetry(*river.Job[webhookJob]) time.Time {
	const pause = 15 * time.Second

	return w.clock.NowUTC().Add(pause)
}
