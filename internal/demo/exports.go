//nolint:mnd // the numbers describe a made-up world
package demo

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// exportWorkers is how many workers there are, and exportsEach how many export jobs
// each has in hand at most.
const (
	exportWorkers = 3
	exportsEach   = 3
)

func workerName(i int) string { return fmt.Sprintf("export-worker-%d", i+1) }

// queryID looks like Trino's.
func queryID(at time.Time, job int64) string {
	return fmt.Sprintf("%s_%05d_demo1", at.UTC().Format("20060102_150405"), job)
}

// exporter is the platform's export workers: they claim pending export jobs, submit
// their queries and report how these ended, in export_jobs, as the real ones do.
type exporter struct {
	db   *store.DB
	now  func() time.Time
	seed uint64
	// scale turns a length of the day into a real one.
	scale func(time.Duration) time.Duration
}

// inHand is an export job that a worker has claimed.
type inHand struct {
	id, snapshot int64
	entity       string
	status       ops.ExportJobStatus
	worker       string
	claimedAt    string
	tries        uint64
}

// fate is what becomes of a try, decided by the seed, the job and the try.
type fate struct {
	// Lengths of the day from the claim to the submission, and from there to the end.
	submit, run time.Duration
	stuck       bool
	failure     string // "" for success
	rows        int64
}

func (e *exporter) fateOf(job inHand) fate {
	r := random(e.seed, streamExports, uint64(job.id), job.tries) //nolint:gosec // ids are positive

	f := fate{
		submit: between(r, time.Minute, 3*time.Minute),
		run:    between(r, 3*time.Minute, 25*time.Minute),
		rows:   r.Int64N(4_000_000),
	}

	switch chance := r.IntN(100); {
	case chance < 3:
		f.stuck = true
	case chance < 8:
		f.failure = pick(r, exportErrors())
	}

	for _, rows := range rowsOf()[job.entity] {
		f.rows = rows + rows*int64(r.IntN(10))/100
	}

	return f
}

// step does what the workers would do now.
func (e *exporter) step(ctx context.Context) error {
	return e.db.Tx(ctx, func(tx *sql.Tx) error {
		jobs, err := e.inHand(ctx, tx)
		if err != nil {
			return err
		}

		busy := map[string]int{}
		for i := range exportWorkers {
			busy[workerName(i)] = 0
		}

		for _, job := range jobs {
			if _, known := busy[job.worker]; !known {
				continue // its worker is gone, or somebody else's
			}

			busy[job.worker]++

			if err := e.advance(ctx, tx, job); err != nil {
				return fmt.Errorf("export job %d: %w", job.id, err)
			}
		}

		for i := range exportWorkers {
			if busy[workerName(i)] < exportsEach {
				if err := e.claim(ctx, tx, workerName(i)); err != nil {
					return err
				}
			}
		}

		return nil
	})
}

func (e *exporter) inHand(ctx context.Context, tx *sql.Tx) ([]inHand, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT id, snapshot_id, entity_name, status, claimed_by, claimed_at, poll_count FROM export_jobs
		 WHERE status IN ('claimed', 'submitted') AND claimed_by IS NOT NULL AND claimed_at IS NOT NULL ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	var all []inHand

	for rows.Next() {
		var job inHand
		if err := rows.Scan(&job.id, &job.snapshot, &job.entity, &job.status, &job.worker, &job.claimedAt, &job.tries); err != nil {
			return nil, err
		}

		all = append(all, job)
	}

	return all, rows.Err()
}

// claim takes the oldest pending job of a snapshot that is still wanted.
func (e *exporter) claim(ctx context.Context, tx *sql.Tx, worker string) error {
	now := store.Time{Time: e.now()}

	var snapshot int64

	err := tx.QueryRowContext(ctx, `
		UPDATE export_jobs SET status = 'claimed', claimed_by = $1, claimed_at = $2, poll_count = poll_count + 1, updated_at = $2
		 WHERE id = (SELECT MIN(e.id) FROM export_jobs e JOIN snapshots s ON s.id = e.snapshot_id
		              WHERE e.status = 'pending' AND s.status IN ('pending', 'creating'))
		   AND status = 'pending'
		RETURNING snapshot_id`, worker, now).Scan(&snapshot)
	if err == sql.ErrNoRows { //nolint:errorlint // never wrapped
		return nil
	}

	if err != nil {
		return err
	}

	_, err = tx.ExecContext(ctx,
		`UPDATE snapshots SET status = 'creating', updated_at = $1 WHERE id = $2 AND status = 'pending'`, now, snapshot)

	return err
}

func (e *exporter) advance(ctx context.Context, tx *sql.Tx, job inHand) error {
	claimed, err := ops.ParseTime(job.claimedAt)
	if err != nil {
		return err
	}

	var (
		now = e.now()
		at  = store.Time{Time: now}
		f   = e.fateOf(job)
		age = now.Sub(claimed.Time)
	)

	switch {
	case f.stuck || age < e.scale(f.submit):
		return nil
	case job.status == ops.ExportClaimed:
		_, err = tx.ExecContext(ctx, `
			UPDATE export_jobs SET status = 'submitted', submitted_at = $1, starburst_query_id = $2, updated_at = $1
			 WHERE id = $3 AND status = 'claimed'`, at, queryID(now, job.id), job.id)
	case age < e.scale(f.submit+f.run):
		return nil
	case f.failure != "":
		_, err = tx.ExecContext(ctx, `
			UPDATE export_jobs SET status = 'failed', error_message = $1, completed_at = $2, updated_at = $2
			 WHERE id = $3 AND status = 'submitted'`, f.failure, at, job.id)
	default:
		_, err = tx.ExecContext(ctx, `
			UPDATE export_jobs SET status = 'completed', row_count = $1, size_bytes = $2, completed_at = $3, updated_at = $3
			 WHERE id = $4 AND status = 'submitted'`, f.rows, f.rows*bytesPerRow, at, job.id)
	}

	return err
}
