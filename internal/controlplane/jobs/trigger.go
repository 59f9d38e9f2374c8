package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// cooldown is the least time between two accepted triggers of a job.
const cooldown = time.Minute

// Trigger enqueues a run of the job, for the user by. Within a minute of the last
// accepted trigger of the job, on whichever replica, it answers RATE_LIMIT_EXCEEDED.
func (r *Runner) Trigger(ctx context.Context, by string, trigger ops.JobTrigger) (ops.JobTriggered, error) {
	if err := trigger.Validate(); err != nil {
		return ops.JobTriggered{}, err
	}

	var now time.Time // by the clock that replicas share: by it the run is found

	err := r.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		if now, err = r.shared(ctx, tx); err != nil {
			return err
		}

		accepted, err := r.accept(ctx, tx, by, trigger, now)
		if err != nil {
			return err
		}

		if !accepted {
			return refuse(ctx, tx, trigger.JobName, now)
		}

		failpoint.Reach(failpoint.JobTriggering)

		args := JobArgs{JobName: trigger.JobName, TriggeredBy: by, Reason: trigger.Reason, TriggeredAt: now}
		args.Attempts = r.attempts(args)

		return r.enqueuer.Enqueue(ctx, tx, args)
	})
	if err != nil {
		return ops.JobTriggered{}, err
	}

	return ops.JobTriggered{
		JobName: trigger.JobName, TriggeredAt: ops.At(now), TriggeredBy: by, Reason: trigger.Reason, Status: "queued",
	}, nil
}

// accept takes the job's row unless it is too young. The database lets one of two
// simultaneous triggers through. A time further ahead than that was written before the clock was set back, and does not count.
func (r *Runner) accept(ctx context.Context, tx *sql.Tx, by string, trigger ops.JobTrigger, now time.Time) (bool, error) {
	taken, err := affected(tx.ExecContext(ctx, `
		INSERT INTO opsconsole_job_triggers AS t (job_name, triggered_at, triggered_by, reason) VALUES ($1, $2, $3, $4)
		ON CONFLICT (job_name) DO UPDATE
		SET triggered_at = excluded.triggered_at, triggered_by = excluded.triggered_by, reason = excluded.reason
		WHERE t.triggered_at <= $5 OR t.triggered_at > $6`,
		trigger.JobName, store.Time{Time: now}, by, trigger.Reason,
		store.Time{Time: now.Add(-cooldown)}, store.Time{Time: now.Add(cooldown)}))

	return taken == 1, err
}

func refuse(ctx context.Context, tx *sql.Tx, name ops.JobName, now time.Time) error {
	var last store.Time
	if err := tx.QueryRowContext(ctx,
		`SELECT triggered_at FROM opsconsole_job_triggers WHERE job_name = $1`, name).Scan(&last); err != nil {
		return err
	}

	wait := int(math.Ceil(last.Add(cooldown).Sub(now).Seconds()))
	wait = min(max(wait, 1), int(cooldown.Seconds())) // the clock may have been set back a little

	return &ops.Error{
		Code:    ops.CodeRateLimitExceeded,
		Message: fmt.Sprintf("Job %s was triggered less than a minute ago; try again in %d s", name, wait),
		Details: map[string]any{"resource": "job_trigger:" + string(name), "retry_after_seconds": wait},
	}
}
