package runs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Counted are the runs of a control plane elsewhere, as its counters tell of them.
type Counted struct {
	// OnChange, when not nil, is called when runs were written down. It is set before the first use, and must not wait.
	OnChange func()

	db  *store.DB
	now func() time.Time

	mu sync.Mutex
	// stood is what is known of each job's row.
	stood map[ops.JobName]stood
}

// stood is where the counters of a job stood when they last moved, by the clock that consoles share, and when they were last seen so
// here, by this one's.
type stood struct {
	at, seen time.Time
	counters counters
}

// NewCounted returns what was counted in the database.
func NewCounted(db *store.DB, now func() time.Time) *Counted {
	return &Counted{db: db, now: now, stood: map[ops.JobName]stood{}}
}

// settle is how long counters must be lower than another console saw them before they count as begun anew: what was
// asked for earlier may be looked at later.
const settle = 10 * time.Second

// Look writes down which runs have ended since the last look, whichever console of this database that was.
func (c *Counted) Look(ctx context.Context, s *monitor.Snapshot) error {
	if s.Metrics.Stale() {
		return nil
	}

	c.mu.Lock()
	defer c.mu.Unlock()

	at := s.Metrics.AsOf.UTC().Truncate(time.Microsecond) // as it is stored
	moved := map[ops.JobName]counters{}

	for _, job := range ops.Jobs() {
		now, ok := countersOf(s.Metrics.Value, job.Name)
		if !ok {
			continue
		}

		if last, known := c.stood[job.Name]; known && now.same(last.counters) {
			last.seen = at
			c.stood[job.Name] = last
		} else {
			moved[job.Name] = now
		}
	}

	if len(moved) == 0 || c.db.CannotRead() != nil { // it is written down when it can be
		return nil
	}

	written := map[ops.JobName]stood{}

	err := c.db.Tx(ctx, func(tx *sql.Tx) error {
		here := c.now()

		shared, err := c.db.Now(ctx, tx, func() time.Time { return here })
		if err != nil {
			return err
		}

		ahead := here.Sub(shared).Truncate(time.Microsecond)

		for _, name := range ops.Jobs() { // in one order, so that two consoles do not wait for each other
			job := name.Name

			now, ok := moved[job]
			if !ok {
				continue
			}

			known, err := c.write(ctx, tx, job, now, at, ahead)
			if err != nil {
				return fmt.Errorf("write down the runs of %s: %w", job, err)
			}

			written[job] = known
		}

		return nil
	})
	if err != nil {
		return err
	}

	maps.Copy(c.stood, written)

	if c.OnChange != nil {
		c.OnChange()
	}

	return nil
}

// write adds the runs that have ended since the job's row was written, and returns what it is then. The row decides
// which console of several does that. This one's clock is ahead of theirs by so much.
func (c *Counted) write(
	ctx context.Context, tx *sql.Tx, job ops.JobName, now counters, seen time.Time, ahead time.Duration,
) (stood, error) {
	text, err := json.Marshal(now)
	if err != nil {
		return stood{}, err
	}

	at := seen.Add(-ahead)
	next := stood{at: at, seen: seen, counters: now}

	last, known, err := readStood(ctx, tx, job)
	if err != nil {
		return stood{}, err
	}

	if !known { // nothing is known of what was before
		_, err := tx.ExecContext(ctx, `INSERT INTO opsconsole_run_counters (job_name, seen_at, counters) VALUES ($1, $2, $3)
			ON CONFLICT (job_name) DO NOTHING`, job, store.Time{Time: at}, string(text))

		return next, err
	}

	last.seen = last.at.Add(ahead)
	if ours, here := c.stood[job]; here && ours.at.Equal(last.at) {
		last.seen = ours.seen
	}

	early := now.restarted(last.counters) && at.Sub(last.at) < settle
	if now.same(last.counters) || early || at.Before(last.at) && last.at.Sub(at) < settle {
		return last, nil
	}

	result, err := tx.ExecContext(ctx,
		`UPDATE opsconsole_run_counters SET seen_at = $1, counters = $2 WHERE job_name = $3 AND seen_at = $4`,
		store.Time{Time: at}, string(text), job, store.Time{Time: last.at})
	if err != nil {
		return stood{}, err
	}

	if n, err := result.RowsAffected(); err != nil || n == 0 { // another console did
		return last, err
	}

	from := last.seen.Add(-ahead)
	if from.After(at) { // the clock was set back
		from = at
	}

	return next, insert(ctx, tx, job, Span{From: from, Until: at}, now, now.since(last.counters))
}

func readStood(ctx context.Context, tx *sql.Tx, job ops.JobName) (last stood, known bool, err error) {
	var (
		at   store.Time
		text string
	)

	err = tx.QueryRowContext(ctx, `SELECT seen_at, counters FROM opsconsole_run_counters WHERE job_name = $1`, job).Scan(&at, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return last, false, nil
	}

	if err == nil {
		err = json.Unmarshal([]byte(text), &last.counters)
	}

	last.at = at.Time

	return last, err == nil, err
}

func insert(ctx context.Context, tx *sql.Tx, job ops.JobName, span Span, now, grown counters) error {
	done, err := json.Marshal(rounded(grown.Work))
	if err != nil {
		return err
	}

	var (
		all       = grown.Successes + grown.Failures
		took      sql.NullFloat64
		succeeded store.Time
	)

	if grown.Observed == all && grown.Seconds >= 0 {
		took = sql.NullFloat64{Float64: grown.Seconds, Valid: true}
	}

	// Its clock may be another one.
	if at := time.UnixMicro(grown.Succeeded); grown.Succeeded > 0 && !at.After(span.Until) && at.After(span.From) {
		succeeded.Time = at
	}

	_, err = tx.ExecContext(ctx, `
		INSERT INTO opsconsole_counted_runs
			(job_name, seen_from, seen_until, runs, failed, seconds, succeeded_at, successes, failures, done)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		job, store.Time{Time: span.From}, store.Time{Time: span.Until}, int(math.Round(all)), int(math.Round(grown.Failures)),
		took, succeeded, now.Successes, now.Failures, string(done))

	return err
}

func rounded(work map[string]float64) map[string]int {
	out := map[string]int{}

	for name, n := range work {
		if n := int(math.Round(n)); n > 0 {
			out[name] = n
		}
	}

	return out
}
