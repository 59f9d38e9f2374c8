package demo_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/demo"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestSeed(t *testing.T) {
	t.Parallel()

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(t, db, 1)
		before := w.dump()

		w.must(demo.Seed(t.Context(), db, w.now(), 1))
		w.must(demo.Seed(t.Context(), db, w.now(), 2))

		if w.dump() != before {
			t.Error("a second seeding changed the world")
		}

		instances := w.instances()
		if used := instances.Limits.ClusterUsed; used < 20 || used > 35 {
			t.Errorf("%d instances are active", used)
		}

		if largest := instances.ByOwner[0].Count; largest < 4 || largest > 5 {
			t.Errorf("the largest owner has %d instances", largest)
		}

		for status, least := range map[ops.InstanceStatus]int{
			ops.InstanceRunning: 15, ops.InstanceWaitingForSnapshot: 1, ops.InstanceSuspended: 2, ops.InstanceFailed: 2,
		} {
			if n := instances.ByStatus[string(status)]; n < least {
				t.Errorf("%d instances are %s", n, status)
			}
		}

		for status, least := range map[ops.ExportJobStatus]int{
			ops.ExportCompleted: 40, ops.ExportFailed: 2, ops.ExportPending: 4, ops.ExportClaimed: 1,
		} {
			if n := w.count(`SELECT COUNT(*) FROM export_jobs WHERE status = $1`, status); n < least {
				t.Errorf("%d export jobs are %s", n, status)
			}
		}

		if n := w.count(`SELECT COUNT(*) FROM export_jobs WHERE error_message LIKE '%!%' OR completed_at > $1`,
			store.Time{Time: w.now()}); n > 0 {
			t.Errorf("%d export jobs are odd", n)
		}

		if n := w.count(`SELECT COUNT(*) FROM users WHERE username IN ('alice', 'carol', 'dave')`); n != 3 {
			t.Errorf("%d of the demo accounts are there", n)
		}
	})
}

func TestEverySeedSeeds(t *testing.T) {
	t.Parallel()

	for seed := range uint64(10) {
		w := newWorld(t, worldtest.Prepared.SQLite(t), seed)

		if n := w.instances().Limits.ClusterUsed; n < 15 || n > 45 {
			t.Errorf("seed %d: %d instances are active", seed, n)
		}
	}
}

// TestFirstMinute: whoever has just started the demo sees it live.
func TestFirstMinute(t *testing.T) {
	t.Parallel()

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(t, db, 1)

		w.live(time.Minute, time.Second, nil)

		stats := w.workload.Stats()
		if stats.Created < 2 || stats.Ended < 1 {
			t.Errorf("in the first minute: %+v", stats)
		}

		if n := w.count(`SELECT COUNT(*) FROM export_jobs WHERE status = 'completed' AND completed_at > $1`,
			store.Time{Time: w.at.Add(-time.Minute)}); n < 1 {
			t.Error("no export was completed")
		}
	})
}

