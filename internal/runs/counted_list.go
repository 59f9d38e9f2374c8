package runs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Source implements [Runs].
func (*Counted) Source() Source { return FromMetrics }

const counted = `SELECT id, job_name, seen_from, seen_until, runs, failed, seconds, succeeded_at, successes, failures, done
	FROM opsconsole_counted_runs `

// countedNumbers are how many rows of a job there are, and in how many of them runs failed.
const countedNumbers = `
	SELECT (SELECT count(*) FROM (SELECT 1 FROM opsconsole_counted_runs WHERE job_name = $1 LIMIT $2) a),
	       (SELECT count(*) FROM (SELECT 1 FROM opsconsole_counted_runs WHERE job_name = $1 AND failed > 0 LIMIT $2) f)`

// List implements [Runs].
func (c *Counted) List(ctx context.Context, filter Filter) (Page, error) {
	limit := filter.Limit
	if limit <= 0 {
		limit = defaultLimit
	}

	if filter.Before <= 0 {
		filter.Before = math.MaxInt64
	}

	where := `WHERE job_name = $1 AND id < $2`
	if filter.Failed {
		where += ` AND failed > 0`
	}

	items, err := c.read(ctx, where+` ORDER BY id DESC LIMIT $3`, filter.Job, filter.Before, limit+1)
	if err != nil {
		return Page{}, err
	}

	found := page(items, limit)

	err = count(ctx, c.db, &found, filter, countedNumbers, filter.Job, countMost)

	return found, err
}

// Get implements [Runs].
func (c *Counted) Get(ctx context.Context, job ops.JobName, id int64) (Run, error) {
	items, err := c.read(ctx, `WHERE job_name = $1 AND id = $2`, job, id)

	return only(id, items, err)
}

// Of implements [Runs]: the first that ended after the trigger, which may be one that was under way. What is dropped is
// looked for no longer: what was kept of later runs is not its own.
func (c *Counted) Of(ctx context.Context, trigger Trigger) (run Run, ok bool, err error) {
	now, err := c.db.Now(ctx, c.db.Read(), c.now)
	if err != nil || now.Sub(trigger.Until) >= keepCounted {
		return run, false, err
	}

	items, err := c.read(ctx, `WHERE job_name = $1 AND seen_until > $2 AND seen_until <= $3
		AND (runs > 1 OR succeeded_at IS NULL OR succeeded_at > $4) ORDER BY seen_until, id LIMIT 1`,
		trigger.Job, store.Time{Time: trigger.Until}, store.Time{Time: trigger.Until.Add(triggeredWithin)}, store.Time{Time: trigger.From})
	if err != nil || len(items) == 0 {
		return Run{}, false, err
	}

	return items[0], true, nil
}

// Since implements [Runs].
func (c *Counted) Since(ctx context.Context, job ops.JobName, result Result, after time.Time) (time.Time, error) {
	if result != Failed {
		return time.Time{}, nil
	}

	var at store.Time

	err := c.db.Read().QueryRowContext(ctx, `
		SELECT seen_until FROM opsconsole_counted_runs WHERE job_name = $1 AND seen_until > $2 AND failed > 0 ORDER BY seen_until LIMIT 1`,
		job, moment(after)).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}

	return at.Time, err
}

// Before implements [Runs].
func (c *Counted) Before(ctx context.Context, job ops.JobName, at time.Time) (run Run, ok bool, err error) {
	return first(c.read(ctx, `WHERE job_name = $1 AND seen_until <= $2 ORDER BY seen_until DESC LIMIT 1`, job, store.Time{Time: at}))
}

// Failures implements [Runs].
func (c *Counted) Failures(ctx context.Context, from, until time.Time, limit int) ([]Run, error) {
	return c.read(ctx, `WHERE failed > 0 AND seen_until >= $1 AND seen_until < $2 ORDER BY seen_until, id LIMIT $3`,
		store.Time{Time: from}, store.Time{Time: until}, limit)
}

func (c *Counted) read(ctx context.Context, clause string, args ...any) ([]Run, error) {
	return read(ctx, c.db, scanCounted, counted+clause, args...)
}

func scanCounted(rows *sql.Rows) (Run, error) {
	var (
		run                    = Run{Result: Succeeded, Found: map[string]int{}, Total: &Total{}}
		from, until, succeeded store.Time
		took                   sql.NullFloat64
		done                   string
	)

	err := rows.Scan(&run.ID, &run.Job, &from, &until, &run.Runs, &run.Failures, &took, &succeeded,
		&run.Total.Successes, &run.Total.Failures, &done)
	if err != nil {
		return run, err
	}

	run.Span = &Span{From: from.Time, Until: until.Time}

	if run.Failures > 0 {
		run.Result = Failed
	}

	if took.Valid && run.Runs > 0 {
		run.Seconds = new(took.Float64 / float64(run.Runs))
	}

	if !succeeded.IsZero() && run.Runs == 1 {
		run.EndedAt = &succeeded.Time

		if run.Seconds != nil {
			run.StartedAt = new(succeeded.Add(-time.Duration(*run.Seconds * float64(time.Second))))
		}
	}

	return run, json.Unmarshal([]byte(done), &run.Done)
}

// How long it is kept what was counted: what failed, longer.
const (
	keepCounted = Kept
	keepFailed  = FailuresKept
	// dropAtOnce is how many are dropped in one transaction: a save waits for no more.
	dropAtOnce = 500
)

// Tidy drops what is kept no longer.
func (c *Counted) Tidy(ctx context.Context) error {
	now, err := c.db.Now(ctx, c.db.Read(), c.now) // by which it was seen
	if err != nil {
		return err
	}

	for _, old := range []struct {
		where string
		keep  time.Duration
	}{{`failed = 0`, keepCounted}, {`failed >= 0`, keepFailed}} {
		for {
			result, err := c.db.Exec(ctx, `DELETE FROM opsconsole_counted_runs WHERE id IN (
				SELECT id FROM opsconsole_counted_runs WHERE `+old.where+` AND seen_until < $1 ORDER BY id LIMIT $2)`,
				store.Time{Time: now.Add(-old.keep)}, dropAtOnce)
			if err != nil {
				return fmt.Errorf("drop what was counted of old runs: %w", err)
			}

			n, err := result.RowsAffected()
			if err != nil {
				return err
			}

			if n < dropAtOnce {
				break
			}
		}
	}

	return nil
}
