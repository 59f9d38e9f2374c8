package jobs_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

// memory is a [jobs.Memory] that is a function.
type memory func(ctx context.Context) (map[string]int64, error)

func (m memory) MemoryUsage(ctx context.Context) (map[string]int64, error) { return m(ctx) }

func TestRunRecord(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		args := jobs.JobArgs{JobName: ops.JobExportReconciliation, TriggeredBy: "dave", Reason: "queue is long"}
		if err := w.runner.Run(t.Context(), args); err != nil {
			t.Fatal(err)
		}

		got := w.last(ops.JobExportReconciliation)
		if got.Result != jobs.Success || got.TriggeredBy != "dave" || got.Reason != "queue is long" || got.Error != "" ||
			!got.StartedAt.Equal(w.clock.Now()) || !got.EndedAt.Equal(w.clock.Now()) {
			t.Errorf("record: %+v, want a success of dave's at %s, for the queue is long", got, w.clock.Now())
		}

		w.run(ops.JobExportReconciliation)

		if got := w.last(ops.JobExportReconciliation); got.TriggeredBy != "" || got.Reason != "" {
			t.Errorf("a scheduled run's record: %+v, want nobody, and no reason", got)
		}

		w.want("0", `SELECT COUNT(*) FROM opsconsole_job_locks`)
	})
}

func TestOldRecordsGo(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		w.run(ops.JobLifecycle)
		w.run(ops.JobExportReconciliation)
		w.clock.Advance(8 * 24 * time.Hour)
		w.run(ops.JobLifecycle)
		w.want("1", `SELECT COUNT(*) FROM opsconsole_job_runs WHERE job_name = 'lifecycle'`)
		w.want("1", `SELECT COUNT(*) FROM opsconsole_job_runs WHERE job_name = 'export_reconciliation'`)
	})
}

// After a long rest they go a few at a time, so that no save waits for all of them.
func TestManyOldRecordsGoSlowly(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		for range 250 {
			w.insert("opsconsole_job_runs", "job_name", ops.JobLifecycle, "started_at", w.ago(0), "ended_at", w.ago(0))
		}

		w.clock.Advance(8 * 24 * time.Hour)
		w.run(ops.JobLifecycle)
		w.want("51", `SELECT COUNT(*) FROM opsconsole_job_runs`)
		w.run(ops.JobLifecycle)
		w.want("2", `SELECT COUNT(*) FROM opsconsole_job_runs`)
	})
}

func TestUnknownJob(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		if err := w.runner.Run(t.Context(), jobs.JobArgs{JobName: "tea"}); err == nil {
			t.Error("an unknown job ran")
		}

		w.want("0", `SELECT COUNT(*) FROM opsconsole_job_runs`)
	})
}

func TestSkippedIsNeitherSuccessNorFailure(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		for _, name := range []ops.JobName{ops.JobReconciliation, ops.JobSchemaCache, ops.JobResourceMonitor} {
			w.run(name)

			if got := w.last(name); got.Result != jobs.Skipped || got.Error == "" {
				t.Errorf("%s: %+v, want it skipped, and why", name, got)
			}

			w.tick()
			w.wantMetric(0, "background_job_execution_total", "job_name="+string(name), "status=success")
			w.wantMetric(0, "background_job_execution_total", "job_name="+string(name), "status=failed")
			w.wantMetric(0, "background_job_last_success_timestamp_seconds", "job_name="+string(name))
			w.wantMetric(1, "background_job_health_status", "job_name="+string(name))
			w.wantMetric(1, "background_job_skipped", "job_name="+string(name), "reason="+w.last(name).Error)
		}

		w.wantMetric(0, "reconciliation_passes_total")
		w.wantMetric(0, "schema_cache_refreshes_total", "status=success")
		w.wantMetric(0, "resource_monitor_passes_total")
	})
}

func TestHealth(t *testing.T) {
	t.Parallel()

	const job = "job_name=resource_monitor"

	each(t, nil, func(w *world) {
		var broken atomic.Bool

		errBroken := errors.New("broken")
		configure := func(c *jobs.Config) {
			c.Memory = memory(func(context.Context) (map[string]int64, error) {
				if broken.Load() {
					return nil, errBroken
				}

				return map[string]int64{}, nil
			})
		}

		w.start(configure)
		w.run(ops.JobResourceMonitor)

		succeeded := float64(w.clock.Now().Unix())

		broken.Store(true)
		w.clock.Advance(time.Minute)

		for _, healthy := range []float64{1, 1, 0} {
			if err := w.runner.Run(w.t.Context(), jobs.JobArgs{JobName: ops.JobResourceMonitor}); !errors.Is(err, errBroken) {
				t.Fatalf("run: %v, want %v", err, errBroken)
			}

			w.tick()
			w.wantMetric(healthy, "background_job_health_status", job)
		}

		w.wantMetric(succeeded, "background_job_last_success_timestamp_seconds", job)
		w.wantMetric(3, "background_job_execution_total", job, "status=failed")

		// Both are known from the start of the next process.
		w.start(configure)
		w.wantMetric(0, "background_job_health_status", job)
		w.wantMetric(succeeded, "background_job_last_success_timestamp_seconds", job)

		broken.Store(false)
		w.run(ops.JobResourceMonitor)
		w.tick()
		w.wantMetric(1, "background_job_health_status", job)
		w.wantMetric(float64(w.clock.Now().Unix()), "background_job_last_success_timestamp_seconds", job)
	})
}

