package monitor_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// tardy is a control plane of which each read takes as long as it is told.
type tardy struct {
	*plane

	health, others time.Duration
	stopped        atomic.Bool
}

// wait is how long a read takes by now.
func (p *tardy) wait(d time.Duration) time.Duration {
	if p.stopped.Load() {
		return never
	}

	return d
}

func (p *tardy) As(ops.Caller) ops.Service { return p }

// after answers when the time is over, if anybody still waits.
func after[T any](ctx context.Context, d time.Duration, answer func(context.Context) (T, error)) (T, error) {
	select {
	case <-time.After(d):
		return answer(ctx)
	case <-ctx.Done():
		var none T

		return none, ctx.Err()
	}
}

func (p *tardy) GetClusterHealth(ctx context.Context) (ops.Health, error) {
	return after(ctx, p.wait(p.health), p.plane.GetClusterHealth)
}

func (p *tardy) GetClusterInstances(ctx context.Context) (ops.ClusterInstances, error) {
	return after(ctx, p.wait(p.others), p.plane.GetClusterInstances)
}

func (p *tardy) GetState(ctx context.Context) (ops.State, error) {
	return after(ctx, p.wait(p.others), p.plane.GetState)
}

func (p *tardy) GetJobStatus(ctx context.Context) (ops.JobStatus, error) {
	return after(ctx, p.wait(p.others), p.plane.GetJobStatus)
}

func (p *tardy) GetExportJobs(ctx context.Context, query ops.ExportJobsQuery) ([]ops.ExportJob, error) {
	return after(ctx, p.wait(p.others), func(ctx context.Context) ([]ops.ExportJob, error) { return p.plane.GetExportJobs(ctx, query) })
}

const never = 24 * time.Hour

func TestTheControlPlaneIsJudgedByMostOfItsAnswers(t *testing.T) {
	t.Parallel()

	forbidden := ops.InsufficientRole(ops.RoleOps, ops.RoleAdmin)

	for name, test := range map[string]struct {
		health, others time.Duration
		fails          error
		want           ops.ComponentStatus
		latency        float64
		err            string
	}{
		"quick":                    {10 * time.Millisecond, 20 * time.Millisecond, nil, monitor.Answering, 20, ""},
		"at the limit":             {0, 500 * time.Millisecond, nil, monitor.Answering, 500, ""},
		"slow":                     {0, 501 * time.Millisecond, nil, ops.ComponentSlow, 501, ""},
		"one read is slow":         {3 * time.Second, 20 * time.Millisecond, nil, monitor.Answering, 20, ""},
		"one read hangs":           {never, 20 * time.Millisecond, nil, monitor.Answering, 20, ""},
		"all but one read hang":    {0, never, nil, monitor.NotAnswering, 0, "The control plane did not answer in time."},
		"nothing answers":          {never, never, nil, monitor.NotAnswering, 0, "The control plane did not answer in time."},
		"it refuses":               {0, 0, forbidden, monitor.Refused, 0, "Role 'ops' required, user has 'admin'"},
		"it cannot be found there": {0, 0, ops.NotFound("page", "x"), monitor.Refused, 0, "page x not found"},
		"it fails": {
			0, 0, ops.Unavailable(ops.ServiceControlPlane, "It is being upgraded"), monitor.NotAnswering, 0, "It is being upgraded",
		},
		"it fails in an odd way": {
			0, 0, errors.New("odd"), monitor.NotAnswering, 0, "The control plane answered with an error of its own.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := monitorOf(t, &tardy{plane: &plane{status: ops.ComponentConnected, down: test.fails}, health: test.health, others: test.others}, nil)
				if own := m.Snapshot().ControlPlane; own.Status != monitor.NotAsked || own.Answers() {
					t.Errorf("before the first poll: got %+v, want it unknown", own)
				}

				m.Poll(t.Context())

				own := m.Snapshot().ControlPlane
				if own.Status != test.want || own.Err != test.err || (own.LatencyMS == nil) == own.Answers() {
					t.Errorf("got %+v, want %s for %q", own, test.want, test.err)
				}

				if own.LatencyMS != nil && *own.LatencyMS != test.latency {
					t.Errorf("got %g ms, want %g", *own.LatencyMS, test.latency)
				}
			})
		})
	}
}

func monitorOf(t *testing.T, platform ops.Platform, watch func(context.Context, ops.Service) error) *monitor.Monitor {
	t.Helper()

	return monitorEvery(t, time.Hour, platform, watch)
}

func monitorEvery(
	t *testing.T, interval time.Duration, platform ops.Platform, watch func(context.Context, ops.Service) error,
) *monitor.Monitor {
	t.Helper()

	return monitorBy(t, time.Now, interval, platform, watch)
}

func monitorBy(
	t *testing.T, now func() time.Time, interval time.Duration, platform ops.Platform, watch func(context.Context, ops.Service) error,
) *monitor.Monitor {
	t.Helper()

	config := monitor.Config{
		Platform: platform, Caller: func() (ops.Caller, error) { return ops.Caller{}, nil }, Timeout: 5 * time.Second,
		DB: storetest.Open(t, storetest.SQLiteURL(t)), Now: now, Logger: slog.New(slog.DiscardHandler), Interval: interval,
	}
	if watch != nil {
		config.Watchers = append(config.Watchers, watch)
	}

	return monitor.New(config)
}

func TestNobodyToAskAsLeavesTheControlPlaneUnknown(t *testing.T) {
	t.Parallel()

	m := monitor.New(monitor.Config{
		Caller: func() (ops.Caller, error) { return ops.Caller{}, errors.New("Nobody is signed in.") },
		DB:     storetest.Open(t, storetest.SQLiteURL(t)), Now: time.Now, Logger: slog.New(slog.DiscardHandler), Interval: time.Hour,
	})
	m.Poll(t.Context())

	if own := m.Snapshot().ControlPlane; own.Status != monitor.NotAsked || own.Err != "Nobody is signed in." || !own.Since.IsZero() {
		t.Errorf("got %+v, want it unknown, for nobody is signed in", own)
	}

	if spans, err := ownSpans(t, m, time.Now().Add(-time.Hour)); err != nil || len(spans) != 0 {
		t.Errorf("got %v, %v, want no time seen", spans, err)
	}
}

// TestAControlPlaneThatHangsIsNotAskedByWatchers: they would each wait as long again.
func TestAControlPlaneThatHangsIsNotAskedByWatchers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		watched := 0
		source := &tardy{plane: &plane{status: ops.ComponentConnected}}
		m := monitorOf(t, source, func(context.Context, ops.Service) error {
			watched++

			return nil
		})
		m.Poll(t.Context())

		source.health, source.others = never, never
		begun := time.Now()

		m.Poll(t.Context())

		if took := time.Since(begun); watched != 1 || took != 5*time.Second {
			t.Errorf("it was watched %d times and took %v, want once and 5s", watched, took)
		}

		// It did not answer from the moment on when it was asked.
		if since := m.Snapshot().ControlPlane.Since; !since.Equal(begun) {
			t.Errorf("not answering since %v, want %v", since, begun)
		}
	})
}

// restart starts the console anew.
func (w *world) restart(t *testing.T, db *store.DB) {
	t.Helper()

	w.Monitor = w.again(db)
	news, stop := w.Subscribe()

	defer stop()

	<-news // the one that is there at once

	ctx, cancel := context.WithCancel(t.Context())

	var running sync.WaitGroup

	running.Go(func() {
		if err := w.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	<-news
	cancel()
	running.Wait()
}

// TestAPollThatTakesLongIsNoGap: a timeout may be longer than the time after which there is one.
func TestAPollThatTakesLongIsNoGap(t *testing.T) {
	t.Parallel()

	w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))
	w.plane.set(func(p *plane) { p.down = errors.New("cut") })

	start := *w.clock.Load()
	waiting := &waits{w, 90 * time.Second}
	m := monitor.New(monitor.Config{
		Platform: waiting, Caller: func() (ops.Caller, error) { return ops.Caller{}, nil },
		DB: storetest.Open(t, storetest.SQLiteURL(t)), Now: func() time.Time { return *w.clock.Load() },
		Logger: slog.New(slog.DiscardHandler), Interval: time.Hour,
	})

	for range 3 {
		m.Poll(t.Context())
		w.pass(5 * time.Second)
	}

	spans, err := ownSpans(t, m, start.Add(-time.Hour))
	if err != nil || len(spans) != 1 || spans[0].Until.Sub(spans[0].Since) != 280*time.Second {
		t.Errorf("got %v, %v, want one span of 280 s", spans, err)
	}
}

// waits lets the time of a poll pass before it is asked.
type waits struct {
	*world

	each time.Duration
}

func (w *waits) As(ops.Caller) ops.Service {
	return &slowHealth{plane: w.plane, pass: func() { w.pass(w.each) }}
}

type slowHealth struct {
	*plane

	pass func()
}

func (s *slowHealth) GetClusterHealth(ctx context.Context) (ops.Health, error) {
	s.pass()

	return s.plane.GetClusterHealth(ctx)
}
