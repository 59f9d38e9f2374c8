package monitor_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// plane is a control plane at the other end of a network: it counts what it is asked,
// and answers what it is told to. The monitor only reads, so nothing else is there.
type plane struct {
	ops.Service

	mu      sync.Mutex
	down    error
	unwell  error // of its health alone
	latency float64
	used    int
	status  ops.ComponentStatus
	metrics string
	asked   atomic.Int64
	// exports are the export jobs, uncounted why they are not counted.
	exports   *worldtest.ExportQueue
	uncounted error
}

func (p *plane) As(ops.Caller) ops.Service { return p }

func (p *plane) set(change func(p *plane)) {
	p.mu.Lock()
	defer p.mu.Unlock()

	change(p)
}

func answer[T any](p *plane, value func() T) (T, error) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.asked.Add(1)

	if p.down != nil {
		var none T

		return none, p.down
	}

	return value(), nil
}

func (p *plane) GetClusterHealth(context.Context) (ops.Health, error) {
	if p.unwell != nil {
		return ops.Health{}, p.unwell
	}

	return answer(p, func() ops.Health {
		latency := p.latency

		return ops.Health{Status: ops.Healthy, Components: map[string]ops.Component{"database": {Status: p.status, LatencyMS: &latency}}}
	})
}

func (p *plane) GetClusterInstances(context.Context) (ops.ClusterInstances, error) {
	return answer(p, func() ops.ClusterInstances {
		return ops.ClusterInstances{Limits: ops.Limits{ClusterTotal: 50, ClusterUsed: p.used}}
	})
}

func (p *plane) GetMetrics(context.Context) ([]byte, error) {
	return answer(p, func() []byte { return []byte(p.metrics) })
}

func (p *plane) GetJobStatus(context.Context) (ops.JobStatus, error) {
	return answer(p, func() ops.JobStatus { return ops.JobStatus{Jobs: []ops.Job{{Name: ops.JobLifecycle}}} })
}

func (p *plane) GetState(context.Context) (ops.State, error) {
	queue, err := answer(p, func() *worldtest.ExportQueue { return p.exports })
	if err = cmp.Or(err, p.uncounted); err != nil || queue == nil {
		return ops.State{}, err
	}

	return ops.State{ExportJobs: queue.State()}, nil
}

func (p *plane) GetExportJobs(_ context.Context, query ops.ExportJobsQuery) ([]ops.ExportJob, error) {
	queue, err := answer(p, func() *worldtest.ExportQueue { return p.exports })
	if err != nil || queue == nil {
		return nil, err
	}

	return queue.List(query), nil
}

type world struct {
	*monitor.Monitor

	plane *plane
	clock *atomic.Pointer[time.Time]
	// own is how the console's own database does, nil for nobody who looks.
	own func() ([]database.Sight, *float64)
}

