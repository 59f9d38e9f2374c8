package jobs_test

import (
	"maps"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

// nextRuns is what Status says, as durations from now.
func (w *world) nextRuns() map[ops.JobName]time.Duration {
	w.t.Helper()

	status, err := w.runner.Status(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}

	next := map[ops.JobName]time.Duration{}

	for _, job := range status.Jobs {
		if job.NextRun == nil {
			w.t.Fatalf("%s has no next run", job.Name)
		}

		next[job.Name] = job.NextRun.Sub(w.clock.Now())
	}

	return next
}

func TestScheduleFromTheStart(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		for name, in := range w.nextRuns() {
			if in < 0 || in > 10*time.Second {
				t.Errorf("%s runs first in %s, want within seconds", name, in)
			}
		}

		w.clock.Advance(10 * time.Second)
		w.tick()
		w.tick()
		w.want(strconv.Itoa(len(ops.Jobs())), `SELECT COUNT(DISTINCT job_name) FROM test_enqueued`)
		w.want(strconv.Itoa(len(ops.Jobs())), `SELECT COUNT(*) FROM test_enqueued`)

		// Each goes on from its own first time.
		want := map[ops.JobName]time.Duration{}
		for i, name := range jobs.Names() {
			want[name] = jobs.DefaultSchedule()[name] + time.Duration(i-10)*time.Second
		}

		if got := w.nextRuns(); !maps.Equal(got, want) {
			t.Errorf("next runs %v, want %v", got, want)
		}

		w.want("1", `SELECT attempts FROM test_enqueued WHERE job_name = 'instance_orchestration'`)
		w.want("3", `SELECT attempts FROM test_enqueued WHERE job_name = 'schema_cache'`)
	})
}

func TestScheduleSurvivesRestart(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		w.clock.Advance(10 * time.Second)
		w.tick()

		before := w.nextRuns()

		w.start(nil)

		if after := w.nextRuns(); !maps.Equal(before, after) {
			t.Errorf("after a restart %v, before %v", after, before)
		}

		// Down for three and a half periods: one run, and then in step as before.
		w.exec(`DELETE FROM test_enqueued`)
		w.clock.Advance(before[ops.JobLifecycle] + 17*time.Minute + 30*time.Second)
		w.start(nil)
		w.tick()
		w.want("1", `SELECT COUNT(*) FROM test_enqueued WHERE job_name = 'lifecycle'`)

		if in := w.nextRuns()[ops.JobLifecycle]; in != 2*time.Minute+30*time.Second {
			t.Errorf("lifecycle runs next in %s, want 2m30s", in)
		}
	})
}

func TestScheduleFromConfiguration(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		w.clock.Advance(10 * time.Second)
		w.tick()

		w.start(func(c *jobs.Config) {
			c.Schedule = jobs.DefaultSchedule()
			c.Schedule[ops.JobSchemaCache] = time.Hour
		})

		if in := w.nextRuns()[ops.JobSchemaCache]; in != time.Hour {
			t.Errorf("schema_cache runs next in %s, want what the shorter interval says", in)
		}
	})
}

func TestScheduleValidate(t *testing.T) {
	t.Parallel()

	short := jobs.DefaultSchedule()
	short[ops.JobLifecycle] = time.Millisecond

	for name, schedule := range map[string]jobs.Schedule{"empty": {}, "too short": short} {
		if schedule.Validate() == nil {
			t.Errorf("the schedule that is %s is accepted", name)
		}
	}

	if err := jobs.DefaultSchedule().Validate(); err != nil {
		t.Error(err)
	}
}

func TestReplicasEnqueueOnce(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		replicas := make([]*jobs.Runner, 4)
		for i := range replicas {
			w.start(nil)
			replicas[i] = w.runner
		}

		for period := range 3 {
			w.clock.Advance(24 * time.Hour)

			var wg sync.WaitGroup
			for _, replica := range replicas {
				wg.Go(func() {
					if err := replica.Tick(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}

			wg.Wait()

			for _, name := range jobs.Names() {
				w.want(strconv.Itoa(period+1), `SELECT COUNT(*) FROM test_enqueued WHERE job_name = $1`, name)
			}
		}
	})
}

func TestTickReportsWhatCannotBeEnqueued(t *testing.T) {
	t.Parallel()

	each(t, func(c *jobs.Config) { c.Enqueuer = deafEnqueuer{} }, func(w *world) {
		w.clock.Advance(time.Minute)

		if err := w.runner.Tick(t.Context()); err == nil {
			t.Fatal("no error")
		}

		// Nothing was moved on, so that nothing is lost.
		w.start(nil)
		w.tick()
		w.want(strconv.Itoa(len(ops.Jobs())), `SELECT COUNT(*) FROM test_enqueued`)
	})
}
