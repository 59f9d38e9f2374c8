package jobs_test

import (
	"errors"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// skewed are replicas of which one has the right time, one is late and one is early, and whose jobs run every hour.
func skewed(w *world, g *gate, by time.Duration) (replicas []*jobs.Runner) {
	w.t.Helper()

	for _, off := range []time.Duration{0, -by, by} {
		w.start(func(c *jobs.Config) {
			c.Now = func() time.Time { return time.Now().Add(off) }
			c.Memory = g
			c.Schedule = jobs.Schedule{}

			for _, name := range jobs.Names() {
				c.Schedule[name] = time.Hour
			}
		})

		replicas = append(replicas, w.runner)
	}

	return replicas
}

// eachSkewed runs fn with clocks that differ by little and by much. SQLite has one process.
func eachSkewed(t *testing.T, fn func(w *world, g *gate, replicas []*jobs.Runner)) {
	t.Helper()

	for _, by := range []time.Duration{20 * time.Second, 2 * time.Minute, 3 * time.Hour} {
		t.Run(by.String(), func(t *testing.T) {
			t.Parallel()

			w := &world{t: t, db: worldtest.Prepared.Postgres(t), logged: &worldtest.Buffer{}, clock: worldtest.NewClock(time.Now())}
			w.exec(`CREATE TABLE test_enqueued (job_name TEXT, triggered_by TEXT, reason TEXT, attempts INTEGER)`)

			g := newGate()
			fn(w, g, skewed(w, g, by))
		})
	}
}

// TestReplicasWhoseClocksDifferRunEachJobOnce has all jobs due, and every replica look again and again.
func TestReplicasWhoseClocksDifferRunEachJobOnce(t *testing.T) {
	t.Parallel()

	eachSkewed(t, func(w *world, _ *gate, replicas []*jobs.Runner) {
		w.want("0", `SELECT COUNT(*) FROM opsconsole_job_schedule WHERE next_run::timestamptz > clock_timestamp() + interval '1 minute'`)
		w.exec(`UPDATE opsconsole_job_schedule SET next_run = $1`, store.Time{Time: time.Now().Add(-20 * time.Minute)})

		for range 5 {
			for _, replica := range replicas {
				if err := replica.Tick(w.t.Context()); err != nil {
					w.t.Fatal(err)
				}
			}

			for _, name := range jobs.Names() {
				w.want("1", `SELECT COUNT(*) FROM test_enqueued WHERE job_name = $1`, name)
			}
		}

		for i, replica := range replicas {
			if in := time.Until(replica.Next()); in.Abs() < 20*time.Second && i > 0 {
				w.t.Errorf("replica %d looks again in %s, want 40 minutes of its own clock", i, in)
			}
		}
	})
}

// TestReplicasWhoseClocksDifferRunNoJobTwiceAtOnce has one run a job while others try to.
func TestReplicasWhoseClocksDifferRunNoJobTwiceAtOnce(t *testing.T) {
	t.Parallel()

	eachSkewed(t, func(w *world, g *gate, replicas []*jobs.Runner) {
		first := make(chan error, 1)
		go func() { first <- replicas[0].Run(w.t.Context(), jobs.JobArgs{JobName: ops.JobResourceMonitor}) }()

		<-g.arrived

		for i, replica := range replicas {
			if err := replica.Run(w.t.Context(), jobs.JobArgs{JobName: ops.JobResourceMonitor}); !errors.Is(err, jobs.ErrBusy) {
				w.t.Errorf("replica %d runs it, too: %v, want %v", i, err, jobs.ErrBusy)
			}
		}

		close(g.open)

		if err := <-first; err != nil {
			w.t.Errorf("the run ends with %v", err)
		}
	})
}

// TestReplicasWhoseClocksDifferShareACooldown has every replica asked for the same job within a minute.
func TestReplicasWhoseClocksDifferShareACooldown(t *testing.T) {
	t.Parallel()

	eachSkewed(t, func(w *world, _ *gate, replicas []*jobs.Runner) {
		for i, replica := range replicas {
			_, err := replica.Trigger(w.t.Context(), "dave", trigger(ops.JobLifecycle))
			if refused := code(err) == ops.CodeRateLimitExceeded; refused != (i > 0) {
				w.t.Errorf("replica %d answers %v, want the first alone to accept", i, err)
			}
		}
	})
}

// TestReplicasWhoseClocksDifferDateATriggerAlike, so that its run is found, whichever replica accepted it.
func TestReplicasWhoseClocksDifferDateATriggerAlike(t *testing.T) {
	t.Parallel()

	eachSkewed(t, func(w *world, _ *gate, replicas []*jobs.Runner) {
		for i, name := range []ops.JobName{ops.JobLifecycle, ops.JobReconciliation, ops.JobSchemaCache} {
			triggered, err := replicas[i].Trigger(w.t.Context(), "dave", trigger(name))
			if err != nil || time.Since(triggered.TriggeredAt.Time).Abs() > 10*time.Second {
				w.t.Errorf("replica %d dates it %s, %v, want now", i, triggered.TriggeredAt, err)
			}
		}
	})
}