func newWorld(db *store.DB) *world {
	w := &world{plane: &plane{latency: 1, used: 7, status: ops.ComponentConnected}, clock: &atomic.Pointer[time.Time]{}}
	w.at(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	w.Monitor = w.again(db)

	return w
}

// again is another monitor of the same control plane on the same database.
func (w *world) again(db *store.DB) *monitor.Monitor {
	return monitor.New(monitor.Config{
		Platform: w.plane, Caller: func() (ops.Caller, error) { return ops.Caller{}, nil }, DB: db, Database: w.own,
		Now: func() time.Time { return *w.clock.Load() }, Logger: slog.New(slog.DiscardHandler), Interval: time.Hour,
	})
}

func (w *world) at(t time.Time)       { w.clock.Store(&t) }
func (w *world) pass(d time.Duration) { w.at(w.clock.Load().Add(d)) }
func (w *world) poll(t *testing.T) *monitor.Snapshot {
	t.Helper()
	w.Poll(t.Context())

	return w.Snapshot()
}

func TestOldDataKeepsItsAgeAndTheReason(t *testing.T) {
	t.Parallel()

	w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))

	if s := w.Snapshot(); s.Health.Known() || !s.Health.Stale() {
		t.Errorf("before the first poll something is known: %+v", s.Health)
	}

	good := w.poll(t)
	if good.Health.Stale() || good.Instances.Value.Limits.ClusterUsed != 7 {
		t.Fatalf("got %+v, %+v, want health that is not stale, and 7 in use", good.Health, good.Instances)
	}

	w.plane.set(func(p *plane) { p.down = ops.Unavailable(ops.ServiceControlPlane, "It does not answer") })
	w.pass(time.Minute)

	stale := w.poll(t)
	if !stale.Health.Stale() || !stale.Health.AsOf.Equal(good.At) || stale.Health.Err != "It does not answer" ||
		stale.Health.Value.Status != ops.Healthy || !stale.Health.TriedAt.Equal(*w.clock.Load()) {
		t.Errorf("got %+v, want it stale, as of %s, tried at %s, for it does not answer", stale.Health, good.At, *w.clock.Load())
	}

	// What is not meant for users is not shown to them.
	w.plane.set(func(p *plane) { p.down = errors.New("dial tcp: password=hunter2") })

	if s := w.poll(t); s.Health.Err != "The control plane answered with an error of its own." {
		t.Errorf("got %q, want that the control plane answered with an error of its own", s.Health.Err)
	}

	w.plane.set(func(p *plane) { p.down = nil })

	if s := w.poll(t); s.Health.Stale() || s.Seq != good.Seq+3 {
		t.Errorf("got %+v in revision %d, want it not stale, in revision %d", s.Health, s.Seq, good.Seq+3)
	}
}

func TestNobodyToAskAsIsAReasonToo(t *testing.T) {
	t.Parallel()

	w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))
	m := monitor.New(monitor.Config{
		Platform: w.plane, Caller: func() (ops.Caller, error) { return ops.Caller{}, errors.New("Nobody is signed in.") },
		DB: storetest.Open(t, storetest.SQLiteURL(t)), Now: time.Now, Logger: slog.New(slog.DiscardHandler), Interval: time.Hour,
	})
	m.Poll(t.Context())

	if s := m.Snapshot(); s.Jobs.Err != "Nobody is signed in." || w.plane.asked.Load() != 0 {
		t.Errorf("got %+v, asked %d times, want that nobody is signed in, and no asking", s.Jobs, w.plane.asked.Load())
	}
}

func TestAHundredReadersCostOnePoll(t *testing.T) {
	t.Parallel()

	w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))

	var readers sync.WaitGroup

	for range 100 {
		news, cancel := w.Subscribe()

		readers.Go(func() {
			defer cancel()

			for range news {
				if w.Snapshot().Seq > 0 {
					return
				}
			}
		})
	}

	w.poll(t)
	readers.Wait()

	if asked := w.plane.asked.Load(); asked != 6 {
		t.Errorf("the control plane was asked %d times, want 6", asked)
	}
}

func TestSamplesSurviveARestartAndGapsStayGaps(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(db)
		for range 4 {
			w.poll(t)
			w.pass(15 * time.Second)
		}

		// Ten minutes in which nothing was seen.
		w.pass(10 * time.Minute)
		w.plane.set(func(p *plane) { p.latency = 9 })

		ctx, cancel := context.WithCancel(t.Context())
		next := w.again(db)
		news, stop := next.Subscribe()
		<-news // the one that is there at once

		var running sync.WaitGroup

		running.Go(func() {
			if err := next.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		<-news
		cancel()
		running.Wait()
		stop()

		series := next.Snapshot().Components["database"].Latency
		if len(series) != 6 || series[4].Value != nil || *series[5].Value != 9 || *series[0].Value != 1 {
			t.Errorf("got %v, want six points: the first 1, the fifth a gap, the last 9", values(series))
		}

		if used := next.Snapshot().Used; len(used) != 6 || *used[5].Value != 7 {
			t.Errorf("got %v, want six points, the last 7", values(used))
		}
	})
}

func values(series monitor.Series) string {
	out := ""

	for _, p := range series {
		if p.Value == nil {
			out += " gap"
		} else {
			out += fmt.Sprintf(" %g", *p.Value)
		}
	}

	return out
}

