package runs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Recorded are the runs of the embedded control plane.
type Recorded struct {
	db  *store.DB
	now func() time.Time
}

// NewRecorded returns what the database's records tell.
func NewRecorded(db *store.DB, now func() time.Time) *Recorded { return &Recorded{db, now} }

// Source implements [Runs].
func (*Recorded) Source() Source { return FromRecords }

// gone is true of a run that was cut off, which the next run of the job writes down: one that has not ended goes on while
// its process holds the job's lock, and only the newest can.
const gone = `r.ended_at IS NULL AND NOT (EXISTS (SELECT 1 FROM opsconsole_job_locks l WHERE l.job_name = r.job_name AND l.expires_at > $1)
	AND r.id = (SELECT max(id) FROM opsconsole_job_runs n WHERE n.job_name = r.job_name AND n.ended_at IS NULL))`

const records = `
	SELECT id, job_name, started_at, ended_at, result, found, done, error, triggered_by, reason, duration_us, cut_off, ` + gone + `
	  FROM opsconsole_job_runs r `

const bad = `result = 'failed'`

// ofBad selects those that failed or are gone. Each kind is read from its own index, in the order of the list.
const ofBad = `WHERE id IN (
	SELECT id FROM (SELECT id FROM opsconsole_job_runs WHERE job_name = $2 AND id < $3 AND ` + bad + ` ORDER BY id DESC LIMIT $4) f
	UNION ALL SELECT id FROM opsconsole_job_runs r WHERE job_name = $2 AND id < $3 AND ` + gone + `)`

// recordedNumbers are how many runs of a job there are, and how many of them failed.
const recordedNumbers = `
	SELECT (SELECT count(*) FROM (SELECT 1 FROM opsconsole_job_runs WHERE job_name = $2 LIMIT $3) a),
	       (SELECT count(*) FROM (SELECT 1 FROM opsconsole_job_runs WHERE job_name = $2 AND ` + bad + ` LIMIT $3) f) +
	       (SELECT count(*) FROM opsconsole_job_runs r WHERE job_name = $2 AND ` + gone + `)`

// List implements [Runs].
func (r *Recorded) List(ctx context.Context, filter Filter) (Page, error) {
	limit := filter.Limit
	if limit <= 0 {
		limit = defaultLimit
	}

	if filter.Before <= 0 {
		filter.Before = math.MaxInt64
	}

	where := `WHERE job_name = $2 AND id < $3`
	if filter.Failed {
		where = ofBad
	}

	items, err := r.read(ctx, where+` ORDER BY id DESC LIMIT $4`, filter.Job, filter.Before, limit+1)
	if err != nil {
		return Page{}, err
	}

	found := page(items, limit)

	now, err := r.time(ctx)
	if err != nil {
		return Page{}, err
	}

	err = count(ctx, r.db, &found, filter, recordedNumbers, now, filter.Job, countMost)

	return found, err
}

// Get implements [Runs].
func (r *Recorded) Get(ctx context.Context, job ops.JobName, id int64) (Run, error) {
	items, err := r.read(ctx, `WHERE job_name = $2 AND id = $3`, job, id)

	return only(id, items, err)
}

// Of implements [Runs]. One that failed is tried again, for the same trigger. The version before, which may be the one
// that makes the run, does not write down for which trigger: without one that says so it is the first that somebody
// asked for and that began after it.
func (r *Recorded) Of(ctx context.Context, trigger Trigger) (run Run, ok bool, err error) {
	// It has the trigger's time as it was told: whoever made the run may go by another clock.
	items, err := r.read(ctx, `WHERE job_name = $2 AND triggered_at >= $3 AND triggered_at <= $4 ORDER BY id DESC LIMIT 1`,
		trigger.Job, store.Time{Time: trigger.From}, store.Time{Time: trigger.Until})
	if err == nil && len(items) == 0 {
		items, err = r.read(ctx, `WHERE job_name = $2 AND (ended_at >= $3 AND ended_at < $4 OR ended_at IS NULL)
			AND triggered_at IS NULL AND triggered_by IS NOT NULL AND started_at >= $3 ORDER BY id LIMIT 1`,
			trigger.Job, store.Time{Time: trigger.From}, store.Time{Time: trigger.From.Add(triggeredWithin)})
	}

	if err != nil || len(items) == 0 {
		return Run{}, false, err
	}

	return items[0], true, nil
}

