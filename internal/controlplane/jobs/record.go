package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Result is how a run ended.
type Result string

// The results of a run. A run is skipped when what it needs is not configured.
const (
	Success Result = "success"
	Failed  Result = "failed"
	Skipped Result = "skipped"
)

// Record is what is kept of a run. EndedAt is zero and Result "" while it goes on.
type Record struct {
	ID        int64
	JobName   ops.JobName
	StartedAt time.Time
	EndedAt   time.Time
	Result    Result
	// Found and Done count what the run came across and what it did about it.
	Found, Done map[string]int
	// Error says why it failed or was skipped, or what a success could not do.
	Error string
	// TriggeredBy and Reason are empty for a run that the schedule asked for.
	TriggeredBy, Reason string
}

// How long run records are kept: those of runs that failed, or that somebody asked for, longer.
const (
	keepRecords = 7 * 24 * time.Hour
	keepNotable = 30 * 24 * time.Hour
)

// recordsPerRun is how many a run drops at most, so that after a long rest no save waits
// for all of them.
const recordsPerRun = 200

// Records returns the last runs of a job, the newest first.
func (r *Runner) Records(ctx context.Context, name ops.JobName, limit int) ([]Record, error) {
	rows, err := query(ctx, r.db.Read(), func(row *recordRow) []any {
		return []any{
			&row.ID, &row.JobName, &row.started, &row.ended, &row.result, &row.found, &row.done, &row.err, &row.by, &row.reason,
		}
	}, `SELECT id, job_name, started_at, ended_at, result, found, done, error, triggered_by, reason
	      FROM opsconsole_job_runs WHERE job_name = $1 ORDER BY id DESC LIMIT $2`, name, limit)
	if err != nil {
		return nil, err
	}

	records := make([]Record, len(rows))
	for i, row := range rows {
		if records[i], err = row.record(); err != nil {
			return nil, err
		}
	}

	return records, nil
}

type recordRow struct {
	Record

	started, ended          store.Time
	found, done             string
	result, err, by, reason sql.NullString
}

func (row recordRow) record() (Record, error) {
	row.StartedAt, row.EndedAt = row.started.Time, row.ended.Time
	row.Result, row.Error = Result(row.result.String), row.err.String
	row.TriggeredBy, row.Reason = row.by.String, row.reason.String

	err := errors.Join(json.Unmarshal([]byte(row.found), &row.Found), json.Unmarshal([]byte(row.done), &row.Done))

	return row.Record, err
}

func openRecord(ctx context.Context, tx *sql.Tx, args JobArgs, now time.Time) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO opsconsole_job_runs (job_name, started_at, triggered_by, reason, triggered_at)
		VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		args.JobName, store.Time{Time: now}, nullable(args.TriggeredBy), nullable(args.Reason),
		store.Time{Time: args.TriggeredAt}).Scan(&id)

	return id, err
}

// closeDead closes the records of runs that died with their process.
func closeDead(ctx context.Context, tx *sql.Tx, name ops.JobName, now time.Time) error {
	dead, err := affected(tx.ExecContext(ctx, `
		UPDATE opsconsole_job_runs SET ended_at = $1, result = $2, error = 'the process ended before the run did', cut_off = 1
		WHERE job_name = $3 AND ended_at IS NULL`, store.Time{Time: now}, Failed, name))
	if err != nil || dead == 0 {
		return err
	}

	_, err = tx.ExecContext(ctx, `UPDATE opsconsole_job_schedule SET failures = failures + 1 WHERE job_name = $1`, name)

	return err
}

// failedAgain is when a job that failed runs again at the latest, rather than tomorrow.
const failedAgain = 5 * time.Minute

// ending is how a run ended, and how long it took.
type ending struct {
	id      int64
	outcome Result
	at      time.Time
	took    time.Duration
	err     error
}

// closeRecord writes how the run ended, there and in the job's row of the schedule, which it returns.
func closeRecord(ctx context.Context, tx *sql.Tx, p *pass, e ending) (row state, err error) {
	found, err := json.Marshal(p.found)
	if err != nil {
		return row, err
	}

	done, err := json.Marshal(p.done)
	if err != nil {
		return row, err
	}

	shared, err := p.lock.now(ctx, tx)
	if err != nil {
		return row, err
	}

	at := store.Time{Time: e.at}

	if _, err := tx.ExecContext(ctx, `
		UPDATE opsconsole_job_runs SET ended_at = $1, result = $2, found = $3, done = $4, error = $5, duration_us = $6 WHERE id = $7`,
		at, e.outcome, string(found), string(done), nullable(message(e.err)), e.took.Microseconds(), e.id); err != nil {
		return row, err
	}

	// One that failed runs again soon rather than tomorrow.
	err = tx.QueryRowContext(ctx, `
		UPDATE opsconsole_job_schedule
		   SET last_run = $1,
		       last_success_at = CASE $2 WHEN 'success' THEN $3 ELSE last_success_at END,
		       failures = CASE $2 WHEN 'success' THEN 0 WHEN 'failed' THEN failures + 1 ELSE failures END,
		       next_run = CASE WHEN $2 = 'failed' AND next_run > $4 THEN $4 ELSE next_run END
		 WHERE job_name = $5 RETURNING job_name, next_run, last_run, last_success_at, failures`,
		e.id, e.outcome, at, store.Time{Time: shared.Add(failedAgain)}, p.lock.job).
		Scan(&row.name, &row.nextRun, &row.lastRun, &row.lastSuccess, &row.failures)

	return row, err
}

// dropOld drops some of the records of a job that are too old, but never that of the run which ends, and reports
// whether that were all. Before from there are none that are kept for the shorter time.
func dropOld(ctx context.Context, tx *sql.Tx, name ops.JobName, e ending, from time.Time) (all bool, err error) {
	dropped, err := affected(tx.ExecContext(ctx, `
		DELETE FROM opsconsole_job_runs WHERE id IN (
			SELECT id FROM opsconsole_job_runs WHERE job_name = $1 AND ended_at < $2 AND ended_at >= $3 AND id <> $4
			   AND COALESCE(result, '') <> 'failed' AND triggered_by IS NULL ORDER BY ended_at LIMIT $5)`,
		name, store.Time{Time: e.at.Add(-keepRecords)}, store.Time{Time: from}, e.id, recordsPerRun))
	if err != nil {
		return false, err
	}

	notable, err := affected(tx.ExecContext(ctx, `
		DELETE FROM opsconsole_job_runs WHERE id IN (
			SELECT id FROM opsconsole_job_runs WHERE job_name = $1 AND ended_at < $2 AND id <> $3 ORDER BY ended_at LIMIT $4)`,
		name, store.Time{Time: e.at.Add(-keepNotable)}, e.id, recordsPerRun))

	return dropped < recordsPerRun && notable < recordsPerRun, err
}

// tidyEvery is how often a process looks for records of a job that are too old.
const tidyEvery = 10 * time.Minute

// tidying is when the last of the old records of a job was dropped.
type tidying struct {
	mu   sync.Mutex
	last map[ops.JobName]time.Time
}

// due reports whether it is to be looked for old records, and from when on.
func (t *tidying) due(name ops.JobName, now time.Time) (from time.Time, due bool) {
	t.mu.Lock()
	defer t.mu.Unlock()

	last, ok := t.last[name]
	if !ok || now.Before(last) { // a clock that was set back starts anew
		return time.Unix(0, 0), true
	}

	return last.Add(-keepRecords), now.Sub(last) >= tidyEvery
}

func (t *tidying) done(name ops.JobName, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()

	t.last[name] = now
}

func nullable(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }
