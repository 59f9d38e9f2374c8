package jobs_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

func TestLifecycleOfInstances(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		expired := w.instance(ops.InstanceRunning, "ttl", "PT1H")
		failed := w.instance(ops.InstanceFailed, "ttl", "PT30M")
		young := w.instance(ops.InstanceRunning, "ttl", "PT1H1S")
		endless := w.instance(ops.InstanceRunning)
		cleared := w.instance(ops.InstanceRunning, "ttl", "")
		odd := w.instance(ops.InstanceRunning, "ttl", "P1M")
		weekly := w.instance(ops.InstanceRunning, "ttl", "P1W")
		zoneless := w.instance(ops.InstanceStarting, "ttl", "PT1H", "created_at", "2026-03-02 08:00:00")
		idle := w.instance(ops.InstanceRunning, "inactivity_timeout", "PT10M", "last_activity_at", w.ago(10*time.Minute))
		busy := w.instance(ops.InstanceRunning, "inactivity_timeout", "PT10M", "last_activity_at", w.ago(9*time.Minute))
		unused := w.instance(ops.InstanceRunning, "inactivity_timeout", "PT10M", "started_at", w.ago(11*time.Minute))
		asleep := w.instance(ops.InstanceSuspended, "inactivity_timeout", "PT10M", "last_activity_at", w.ago(time.Hour))
		both := w.instance(ops.InstanceRunning, "ttl", "PT1H", "inactivity_timeout", "PT1M", "last_activity_at", w.ago(time.Hour))

		w.run(ops.JobLifecycle)

		for id, want := range map[int64]string{
			expired: "stopping", failed: "stopping", young: "running", endless: "running", cleared: "running", odd: "running", weekly: "running",
			zoneless: "stopping", idle: "suspended", busy: "running", unused: "suspended", asleep: "suspended", both: "stopping",
		} {
			w.want(want, `SELECT status FROM instances WHERE id = $1`, id)
		}

		w.want(w.ago(0), `SELECT suspended_at FROM instances WHERE id = $1`, idle)
		w.wantMetric(4, "ttl_instances_terminated_total")
		w.wantMetric(2, "inactive_instances_terminated_total")
		w.wantMetric(1, "lifecycle_passes_total")
		wantCounts(t, w.last(ops.JobLifecycle).Found, map[string]int{"unreadable_durations": 1, "instances_expired": 4})

		// Once is enough.
		w.run(ops.JobLifecycle)
		w.wantMetric(4, "ttl_instances_terminated_total")
		w.wantMetric(2, "inactive_instances_terminated_total")
	})
}

func TestLifecycleOfSnapshotsAndMappings(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		lonely := w.mapping("ttl", "PT1H")
		lasting := w.mapping()
		withLasting := w.mapping("ttl", "PT1H")
		emptied := w.mapping("ttl", "PT1H")

		kept := w.snapshot(withLasting, ops.SnapshotReady)
		used := w.snapshot(lasting, ops.SnapshotReady, "ttl", "PT1H")
		awaited := w.snapshot(lasting, ops.SnapshotFailed, "ttl", "PT1H")
		creating := w.snapshot(lasting, ops.SnapshotCreating, "ttl", "PT1H")
		expired := w.snapshot(emptied, ops.SnapshotReady, "ttl", "PT1H")
		export := w.export(expired, "node", "Person", ops.ExportCompleted)

		w.instance(ops.InstanceFailed, "snapshot_id", used)
		w.instance(ops.InstanceWaitingForSnapshot, "pending_snapshot_id", awaited)

		w.run(ops.JobLifecycle)

		for id, want := range map[int64]string{kept: "ready", used: "ready", awaited: "failed", creating: "creating", expired: "gone"} {
			w.want(want, `SELECT status FROM snapshots WHERE id = $1`, id)
		}

		w.want("gone", `SELECT id FROM export_jobs WHERE id = $1`, export)

		// A mapping goes with its last snapshot, in the same pass.
		for id, want := range map[int64]string{lonely: "gone", lasting: "Fraud rings", withLasting: "Fraud rings", emptied: "gone"} {
			w.want(want, `SELECT name FROM mappings WHERE id = $1`, id)
		}

		w.want("0", `SELECT COUNT(*) FROM mapping_versions WHERE mapping_id IN ($1, $2)`, lonely, emptied)
		w.wantMetric(1, "ttl_snapshots_deleted_total")
		w.wantMetric(2, "ttl_mappings_deleted_total")
	})
}

// TestLifecycleGoesOnAfterAFailure: a table that only the platform knows refers to
// one of two snapshots.
func TestLifecycleGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		mapping := w.mapping()
		held := w.snapshot(mapping, ops.SnapshotReady, "ttl", "PT1H")
		free := w.snapshot(mapping, ops.SnapshotReady, "ttl", "PT1H")
		export := w.export(held, "node", "Person", ops.ExportCompleted)

		w.exec(`CREATE TABLE bookmarks (snapshot_id BIGINT NOT NULL REFERENCES snapshots (id))`)
		w.exec(`INSERT INTO bookmarks (snapshot_id) VALUES ($1)`, held)

		if err := w.runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobLifecycle}); err == nil {
			t.Error("no error")
		}

		w.want("ready", `SELECT status FROM snapshots WHERE id = $1`, held)
		w.want("completed", `SELECT status FROM export_jobs WHERE id = $1`, export)
		w.want("gone", `SELECT status FROM snapshots WHERE id = $1`, free)
		w.wantMetric(1, "lifecycle_termination_failures_total", "resource_type=snapshot")
		w.wantMetric(1, "ttl_snapshots_deleted_total")

		w.exec(`DELETE FROM bookmarks`)
		w.run(ops.JobLifecycle)
		w.want("gone", `SELECT status FROM snapshots WHERE id = $1`, held)
	})
}

func TestLifecyclePages(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		const many = 1234

		mapping := w.mapping()
		w.exec(`
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
			INSERT INTO snapshots (mapping_id, mapping_version, owner_username, name, gcs_path, status, created_at, updated_at, ttl)
			SELECT $2, 1, 'ann', 's', 'gs://b/s', 'ready', $3, $3, CASE i % 2 WHEN 0 THEN 'PT1H' ELSE 'P1D' END FROM n`,
			many, mapping, w.ago(2*time.Hour))

		w.run(ops.JobLifecycle)
		w.want("617", `SELECT COUNT(*) FROM snapshots`)
		w.wantMetric(617, "ttl_snapshots_deleted_total")
	})
}