func TestPanicIsAFailure(t *testing.T) {
	t.Parallel()

	each(t, func(c *jobs.Config) {
		c.Memory = memory(func(context.Context) (map[string]int64, error) { panic("ouch") })
	}, func(w *world) {
		if err := w.runner.Run(w.t.Context(), jobs.JobArgs{JobName: ops.JobResourceMonitor}); err == nil {
			t.Fatal("no error")
		}

		if got := w.last(ops.JobResourceMonitor); got.Result != jobs.Failed || !strings.Contains(got.Error, "ouch") {
			t.Errorf("record: %+v, want it failed with ouch", got)
		}

		w.want("0", `SELECT COUNT(*) FROM opsconsole_job_locks`)
	})
}

// gate is a Memory at which runs wait.
type gate struct {
	arrived chan struct{}
	open    chan struct{}
	usage   map[string]int64
}

func newGate() *gate {
	return &gate{arrived: make(chan struct{}, 10), open: make(chan struct{})}
}

func (g *gate) MemoryUsage(ctx context.Context) (map[string]int64, error) {
	g.arrived <- struct{}{}

	select {
	case <-g.open:
		return g.usage, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestNoOverlap(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		g := newGate()

		w.start(func(c *jobs.Config) { c.Memory = g })

		first := make(chan error, 1)
		go func() { first <- w.runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobResourceMonitor}) }()

		<-g.arrived

		other := w.runner
		w.start(func(c *jobs.Config) { c.Memory = g })

		for _, replica := range []*jobs.Runner{other, w.runner} {
			if err := replica.Run(t.Context(), jobs.JobArgs{JobName: ops.JobResourceMonitor}); !errors.Is(err, jobs.ErrBusy) {
				t.Errorf("a second run: %v, want %v", err, jobs.ErrBusy)
			}
		}

		w.run(ops.JobLifecycle) // another job is not held up
		close(g.open)

		if err := <-first; err != nil {
			t.Error(err)
		}

		w.run(ops.JobResourceMonitor)
		w.want("2", `SELECT COUNT(*) FROM opsconsole_job_runs WHERE job_name = 'resource_monitor' AND result = 'success'`)
	})
}

// TestFrozenRunCannotWrite lets a run lose its lock while it waits, as a process does
// that is frozen: another run takes over, and the first changes nothing any more.
func TestFrozenRunCannotWrite(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		instance := w.instance(ops.InstanceRunning, "pod_name", "p")
		frozen := newGate()
		frozen.usage = map[string]int64{"p": 1}

		w.start(func(c *jobs.Config) { c.Memory = frozen })

		first := make(chan error, 1)
		go func() { first <- w.runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobResourceMonitor}) }()

		<-frozen.arrived
		w.clock.Advance(time.Minute)

		w.start(func(c *jobs.Config) {
			c.Memory = memory(func(context.Context) (map[string]int64, error) { return map[string]int64{"p": 2}, nil })
		})
		w.run(ops.JobResourceMonitor)
		close(frozen.open)

		if err := <-first; err == nil {
			t.Error("the run that lost its lock ended well")
		}

		w.want("2", `SELECT memory_usage_bytes FROM instances WHERE id = $1`, instance)

		records, err := w.runner.Records(t.Context(), ops.JobResourceMonitor, 10)
		if err != nil || len(records) != 2 {
			t.Fatalf("got %v, %v, want two records", records, err)
		}

		if records[0].Result != jobs.Success || records[1].Result != jobs.Failed || !strings.Contains(records[1].Error, "process ended") {
			t.Errorf("records: %+v, want a success, and before it a failure, for its process ended", records)
		}
	})
}

func TestStoppedRunIsRecorded(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		g := newGate()

		w.start(func(c *jobs.Config) { c.Memory = g })

		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)

		go func() { ended <- w.runner.Run(ctx, jobs.JobArgs{JobName: ops.JobResourceMonitor}) }()

		<-g.arrived
		stop()

		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v, want %v", err, context.Canceled)
		}

		if got := w.last(ops.JobResourceMonitor); got.Result != jobs.Failed || got.EndedAt.IsZero() {
			t.Errorf("record: %+v, want it failed, and ended", got)
		}

		w.want("0", `SELECT COUNT(*) FROM opsconsole_job_locks`)
	})
}