func TestAComponentSaysSinceWhen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(db)
		began := *w.clock.Load()

		w.poll(t)
		w.pass(30 * time.Second)

		if s := w.poll(t); !s.Components["database"].Since.Equal(began) {
			t.Errorf("got %v, want %v", s.Components["database"].Since, began)
		}

		w.plane.set(func(p *plane) { p.status = ops.ComponentSlow })
		w.pass(30 * time.Second)

		if s := w.poll(t); !s.Components["database"].Since.Equal(*w.clock.Load()) {
			t.Errorf("got %v, want %v", s.Components["database"].Since, *w.clock.Load())
		}
	})
}

const exposition = `# HELP background_job_execution_total Runs.
# TYPE background_job_execution_total counter
background_job_execution_total{job_name="lifecycle",status="success"} %d
background_job_execution_total{job_name="lifecycle",status="failed"} %d
# TYPE background_job_health_status gauge
background_job_health_status{job_name="lifecycle"} 1
# TYPE background_job_last_success_timestamp_seconds gauge
background_job_last_success_timestamp_seconds{job_name="lifecycle"} 1.7723664e+09
# TYPE background_job_execution_duration_seconds histogram
background_job_execution_duration_seconds_bucket{job_name="lifecycle",le="0.1"} 50
background_job_execution_duration_seconds_bucket{job_name="lifecycle",le="1"} 90
background_job_execution_duration_seconds_bucket{job_name="lifecycle",le="+Inf"} 100
background_job_execution_duration_seconds_sum{job_name="lifecycle"} 40
background_job_execution_duration_seconds_count{job_name="lifecycle"} 100
`

func TestJobsAreReadFromTheMetrics(t *testing.T) {
	t.Parallel()

	w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))
	w.plane.set(func(p *plane) { p.metrics = fmt.Sprintf(exposition, 10, 2) })

	s := w.poll(t)
	figures := s.Metrics.Value.Job(ops.JobLifecycle)

	if *figures.Successes != 10 || *figures.Failures != 2 || !*figures.Healthy || figures.LastSuccess.Year() != 2026 {
		t.Errorf("got %+v, want 10 successes, 2 failures, healthy, the last success in 2026", figures)
	}

	if *figures.P50 != 0.1 || *figures.P95 != 1 || figures.Finest == nil || *figures.Finest != 0.1 {
		t.Errorf("p50 %g, p95 %g, want 0.1 and 1, with 0.1 as the finest", *figures.P50, *figures.P95)
	}

	if result, known := s.Results[ops.JobLifecycle]; known {
		t.Errorf("the result of a run that nobody saw is %s", result)
	}

	for _, step := range []struct {
		success, failed int
		want            monitor.JobResult
	}{{10, 3, monitor.JobFailed}, {10, 3, monitor.JobFailed}, {11, 3, monitor.JobSucceeded}} {
		w.plane.set(func(p *plane) { p.metrics = fmt.Sprintf(exposition, step.success, step.failed) })

		if got := w.poll(t).Results[ops.JobLifecycle]; got != step.want {
			t.Errorf("%d and %d: got %s, want %s", step.success, step.failed, got, step.want)
		}
	}

	skipped := fmt.Sprintf(exposition, 11, 3) + `background_job_skipped{job_name="lifecycle",reason="no cluster"} 1` + "\n"

	w.plane.set(func(p *plane) { p.metrics = skipped })

	s = w.poll(t)
	if s.Results[ops.JobLifecycle] != monitor.JobSkipped || s.Metrics.Value.Job(ops.JobLifecycle).Skipped != "no cluster" {
		t.Errorf("a skipped run is %s, want %s, for there is no cluster", s.Results[ops.JobLifecycle], monitor.JobSkipped)
	}

	w.plane.set(func(p *plane) { p.metrics = "<html>not metrics</html>" })

	if s := w.poll(t); !s.Metrics.Stale() || s.Metrics.Err != "The control plane's metrics are not in the Prometheus text format." {
		t.Errorf("got %+v, want that they are not in the Prometheus text format", s.Metrics.Err)
	}
}
