package runs_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestReplicasWhoseClocksDifferTellTheSameOfARun: one that goes on is not cut off, and one that was does not go on. SQLite has
// one process.
func TestReplicasWhoseClocksDifferTellTheSameOfARun(t *testing.T) {
	t.Parallel()

	db := worldtest.Prepared.Postgres(t)

	if _, err := db.Exec(t.Context(), `INSERT INTO opsconsole_job_runs (job_name, started_at) VALUES ('lifecycle', $1)`,
		store.Time{Time: time.Now()}); err != nil {
		t.Fatal(err)
	}

	for want, left := range map[runs.Result]time.Duration{runs.Running: time.Minute, runs.CutOff: -time.Minute} {
		if _, err := db.Exec(t.Context(), `
			INSERT INTO opsconsole_job_locks (job_name, holder, expires_at) VALUES ('lifecycle', 'x', $1)
			ON CONFLICT (job_name) DO UPDATE SET expires_at = excluded.expires_at`, store.Time{Time: time.Now().Add(left)}); err != nil {
			t.Fatal(err)
		}

		for _, off := range []time.Duration{0, 2 * time.Minute, -2 * time.Minute, 3 * time.Hour, -3 * time.Hour} {
			recorded := runs.NewRecorded(db, func() time.Time { return time.Now().Add(off) })

			found, err := recorded.List(t.Context(), runs.Filter{Job: ops.JobLifecycle})
			if err != nil || len(found.Items) != 1 || found.Items[0].Result != want || found.Failed != found.Items[0].Failures {
				t.Errorf("a clock that is off by %s tells %+v, %v, want it %s", off, found, err, want)
			}
		}
	}
}
