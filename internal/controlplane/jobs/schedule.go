package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Schedule is how often each job runs.
type Schedule map[ops.JobName]time.Duration

// DefaultSchedule is the contract's, section 5.
func DefaultSchedule() Schedule {
	schedule := Schedule{}
	for _, job := range ops.Jobs() {
		schedule[job.Name] = job.Every
	}

	return schedule
}

// Validate checks that every job is there with an interval of a second or more.
func (s Schedule) Validate() error {
	var errs []error

	for _, name := range Names() {
		if s[name] < time.Second {
			errs = append(errs, fmt.Errorf("job %s needs an interval of at least a second", name))
		}
	}

	return errors.Join(errs...)
}

// The shortest interval of a job that is tried again before its next time comes,
// and how often it is tried then.
const (
	retryFrom     = 2 * time.Minute
	retryAttempts = 3
)

func (r *Runner) attempts(args JobArgs) int {
	if args.Triggered() || r.schedule[args.JobName] >= retryFrom {
		return retryAttempts
	}

	return 1
}

// ensureScheduled has every job scheduled, and returns how they are.
func (r *Runner) ensureScheduled(ctx context.Context) ([]state, error) {
	states, now, err := r.statesNow(ctx, r.db.Write()) // as a start has that connection already
	if err != nil || r.isScheduled(states, now) {
		return states, err
	}

	if err := r.writeSchedule(ctx); err != nil {
		return nil, err
	}

	return r.states(ctx, r.db.Write())
}

// isScheduled reports whether [Runner.writeSchedule] would change nothing.
func (r *Runner) isScheduled(states []state, now time.Time) bool {
	latest := map[ops.JobName]time.Time{}
	for name, interval := range r.schedule {
		latest[name] = now.Add(interval)
	}

	for _, s := range states {
		if at, ours := latest[s.name]; ours && s.nextRun.After(at) {
			return false
		}

		delete(latest, s.name)
	}

	return len(latest) == 0
}

// writeSchedule gives every job without a next run one in the next seconds, a
// second apart, and takes back one that a longer interval of before put too far off.
func (r *Runner) writeSchedule(ctx context.Context) error {
	return r.db.Tx(ctx, func(tx *sql.Tx) error {
		now, err := r.shared(ctx, tx)
		if err != nil {
			return err
		}

		for i, name := range Names() {
			first := store.Time{Time: now.Add(time.Duration(i) * time.Second)}
			if _, err := tx.ExecContext(ctx,
				`INSERT INTO opsconsole_job_schedule (job_name, next_run) VALUES ($1, $2) ON CONFLICT (job_name) DO NOTHING`,
				name, first); err != nil {
				return err
			}

			latest := store.Time{Time: now.Add(r.schedule[name])}
			if _, err := tx.ExecContext(ctx,
				`UPDATE opsconsole_job_schedule SET next_run = $1 WHERE job_name = $2 AND next_run > $1`, latest, name); err != nil {
				return err
			}
		}

		return nil
	})
}

// Tick enqueues the jobs that are due, each once however many replicas tick, and
// brings the gauges up to date with what other replicas did.
func (r *Runner) Tick(ctx context.Context) error {
	states, now, err := r.statesNow(ctx, r.db.Read())
	if err != nil {
		return err
	}

	ahead := r.now().Sub(now)

	var (
		errs []error
		next time.Time
	)

	for _, s := range states {
		var err error

		at := s.nextRun.Time

		switch {
		case !at.After(now):
			at, err = r.beginDue(ctx, s, now)
		case r.isPutOff(s, now):
			at, err = r.takeBack(ctx, s, now)
		}

		if err != nil {
			errs = append(errs, fmt.Errorf("enqueue %s: %w", s.name, err))
		}

		if _, ours := r.schedule[s.name]; ours && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}

	if !next.IsZero() {
		next = next.Add(ahead)
	}

	r.next.Store(&next)

	return errors.Join(append(errs, r.refreshFrom(ctx, r.db.Read(), states))...)
}

const moveOn = `UPDATE opsconsole_job_schedule SET next_run = $1 WHERE job_name = $2 AND next_run = $3`

// isPutOff reports whether a job is due later than its interval allows: the clock that replicas share was set back since.
func (r *Runner) isPutOff(s state, now time.Time) bool {
	interval, ours := r.schedule[s.name]

	return ours && s.nextRun.After(now.Add(interval))
}

// takeBack has such a job be due after its interval, and returns when that is.
func (r *Runner) takeBack(ctx context.Context, s state, now time.Time) (time.Time, error) {
	next := store.Time{Time: now.Add(r.schedule[s.name])}
	_, err := r.db.Exec(ctx, moveOn, next, s.name, s.nextRun)

	return next.Time, err
}

// beginDue has a job run that is due, unless another replica does, and returns when it is due next.
func (r *Runner) beginDue(ctx context.Context, s state, now time.Time) (time.Time, error) {
	interval, ok := r.schedule[s.name]
	if !ok {
		return s.nextRun.Time, nil // a job of another version
	}

	// Times that were missed are not made up for.
	late := now.Sub(s.nextRun.Time) % interval
	next := store.Time{Time: now.Add(interval - late)}

	args := JobArgs{JobName: s.name}
	if args.Attempts = r.attempts(args); args.Attempts == 1 && r.directly != nil {
		moved, err := affected(r.db.Exec(ctx, moveOn, next, s.name, s.nextRun))
		if err == nil && moved > 0 {
			r.directly(args)
		}

		return next.Time, err
	}

	return next.Time, r.db.Tx(ctx, func(tx *sql.Tx) error {
		moved, err := affected(tx.ExecContext(ctx, moveOn, next, s.name, s.nextRun))
		if err != nil || moved == 0 {
			return err
		}

		return r.enqueuer.Enqueue(ctx, tx, args)
	})
}

// Status lists all jobs with the time of their next run by schedule.
func (r *Runner) Status(ctx context.Context) (ops.JobStatus, error) {
	states, err := r.states(ctx, r.db.Read())
	if err != nil {
		return ops.JobStatus{}, err
	}

	next := map[ops.JobName]*ops.Time{}

	for _, s := range states {
		at := ops.At(s.nextRun.Time)
		next[s.name] = &at
	}

	var status ops.JobStatus

	for _, name := range Names() {
		status.Jobs = append(status.Jobs, ops.Job{Name: name, NextRun: next[name]})
	}

	return status, nil
}

// state is a job's row of opsconsole_job_schedule.
type state struct {
	name        ops.JobName
	nextRun     store.Time
	lastRun     int64 // the id of the last run that ended, 0 for none
	lastSuccess store.Time
	failures    int // in a row
}

// statesNow are the states, and the time by which they are judged: one after them, before which none was written.
func (r *Runner) statesNow(ctx context.Context, from store.Querier) (states []state, now time.Time, err error) {
	if states, err = r.states(ctx, from); err == nil {
		now, err = r.shared(ctx, from)
	}

	return states, now, err
}

func (r *Runner) states(ctx context.Context, from store.Querier) ([]state, error) {
	return query(ctx, from, func(s *state) []any {
		return []any{&s.name, &s.nextRun, &s.lastRun, &s.lastSuccess, &s.failures}
	}, `SELECT job_name, next_run, last_run, last_success_at, failures FROM opsconsole_job_schedule ORDER BY job_name`)
}
