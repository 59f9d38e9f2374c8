package runs_test

import (
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
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

// TestReplicasWhoseClocksDifferCountARunOnce: an older page of metrics, which one looks at later and dates later, is not taken for
// counters that began anew.
func TestReplicasWhoseClocksDifferCountARunOnce(t *testing.T) {
	t.Parallel()

	for _, off := range []time.Duration{-3 * time.Hour, -time.Minute, time.Minute, 3 * time.Hour} {
		db := worldtest.Prepared.Postgres(t)
		db.AgreeOn(func() time.Time { return start.Add(time.Minute) })

		right := runs.NewCounted(db, func() time.Time { return start.Add(time.Minute) })
		other := runs.NewCounted(db, func() time.Time { return start.Add(time.Minute + off) })

		dated := func(after, succeeded int) *monitor.Snapshot {
			s := page(t, after, succeeded, 0, 0, float64(succeeded))
			s.Metrics.AsOf = s.Metrics.AsOf.Add(off)

			return s
		}

		look(t, right, page(t, 0, 7, 0, 0, 7))
		look(t, right, page(t, 10, 8, 0, 0, 8))
		look(t, other, dated(9, 7))
		look(t, other, dated(11, 8))
		look(t, other, dated(20, 9))
		look(t, right, page(t, 21, 9, 0, 0, 9))

		var got []string
		for _, run := range list(t, right, runs.Filter{}).Items {
			got = append(got, said(run))
		}

		want := []string{
			"success: 1, 0 failed, 1 s, map[], between 11 and 20", "success: 1, 0 failed, 1 s, map[], between 0 and 10",
		}
		if !slices.Equal(got, want) {
			t.Errorf("with a clock that is off by %s: %q, want %q", off, got, want)
		}
	}
}

// TestAReplicaWhoseClockIsAheadDropsNothingEarly, nor takes a trigger for one whose run is not kept any more.
func TestAReplicaWhoseClockIsAheadDropsNothingEarly(t *testing.T) {
	t.Parallel()

	db := worldtest.Prepared.Postgres(t)
	db.AgreeOn(func() time.Time { return start.Add(time.Minute) })

	c := runs.NewCounted(db, func() time.Time { return start.AddDate(0, 0, 40) })
	snapshot := func(after, succeeded int) *monitor.Snapshot {
		s := page(t, after, succeeded, 0, 0, float64(succeeded))
		s.Metrics.AsOf = s.Metrics.AsOf.AddDate(0, 0, 40).Add(-time.Minute)

		return s
	}

	look(t, c, snapshot(0, 7))
	look(t, c, snapshot(10, 8))

	if err := c.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}

	if found := list(t, c, runs.Filter{}); found.Total != 1 {
		t.Errorf("got %+v, want what was seen a minute ago", found)
	}

	if _, ok, err := c.Of(t.Context(), runs.Trigger{Job: ops.JobReconciliation, From: start, Until: start}); err != nil || !ok {
		t.Errorf("got %t, %v, want the run of the trigger", ok, err)
	}
}

// TestReplicasWhoseClocksDifferFindTheRunOfATrigger, which another one made.
func TestReplicasWhoseClocksDifferFindTheRunOfATrigger(t *testing.T) {
	t.Parallel()

	for _, off := range []time.Duration{-3 * time.Hour, -time.Minute, time.Minute, 48 * time.Hour} {
		db := worldtest.Prepared.Postgres(t)

		if _, err := db.Exec(t.Context(), `
			INSERT INTO opsconsole_job_runs (job_name, started_at, ended_at, result, triggered_by, triggered_at)
			VALUES ('lifecycle', $1, $1, 'success', 'dave', $2)`, store.Time{Time: start.Add(off)}, store.Time{Time: start}); err != nil {
			t.Fatal(err)
		}

		_, ok, err := runs.NewRecorded(db, func() time.Time { return start }).
			Of(t.Context(), runs.Trigger{Job: ops.JobLifecycle, From: start.Add(-time.Second), Until: start.Add(time.Second)})
		if err != nil || !ok {
			t.Errorf("made by a clock that is off by %s it is found: %t, %v", off, ok, err)
		}
	}
}
