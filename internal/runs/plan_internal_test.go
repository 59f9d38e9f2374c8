package runs

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestTheFewAmongAllRunsAreFoundByAnIndex on PostgreSQL, where a week of a job is 120,000 rows: those that failed, and those that
// somebody asked for.
func TestTheFewAmongAllRunsAreFoundByAnIndex(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.PostgresURL(t))

	for _, statement := range []string{
		`INSERT INTO opsconsole_job_runs (job_name, started_at, ended_at, result)
			SELECT CASE i % 2 WHEN 0 THEN 'lifecycle' ELSE 'reconciliation' END, '2026-03-01T08:00:00.000000Z', '2026-03-01T08:00:01.000000Z',
				CASE WHEN i % 1000 = 0 THEN 'failed' ELSE 'success' END FROM generate_series(1, 40000) AS i`,
		`INSERT INTO opsconsole_counted_runs (job_name, seen_from, seen_until, runs, failed, successes, failures, done)
			SELECT CASE i % 2 WHEN 0 THEN 'lifecycle' ELSE 'reconciliation' END, '2026-03-01T08:00:00.000000Z', '2026-03-01T08:00:01.000000Z',
				1, CASE WHEN i % 1000 = 0 THEN 1 ELSE 0 END, 1, 0, '{}' FROM generate_series(1, 40000) AS i`,
		`VACUUM ANALYZE opsconsole_job_runs`, `VACUUM ANALYZE opsconsole_counted_runs`,
	} {
		if _, err := db.Write().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}

	now := store.Time{Time: time.Now()}

	for _, test := range []struct {
		query, index string
		args         []any
	}{
		{recordedNumbers, "opsconsole_job_runs_failed", []any{now, ops.JobLifecycle, countMost}},
		{countedNumbers, "opsconsole_counted_runs_failed", []any{ops.JobLifecycle, countMost}},
		{
			records + `WHERE job_name = $2 AND triggered_at >= $3 AND triggered_at <= $4`, "opsconsole_job_runs_triggered",
			[]any{now, ops.JobLifecycle, now, now},
		},
	} {
		plan := storetest.Plan(t, db, `EXPLAIN `+test.query, test.args...)
		if !strings.Contains(plan, "using "+test.index+" on ") || strings.Contains(plan, "Seq Scan") {
			t.Errorf("%s is not used:\n%s", test.index, plan)
		}
	}

	// All of them are counted only as far as the page tells.
	for name, all := range map[string]Runs{"recorded": NewRecorded(db, time.Now), "counted": NewCounted(db, time.Now)} {
		for failed, want := range map[bool]int{false: countMost, true: 40} {
			if found, err := all.List(t.Context(), Filter{Job: ops.JobLifecycle, Failed: failed, Limit: 1}); err != nil || found.Total != want || found.Failed != 40 {
				t.Errorf("%s: got %d of %d, %v, want %d", name, found.Failed, found.Total, err, want)
			}
		}
	}
}
