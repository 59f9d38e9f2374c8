package jobs

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// JobArgs says which job to run, and who asked for it and why.
type JobArgs struct {
	JobName ops.JobName `json:"job_name"`
	// TriggeredBy and Reason are empty for a run that the schedule asked for.
	TriggeredBy string `json:"triggered_by,omitempty"`
	Reason      string `json:"reason,omitempty"`
	// TriggeredAt is when they asked; zero also of what a version before this one enqueued.
	TriggeredAt time.Time `json:"triggered_at,omitzero"`
	// Attempts is how often to try before giving up.
	Attempts int `json:"-"`
}

// Triggered reports whether somebody asked for the run, rather than the schedule.
func (a JobArgs) Triggered() bool { return a.TriggeredBy != "" }

// Enqueuer makes sure that [Runner.Run] is called with args once the transaction is
// committed, and never if it is not.
type Enqueuer interface {
	Enqueue(ctx context.Context, tx *sql.Tx, args JobArgs) error
}

// Config is what the jobs work with. Cluster, Memory and Catalog may be nil: the
// jobs that need them are skipped.
type Config struct {
	DB       *store.DB
	Now      func() time.Time
	Logger   *slog.Logger
	Enqueuer Enqueuer
	Registry prometheus.Registerer
	// Schedule is nil for [DefaultSchedule].
	Schedule Schedule
	Cluster  Cluster
	Memory   Memory
	Catalog  Catalog
	// WatchOnly has no job write to the platform's tables.
	WatchOnly bool
}

// Runner runs the jobs and keeps their schedule.
type Runner struct {
	db       *store.DB
	now      func() time.Time
	shared   sharedClock
	logger   *slog.Logger
	enqueuer Enqueuer
	schedule Schedule
	metrics  *metrics
	jobs     map[ops.JobName]job
	said     sync.Map // see pass
	tidy     tidying
	// directly, where there is one, is called instead of the enqueuer for runs that are not tried again.
	directly func(args JobArgs)
	// next is when the next job is due, as of the last [Runner.Tick].
	next atomic.Pointer[time.Time]
}

// job does a job's work once. It returns a [skipped] error if it cannot begin.
type job func(ctx context.Context, p *pass) error

// New registers the metrics, and writes the schedule of jobs that have none yet:
// they run within seconds.
func New(ctx context.Context, c Config) (*Runner, error) {
	if c.Schedule == nil {
		c.Schedule = DefaultSchedule()
	}

	if err := c.Schedule.Validate(); err != nil {
		return nil, err
	}

	m, err := newMetrics(c.Registry)
	if err != nil {
		return nil, err
	}

	r := &Runner{
		db: c.DB, now: c.Now, shared: c.sharedClock(), logger: c.Logger, enqueuer: c.Enqueuer, schedule: c.Schedule, metrics: m,
		jobs: map[ops.JobName]job{}, tidy: tidying{last: map[ops.JobName]time.Time{}},
	}

	for _, name := range Names() {
		r.jobs[name] = implementationOf(name).job(c)
	}

	states, err := r.ensureScheduled(ctx)
	if err != nil {
		return nil, fmt.Errorf("write the schedule of the jobs: %w", err)
	}

	return r, r.refreshFrom(ctx, r.db.Write(), states)
}

// sharedClock is the time by a clock that all replicas share, whatever their own say.
type sharedClock func(ctx context.Context, from store.Querier) (time.Time, error)

func (c Config) sharedClock() sharedClock {
	return func(ctx context.Context, from store.Querier) (time.Time, error) { return c.DB.Now(ctx, from, c.Now) }
}

// Directly has runs that nobody asked for, and whose next time comes before they would be tried again,
// start by calling run rather than through the enqueuer: one that is lost is made up for by the next.
// It is to be called before the first [Runner.Tick]; run must not wait.
func (r *Runner) Directly(run func(args JobArgs)) { r.directly = run }

// Next is when the next job is due by this process's clock, as far as the last [Runner.Tick] knew; zero before that.
func (r *Runner) Next() (at time.Time) {
	if next := r.next.Load(); next != nil {
		at = *next
	}

	return at
}

// ErrBusy is returned by [Runner.Run] while the job runs already, here or elsewhere.
var ErrBusy = errors.New("the job is already running")

// Timeout is how long a run of the job may take.
func (r *Runner) Timeout(name ops.JobName) time.Duration {
	return cmp.Or(name.Info().Timeout, time.Minute)
}

// Names lists the jobs in the order of the contract.
func Names() []ops.JobName {
	var names []ops.JobName
	for _, job := range ops.Jobs() {
		names = append(names, job.Name)
	}

	return names
}
