package runs_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// page is a page of metrics that was read so many seconds after the start.
func page(t *testing.T, after, succeeded, failed, deleted int, took float64) *monitor.Snapshot {
	t.Helper()

	metrics, err := monitor.ParseMetrics(fmt.Appendf(nil, `# TYPE background_job_execution_total counter
background_job_execution_total{job_name="reconciliation",status="success"} %[1]d
background_job_execution_total{job_name="reconciliation",status="failed"} %[2]d
# TYPE background_job_execution_duration_seconds histogram
background_job_execution_duration_seconds_bucket{job_name="reconciliation",le="+Inf"} %[3]d
background_job_execution_duration_seconds_count{job_name="reconciliation"} %[3]d
background_job_execution_duration_seconds_sum{job_name="reconciliation"} %[4]g
# TYPE orphaned_pods_cleaned_total counter
orphaned_pods_cleaned_total %[5]d
`, succeeded, failed, succeeded+failed, took, deleted))
	if err != nil {
		t.Fatal(err)
	}

	return &monitor.Snapshot{Metrics: monitor.Part[monitor.Metrics]{Value: metrics, AsOf: start.Add(time.Duration(after) * time.Second)}}
}

func look(t *testing.T, c *runs.Counted, s *monitor.Snapshot) {
	t.Helper()

	if err := c.Look(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, c runs.Runs, filter runs.Filter) runs.Page {
	t.Helper()

	filter.Job = ops.JobReconciliation

	found, err := c.List(t.Context(), filter)
	if err != nil {
		t.Fatal(err)
	}

	return found
}

// said is a run in a line.
func said(run runs.Run) string {
	took := "?"
	if run.Seconds != nil {
		took = fmt.Sprint(*run.Seconds)
	}

	return fmt.Sprintf("%s: %d, %d failed, %s s, %v, between %.0f and %.0f", run.Result, run.Runs, run.Failures, took, run.Done,
		run.Span.From.Sub(start).Seconds(), run.Span.Until.Sub(start).Seconds())
}

// TestRunsAreWhatTheCountersGrewBy between two looks, of whichever console, and also across restarts of either side.
func TestRunsAreWhatTheCountersGrewBy(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		soon := func() time.Time { return start.Add(10 * time.Minute) }
		db.AgreeOn(soon)

		one, other := runs.NewCounted(db, soon), runs.NewCounted(db, soon)

		look(t, one, page(t, 0, 7, 1, 3, 20)) // what was before is not known
		look(t, one, page(t, 5, 7, 1, 3, 20))
		look(t, one, page(t, 10, 8, 1, 5, 22.5)) // one run
		look(t, other, page(t, 9, 7, 1, 3, 20))  // an older page, looked at later
		look(t, other, page(t, 11, 8, 1, 5, 22.5))
		look(t, other, page(t, 60, 9, 3, 5, 28.5)) // three runs, of which two failed
		look(t, one, page(t, 61, 9, 3, 5, 28.5))
		look(t, runs.NewCounted(db, soon), page(t, 300, 10, 3, 5, 29.5)) // another process
		look(t, one, page(t, 400, 1, 0, 0, 0.5))                         // the control plane was started anew

		var got []string
		for _, run := range list(t, one, runs.Filter{}).Items {
			got = append(got, said(run))
		}

		want := []string{
			"success: 1, 0 failed, 0.5 s, map[], between 300 and 400",
			"success: 1, 0 failed, 1 s, map[], between 60 and 300",
			"failed: 3, 2 failed, 2 s, map[], between 11 and 60",
			"success: 1, 0 failed, 2.5 s, map[orphaned_pods_deleted:2], between 5 and 10",
		}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("got %q, want %q", got, want)
		}

		bad := list(t, one, runs.Filter{Failed: true})
		if len(bad.Items) != 1 || bad.Total != 1 || bad.Failed != 1 {
			t.Errorf("got %+v, want the one that failed", bad)
		}

		first := list(t, one, runs.Filter{Limit: 3})
		if rest := list(t, one, runs.Filter{Limit: 3, Before: first.Next}); first.Total != 4 || len(rest.Items) != 1 || rest.Next != 0 {
			t.Errorf("got %d in all and %+v, want 4 and the last page with one", first.Total, rest)
		}

		of, ok, err := one.Of(t.Context(), runs.Trigger{Job: ops.JobReconciliation, From: start, Until: start.Add(20 * time.Second)})
		if err != nil || !ok || said(of) != want[2] || of.Total.Failures != 3 {
			t.Errorf("got %v, %t, %v, want the first that ended after the trigger", of, ok, err)
		}

		at, err := one.Since(t.Context(), ops.JobReconciliation, runs.Failed, start)
		if err != nil || !at.Equal(start.Add(time.Minute)) {
			t.Errorf("failed first at %v, %v, want after a minute", at, err)
		}
	})
}

// TestWhatWasCountedIsKeptAWhile, and failures longer.
func TestWhatWasCountedIsKeptAWhile(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		now := start
		clock := func() time.Time { return now }
		db.AgreeOn(clock)

		c := runs.NewCounted(db, clock)

		look(t, c, page(t, 0, 0, 0, 0, 0))
		look(t, c, page(t, 60, 1, 0, 0, 1))
		look(t, c, page(t, 120, 1, 1, 0, 2))

		for days, want := range []int{7: 2, 8: 1, 29: 1, 31: 0} {
			if days < 7 || days > 8 && days < 29 || days == 30 {
				continue
			}

			now = start.AddDate(0, 0, days)

			if err := c.Tidy(t.Context()); err != nil {
				t.Fatal(err)
			}

			if got := list(t, c, runs.Filter{}).Total; got != want {
				t.Errorf("after %d days: %d, want %d", days, got, want)
			}
		}
	})
}

// TestATriggerIsNotTakenForALaterRun: neither for one that came a day after, nor for one that is kept longer than its own.
func TestATriggerIsNotTakenForALaterRun(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		now := start
		clock := func() time.Time { return now }
		db.AgreeOn(clock)

		c := runs.NewCounted(db, clock)
		of := func(after time.Duration) (run runs.Run, ok bool) {
			at := start.Add(after)

			run, ok, err := c.Of(t.Context(), runs.Trigger{Job: ops.JobReconciliation, From: at, Until: at})
			if err != nil {
				t.Fatal(err)
			}

			return run, ok
		}

		look(t, c, page(t, 0, 0, 0, 0, 0))
		look(t, c, page(t, 60, 1, 0, 0, 1))
		look(t, c, page(t, 120, 1, 1, 0, 2))
		look(t, c, page(t, 48*60*60, 2, 1, 0, 3))

		if run, ok := of(30 * time.Second); !ok || run.Result != runs.Succeeded {
			t.Errorf("got %+v, %t, want the success after a minute", run, ok)
		}

		if run, ok := of(3 * time.Minute); ok {
			t.Errorf("got %+v, which ended two days later", run)
		}

		now = start.AddDate(0, 0, 8)

		if err := c.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}

		if run, ok := of(30 * time.Second); ok {
			t.Errorf("got %+v after its own was dropped, want none", run)
		}
	})
}
