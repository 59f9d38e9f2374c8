package jobqueue

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"github.com/graph-olap/opsconsole/internal/store"
)

// How often a process says that it is alive, and after how long a silence it counts
// as dead, by the clock that replicas share.
const (
	aliveEvery = 2 * time.Second
	deadAfter  = 10 * time.Second
)

// rescue hands the jobs of dead processes to the living.
type rescue struct {
	db     *store.DB
	driver riverdriver.Driver[*sql.Tx]
	schema string
	id     string
	clock  *Clock
	logger *slog.Logger
	// working counts the shifts whose jobs may be running.
	working atomic.Int32
}

// begin says that jobs may run here from now on, end that those of a shift are over.
func (r *rescue) begin(ctx context.Context) error {
	if r.working.Add(1); r.working.Load() > 1 {
		return nil
	}

	if err := r.step(ctx); err != nil {
		r.end()

		return err
	}

	return nil
}

func (r *rescue) end() { r.working.Add(-1) }

// beat is step while jobs may be running here.
func (r *rescue) beat(ctx context.Context) error {
	if r.working.Load() == 0 {
		return nil
	}

	return r.step(ctx)
}

// step says that this process is alive and looks for others that are not.
func (r *rescue) step(ctx context.Context) error {
	now, err := r.clock.look(ctx, r.db.Read())
	if err != nil {
		return err
	}

	if _, err := r.db.Exec(ctx, `
		INSERT INTO opsconsole_work_clients (id, seen_at) VALUES ($1, $2)
		ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`, r.id, store.Time{Time: now}); err != nil {
		return err
	}

	dead, err := r.dead(ctx, now)
	if err != nil {
		return err
	}

	for _, id := range dead {
		if err := r.takeOver(ctx, id, now); err != nil {
			return fmt.Errorf("take over the jobs of a process that died: %w", err)
		}
	}

	return nil
}

func (r *rescue) dead(ctx context.Context, now time.Time) ([]string, error) {
	rows, err := r.db.Read().QueryContext(ctx,
		`SELECT id FROM opsconsole_work_clients WHERE seen_at < $1`, store.Time{Time: now.Add(-deadAfter)})
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	var ids []string

	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}

		ids = append(ids, id)
	}

	return ids, rows.Err()
}

// manyJobs is more than a process ever runs at once.
const manyJobs = 10_000

// takeOver makes the jobs that the dead process was running available again. Its row
// decides who does that: one process alone can delete it.
func (r *rescue) takeOver(ctx context.Context, dead string, now time.Time) error {
	return r.db.Tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_work_clients WHERE id = $1 AND seen_at < $2`,
			dead, store.Time{Time: now.Add(-deadAfter)})
		if err != nil {
			return err
		}

		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}

		river := r.driver.UnwrapExecutor(tx)

		running, err := river.JobGetStuck(ctx, &riverdriver.JobGetStuckParams{Max: manyJobs, Schema: r.schema, StuckHorizon: now})
		if err != nil {
			return err
		}

		params, err := r.rescued(running, dead, now)
		if err != nil || len(params.ID) == 0 {
			return err
		}

		r.logger.WarnContext(ctx, "taking over jobs from a process that died", slog.Int("jobs", len(params.ID)))

		_, err = river.JobRescueMany(ctx, params)

		return err
	})
}

// rescued says what becomes of the dead process's jobs: they run again, but for
// those whose attempts are used up.
func (r *rescue) rescued(running []*rivertype.JobRow, dead string, now time.Time) (*riverdriver.JobRescueManyParams, error) {
	params := &riverdriver.JobRescueManyParams{Schema: r.schema}

	for _, job := range running {
		if n := len(job.AttemptedBy); n == 0 || job.AttemptedBy[n-1] != dead {
			continue
		}

		message, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: job.Attempt, Error: "the process died while the job ran"})
		if err != nil {
			return nil, err
		}

		state, finalized := rivertype.JobStateAvailable, (*time.Time)(nil)
		if job.Attempt >= job.MaxAttempts {
			state, finalized = rivertype.JobStateDiscarded, &now
		}

		params.ID = append(params.ID, job.ID)
		params.Error = append(params.Error, message)
		params.FinalizedAt = append(params.FinalizedAt, finalized)
		params.ScheduledAt = append(params.ScheduledAt, now)
		params.State = append(params.State, string(state))
	}

	return params, nil
}

// leave says that this process works no more.
func (r *rescue) leave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, aliveEvery)
	defer cancel()

	return r.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_work_clients WHERE id = $1`, r.id)

		return err
	})
}