// Since implements [Runs].
func (r *Recorded) Since(ctx context.Context, job ops.JobName, result Result, after time.Time) (time.Time, error) {
	var at store.Time

	err := r.db.Read().QueryRowContext(ctx, `
		SELECT ended_at FROM opsconsole_job_runs WHERE job_name = $1 AND ended_at > $2 AND result = $3 ORDER BY ended_at LIMIT 1`,
		job, moment(after), string(result)).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}

	return at.Time, err
}

// Before implements [Runs].
func (r *Recorded) Before(ctx context.Context, job ops.JobName, at time.Time) (run Run, ok bool, err error) {
	return first(r.read(ctx, `WHERE job_name = $2 AND ended_at <= $3 ORDER BY ended_at DESC LIMIT 1`, job, store.Time{Time: at}))
}

// Failures implements [Runs].
func (r *Recorded) Failures(ctx context.Context, from, until time.Time, limit int) ([]Run, error) {
	return r.read(ctx, `WHERE `+bad+` AND ended_at >= $2 AND ended_at < $3 ORDER BY ended_at, id LIMIT $4`,
		store.Time{Time: from}, store.Time{Time: until}, limit)
}

// moment is a time that is stored, also where there is none.
func moment(at time.Time) store.Time {
	if at.IsZero() {
		at = time.Unix(0, 0)
	}

	return store.Time{Time: at}
}

func (r *Recorded) read(ctx context.Context, clause string, args ...any) ([]Run, error) {
	now, err := r.time(ctx)
	if err != nil {
		return nil, err
	}

	return read(ctx, r.db, scanRecord, records+clause, append([]any{now}, args...)...)
}

// time is that by which the locks of jobs are held, whatever this process's clock says.
func (r *Recorded) time(ctx context.Context) (store.Time, error) {
	now, err := r.db.Now(ctx, r.db.Read(), r.now)

	return store.Time{Time: now}, err
}

func scanRecord(rows *sql.Rows) (Run, error) {
	var (
		run                          = Run{Runs: 1}
		started, ended               store.Time
		result, message, who, reason sql.NullString
		found, done                  string
		took, cutOff                 sql.NullInt64
		orphaned                     bool
	)

	err := rows.Scan(&run.ID, &run.Job, &started, &ended, &result, &found, &done, &message, &who, &reason, &took, &cutOff, &orphaned)
	if err != nil {
		return run, err
	}

	run.StartedAt, run.Result, run.Error = &started.Time, Result(result.String), message.String
	run.TriggeredBy, run.Reason = who.String, reason.String

	switch {
	case cutOff.Valid && cutOff.Int64 != 0:
		run.Result, run.Error = CutOff, ""
	case orphaned:
		run.Result = CutOff
	case ended.IsZero():
		run.Result = Running
	default:
		run.EndedAt = &ended.Time
		run.Seconds = new(seconds(took, ended.Sub(started.Time)))
	}

	if run.Result == Failed || run.Result == CutOff {
		run.Failures = 1
	}

	return run, errors.Join(json.Unmarshal([]byte(found), &run.Found), json.Unmarshal([]byte(done), &run.Done))
}

// seconds is how long a run took: a version before this one left that to the clock.
func seconds(microseconds sql.NullInt64, clock time.Duration) float64 {
	if microseconds.Valid {
		return (time.Duration(microseconds.Int64) * time.Microsecond).Seconds()
	}

	return max(0, clock).Seconds()
}
