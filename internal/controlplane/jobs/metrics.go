package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// metrics is section 6 of the contract, as far as it is about jobs. Counters and
// histograms tell what this process did. Gauges tell what is so, whichever replica
// found out and also after a restart: they are read from the last run's record.
type metrics struct {
	executions  *prometheus.CounterVec
	duration    *prometheus.HistogramVec
	lastSuccess *prometheus.GaugeVec
	health      *prometheus.GaugeVec
	skipped     *prometheus.GaugeVec
	refreshes   *prometheus.CounterVec

	jobs map[ops.JobName]jobMetrics

	mu sync.Mutex
	// seen is the last run of each job whose findings the gauges show.
	seen map[ops.JobName]int64
}

// jobMetrics is what one job has of its own.
type jobMetrics struct {
	passes   prometheus.Counter  // nil if it has none
	duration prometheus.Observer // nil if it has none
	// Counters of what was found and done, and gauges of what was found, by the
	// names that the job's pass counts under.
	found, done map[string]prometheus.Counter
	gauges      map[string]prometheus.Gauge
}

const microseconds = 1e6 // in a second

// unhealthyAfter is how many failures in a row make a job unhealthy.
const unhealthyAfter = 3

// count adds up what a run did.
func (m *metrics) count(name ops.JobName, outcome Result, took time.Duration, p *pass) {
	if outcome == Skipped {
		return
	}

	m.executions.WithLabelValues(string(name), string(outcome)).Inc()
	m.duration.WithLabelValues(string(name)).Observe(took.Seconds())

	if name == ops.JobSchemaCache {
		m.refreshes.WithLabelValues(string(outcome)).Inc()
	}

	j := m.jobs[name]
	if j.passes != nil {
		j.passes.Inc()
	}

	if j.duration != nil {
		j.duration.Observe(took.Seconds())
	}

	add(j.found, p.found)
	add(j.done, p.done)
}

func add(counters map[string]prometheus.Counter, counts map[string]int) {
	for name, n := range counts {
		if counter, ok := counters[name]; ok {
			counter.Add(float64(n))
		}
	}
}

// Refresh brings the gauges up to date with what other replicas did.
func (r *Runner) Refresh(ctx context.Context) error {
	states, err := r.states(ctx, r.db.Read())
	if err != nil {
		return err
	}

	return r.refreshFrom(ctx, r.db.Read(), states)
}

// refreshFrom brings the gauges up to date.
func (r *Runner) refreshFrom(ctx context.Context, from store.Querier, states []state) error {
	r.metrics.mu.Lock()
	defer r.metrics.mu.Unlock()

	var unseen []state

	for _, s := range states {
		if _, ok := r.jobs[s.name]; !ok {
			continue // a job of another version
		}

		if s.lastRun < r.metrics.seen[s.name] {
			continue // a run has ended here since the states were read, and is shown
		}

		r.metrics.showState(s)

		if s.lastRun != r.metrics.seen[s.name] {
			unseen = append(unseen, s)
		}
	}

	return r.showFindings(ctx, from, unseen)
}

// showFindings sets the gauges to what the jobs' last runs found, all of them asked for at once. A run that failed
// before it found something out leaves the gauge as it was.
func (r *Runner) showFindings(ctx context.Context, from store.Querier, states []state) error {
	if len(states) == 0 {
		return nil
	}

	ids, marks := make([]any, len(states)), make([]string, len(states))
	for i, s := range states {
		ids[i], marks[i] = s.lastRun, fmt.Sprintf("$%d", i+1)
	}

	rows, err := query(ctx, from, func(row *recordRow) []any {
		return []any{&row.ID, &row.result, &row.err, &row.found, &row.done}
	}, `SELECT id, result, error, found, done FROM opsconsole_job_runs WHERE id IN (`+strings.Join(marks, ", ")+`)`, ids...)
	if err != nil {
		return err
	}

	var errs []error

	for _, s := range states {
		at := slices.IndexFunc(rows, func(row recordRow) bool { return row.ID == s.lastRun })
		if at < 0 {
			errs = append(errs, fmt.Errorf("the last run of %s: %w", s.name, sql.ErrNoRows))

			continue
		}

		record, err := rows[at].record()
		if err == nil {
			r.metrics.showRun(s, record.Result, record.Error, record.Found)
		}

		errs = append(errs, err)
	}

	return errors.Join(errs...)
}

// show sets the gauges to what a run of this process found, whose job's row is the state.
func (m *metrics) show(s state, result Result, message string, found map[string]int) {
	m.mu.Lock()
	defer m.mu.Unlock()

	m.showState(s)
	m.showRun(s, result, message, found)
}

func (m *metrics) showState(s state) {
	if !s.lastSuccess.IsZero() {
		m.lastSuccess.WithLabelValues(string(s.name)).Set(float64(s.lastSuccess.UnixMicro()) / microseconds)
	}

	healthy := 1.0
	if s.failures >= unhealthyAfter {
		healthy = 0
	}

	m.health.WithLabelValues(string(s.name)).Set(healthy)
}

func (m *metrics) showRun(s state, result Result, message string, found map[string]int) {
	m.skipped.DeletePartialMatch(prometheus.Labels{"job_name": string(s.name)})

	if result == Skipped {
		m.skipped.WithLabelValues(string(s.name), message).Set(1)
	}

	gauges := m.jobs[s.name].gauges
	for name, n := range found {
		if gauge, ok := gauges[name]; ok {
			gauge.Set(float64(n))
		}
	}

	m.seen[s.name] = s.lastRun
}
