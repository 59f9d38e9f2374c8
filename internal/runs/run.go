package runs

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Source is from where runs are known.
type Source string

// The sources.
const (
	// FromRecords are the records of the embedded control plane: one for each run.
	FromRecords Source = "records"
	// FromMetrics are the control plane's counters: so many runs have ended between two looks.
	FromMetrics Source = "metrics"
)

// Result is how a run ended.
type Result string

// The results.
const (
	// Running is a run that goes on.
	Running   Result = "running"
	Succeeded Result = "success"
	Failed    Result = "failed"
	// Skipped is a run that lacked what it needs, such as a cluster.
	Skipped Result = "skipped"
	// CutOff is a run whose process ended before it did. It counts as failed.
	CutOff Result = "cut_off"
)

// Run is a run of a job, or with [FromMetrics] all that ended in a span.
type Run struct {
	ID     int64       `json:"id"`
	Job    ops.JobName `json:"job_name"`
	Result Result      `json:"result"`
	// StartedAt and EndedAt are nil where that is not known exactly.
	StartedAt *time.Time `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
	// Span is between which two looks it ended; nil of a record.
	Span *Span `json:"span"`
	// Runs is how many there were, Failures how many of them failed: 1, and 1 or 0, of a record.
	Runs     int `json:"runs"`
	Failures int `json:"failures"`
	// Seconds is how long it took, of several on average; nil where that is not known.
	Seconds *float64 `json:"duration_seconds"`
	// Error says why it failed or was skipped, or what a success could not do.
	Error string `json:"error"`
	// TriggeredBy and Reason are empty of what nobody asked for. With [FromMetrics] they are of the trigger that came
	// before it, and whether the run is its own is not known for sure.
	TriggeredBy string `json:"triggered_by"`
	Reason      string `json:"reason"`
	// Found and Done count what it came across and what it did about it, by name.
	Found map[string]int `json:"found"`
	Done  map[string]int `json:"done"`
	// Total is where the counters stood after it, with [FromMetrics].
	Total *Total `json:"-"`
}

// Span is the time between two looks.
type Span struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Total counts the runs since the control plane started.
type Total struct{ Successes, Failures float64 }

// Ended is when it was over at the latest, zero while it goes on.
func (r Run) Ended() (at time.Time) {
	switch {
	case r.EndedAt != nil:
		return *r.EndedAt
	case r.Span != nil:
		return r.Span.Until
	default:
		return at
	}
}

// Began is when it began, or where that is not known when it can first have ended.
func (r Run) Began() time.Time {
	if r.StartedAt == nil && r.Span != nil {
		return r.Span.From
	}

	return *r.StartedAt
}

// Bad reports whether it failed, or one of them did.
func (r Run) Bad() bool { return r.Failures > 0 }

// Filter selects runs of a job.
type Filter struct {
	Job ops.JobName
	// Failed selects those that failed or were cut off.
	Failed bool
	// Before selects what comes after this run in the list: the Next of the page before.
	Before int64
	// Limit is the most on a page; 0 means 50.
	Limit int
}

const defaultLimit = 50

// Page is runs, newest first. Next is the Before of the next page, 0 on the last one; Total is how many the filter
// selects, and Failed how many of the job's failed; more than 1,000 are 1,001.
type Page struct {
	Items         []Run
	Next          int64
	Total, Failed int
}

// Trigger is a trigger that was accepted between two moments.
type Trigger struct {
	Job         ops.JobName
	From, Until time.Time
}

// triggeredWithin is how long after a trigger its run is looked for.
const triggeredWithin = 24 * time.Hour

// Runs are the runs that are known.
type Runs interface {
	Source() Source
	List(ctx context.Context, filter Filter) (Page, error)
	// Get is a run of the job, and RESOURCE_NOT_FOUND for one that there is not.
	Get(ctx context.Context, job ops.JobName, id int64) (Run, error)
	// Of is the last run that was made for the trigger, as far as there is one; ok is false while there is none.
	Of(ctx context.Context, trigger Trigger) (run Run, ok bool, err error)
	// Since is when the first run after a moment ended with that result; zero when none did.
	Since(ctx context.Context, job ops.JobName, result Result, after time.Time) (time.Time, error)
	// Before is the last run of the job that had ended by a moment, as far as it is kept; ok is false where none is.
	Before(ctx context.Context, job ops.JobName, at time.Time) (run Run, ok bool, err error)
	// Failures are the first runs of any job that ended in a time, from inclusive and until exclusive, and failed or were cut off,
	// oldest first.
	Failures(ctx context.Context, from, until time.Time, limit int) ([]Run, error)
}

// Kept is how long every run is known.
const Kept = 7 * 24 * time.Hour

// FailuresKept is how long it is known which runs failed.
const FailuresKept = 30 * 24 * time.Hour

// page cuts what was read, of which one more than the limit was asked for.
func page(items []Run, limit int) (found Page) {
	found.Items, found.Next = store.Cut(items, limit, func(r Run) int64 { return r.ID })

	return found
}

// read reads runs from rows as they are kept.
func read(ctx context.Context, db *store.DB, scan func(*sql.Rows) (Run, error), query string, args ...any) ([]Run, error) {
	rows, err := db.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the runs: %w", err)
	}
	defer rows.Close()

	items := []Run{}

	for rows.Next() {
		run, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read the runs: %w", err)
		}

		items = append(items, run)
	}

	return items, rows.Err()
}

// first is the first of what was read, if any.
func first(items []Run, err error) (run Run, ok bool, _ error) {
	if err != nil || len(items) == 0 {
		return run, false, err
	}

	return items[0], true, nil
}

// only is the run of that number, of those that were read for it.
func only(id int64, items []Run, err error) (Run, error) {
	if err == nil && len(items) == 0 {
		err = ops.NotFound("run", id)
	}

	if err != nil {
		return Run{}, err
	}

	return items[0], nil
}

// countMost is as far as is counted, and one: a week of a job that runs every five seconds is 120,000, and the page is drawn anew
// with each poll.
const countMost = 1001

// count adds to a page how many runs of the job there are, and how many of them failed, as the query says.
func count(ctx context.Context, db *store.DB, found *Page, filter Filter, query string, args ...any) error {
	if err := db.Read().QueryRowContext(ctx, query, args...).Scan(&found.Total, &found.Failed); err != nil {
		return fmt.Errorf("count the runs: %w", err)
	}

	if found.Failed = min(found.Failed, countMost); filter.Failed {
		found.Total = found.Failed
	}

	return nil
}
