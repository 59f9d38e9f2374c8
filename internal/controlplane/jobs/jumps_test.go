package jobs_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

// TestTheScheduleGoesOnWhereTheClockJumps lets each job run once, has the clock jump and look twice: a job whose time came runs
// once, however often that was, no other runs, and none is put off by more than its interval.
func TestTheScheduleGoesOnWhereTheClockJumps(t *testing.T) {
	t.Parallel()

	for name, jump := range map[string]time.Duration{
		"an hour ahead": time.Hour, "a day's sleep": 24 * time.Hour, "an hour back": -time.Hour, "a day back": -24 * time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, nil, func(w *world) {
				w.clock.Advance(10 * time.Second)
				w.tick()
				w.exec(`DELETE FROM test_enqueued`)

				due := 0

				for _, in := range w.nextRuns() {
					if in <= jump {
						due++
					}
				}

				w.clock.Advance(jump)
				w.tick()
				w.tick()
				w.want(strconv.Itoa(due), `SELECT COUNT(*) FROM test_enqueued`)
				w.want(strconv.Itoa(due), `SELECT COUNT(DISTINCT job_name) FROM test_enqueued`)

				for name, in := range w.nextRuns() {
					if interval := jobs.DefaultSchedule()[name]; in <= 0 || in > interval {
						t.Errorf("%s runs next in %s, want it within its interval of %s", name, in, interval)
					}
				}

				// And each goes on from there.
				w.exec(`DELETE FROM test_enqueued`)
				w.clock.Advance(24*time.Hour + time.Second)
				w.tick()
				w.want(strconv.Itoa(len(ops.Jobs())), `SELECT COUNT(DISTINCT job_name) FROM test_enqueued`)
			})
		})
	}
}