// TestDay lives a day and looks whether it was believable.
func TestDay(t *testing.T) {
	t.Parallel()

	w := newWorld(t, worldtest.Prepared.SQLite(t), 1)
	most, suspended, failed, stuck := 0, 0, 0, 0

	w.live(24*time.Hour/demo.DefaultSpeed, 3*time.Second, func() {
		instances := w.instances()
		most = max(most, instances.Limits.ClusterUsed)
		suspended = max(suspended, instances.ByStatus["suspended"])
		failed = max(failed, w.count(`SELECT COUNT(*) FROM instances WHERE error_code = 'DATA_LOAD_ERROR'`))
		stuck = max(stuck, w.count(`SELECT COUNT(*) FROM export_jobs WHERE status = 'claimed' AND claimed_at < $1`,
			store.Time{Time: w.at.Add(-5 * time.Minute)}))

		if active := w.count(`SELECT COALESCE(MAX(n), 0) FROM (SELECT COUNT(*) AS n FROM instances
			WHERE status IN ('waiting_for_snapshot', 'starting', 'running') GROUP BY owner_username) AS active`); active > 5 {
			t.Fatalf("somebody has %d active instances", active)
		}
	})

	stats := w.workload.Stats()
	exports := w.count(`SELECT COUNT(*) FROM export_jobs`)
	broken := w.count(`SELECT COUNT(*) FROM export_jobs WHERE status = 'failed'`)

	t.Logf("%+v, at most %d active, %d suspended, %d failed, %d stuck; %d exports, %d failed",
		stats, most, suspended, failed, stuck, exports, broken)

	if most < 35 || most > 50 {
		t.Errorf("at most %d instances were active", most)
	}

	if stats.Created < 60 || stats.Ended < 60 || stats.Refused[ops.CodeConcurrencyLimitExceeded] < 5 {
		t.Errorf("the analysts' day: %+v", stats)
	}

	if suspended < 3 || failed < 1 || stuck < 1 {
		t.Errorf("%d suspended, %d failed, %d exports stuck", suspended, failed, stuck)
	}

	if exports < 100 || broken < 4 || broken > exports/5 {
		t.Errorf("%d exports, %d failed", exports, broken)
	}
}

func TestSameSeedSameDay(t *testing.T) {
	t.Parallel()

	live := func(t *testing.T, db *store.DB) string {
		t.Helper()

		w := newWorld(t, db, 5)
		w.live(10*time.Minute, 2*time.Second, nil)

		return w.dump()
	}

	first := live(t, worldtest.Prepared.SQLite(t))

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		if again := live(t, db); again != first {
			t.Errorf("the same seed gave\n%s\nand\n%s", first, again)
		}
	})
}

// TestMaintenanceBites: in maintenance nobody gets an instance, and ending goes on.
func TestMaintenanceBites(t *testing.T) {
	t.Parallel()

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(t, db, 1)

		_, err := w.platform.As(ops.Caller{Username: "dave", Email: "dave@example.com", Role: ops.RoleOps}).
			SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Enabled: true, Message: "Back at noon"})
		w.must(err)

		w.live(5*time.Minute, 2*time.Second, nil)

		stats := w.workload.Stats()
		if stats.Created != 0 || stats.Ended == 0 || stats.Refused[ops.CodeServiceUnavailable] == 0 {
			t.Errorf("in maintenance: %+v", stats)
		}
	})
}

// TestRestart: a new process finds the instances of the old one, and ends them too.
func TestRestart(t *testing.T) {
	t.Parallel()

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(t, db, 1)
		w.live(5*time.Minute, 2*time.Second, nil)

		created := w.workload.Stats().Created
		names := w.count(`SELECT COUNT(*) FROM instances`)

		w.workload = demo.NewWorkload(demo.Config{
			DB: db, Platform: w.platform, Now: w.now, Logger: slog.New(slog.DiscardHandler), Seed: 1, Speed: demo.DefaultSpeed,
		})
		w.live(20*time.Minute, 5*time.Second, nil)

		stats := w.workload.Stats()
		if created == 0 || names == 0 || stats.Created == 0 || stats.Ended < names/2 {
			t.Errorf("after the restart %+v; %d instances were there", stats, names)
		}

		if n := w.count(`SELECT COUNT(*) - COUNT(DISTINCT owner_username || name) FROM instances`); n != 0 {
			t.Errorf("%d instances are there twice", n)
		}
	})
}

func TestSpeedZeroHoldsStill(t *testing.T) {
	t.Parallel()

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(t, db, 1)
		before := w.dump()
		still := demo.NewWorkload(demo.Config{
			DB: db, Platform: w.platform, Now: w.now, Logger: slog.New(slog.DiscardHandler), Seed: 1, Speed: 0,
		})

		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()

		w.must(still.Run(ctx))

		if w.dump() != before {
			t.Error("the world moved")
		}
	})
}
