package jobs_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

func TestStaleClaims(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		snapshot := w.snapshot(w.mapping(), ops.SnapshotCreating)
		claimed := func(at string) int64 {
			return w.export(snapshot, "node", "Person", ops.ExportClaimed, "claimed_by", "worker-1", "claimed_at", at, "poll_count", 3)
		}

		stale := claimed(w.ago(10*time.Minute + time.Second))
		zoneless := claimed("2026-03-02T09:49:59")
		fresh := claimed(w.ago(10 * time.Minute))
		timeless := w.export(snapshot, "node", "Person", ops.ExportClaimed, "claimed_by", "worker-1")
		submitted := w.export(snapshot, "edge", "KNOWS", ops.ExportSubmitted, "claimed_by", "worker-1", "claimed_at", w.ago(time.Hour))

		w.run(ops.JobExportReconciliation)

		const row = `SELECT status || ' ' || COALESCE(claimed_by, '-') || ' ' || COALESCE(claimed_at, '-') || ' ' || poll_count
			FROM export_jobs WHERE id = $1`

		w.want("pending - - 3", row, stale)
		w.want("pending - - 3", row, zoneless)
		w.want("pending - - 0", row, timeless)
		w.want("claimed worker-1 "+w.ago(10*time.Minute)+" 3", row, fresh)
		w.want("submitted worker-1 "+w.ago(time.Hour)+" 0", row, submitted)
		w.wantMetric(3, "stale_export_claims_detected_total")
		w.wantMetric(3, "stale_export_claims_reset_total")

		w.tick()
		w.wantMetric(3, "graph_olap_export_queue_depth")
		w.wantMetric(3, "export_jobs_by_status_total", "status=pending")
		w.wantMetric(1, "export_jobs_by_status_total", "status=submitted")
		w.wantMetric(0, "export_jobs_by_status_total", "status=failed")

		// The gauges are there after a restart, and on a replica that did not look itself.
		w.start(nil)
		w.wantMetric(3, "graph_olap_export_queue_depth")
		w.wantMetric(0, "stale_export_claims_reset_total")
	})
}

func TestSettledSnapshots(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		mapping := w.mapping()

		complete := w.snapshot(mapping, ops.SnapshotCreating, "error_message", "of a try before")
		w.export(complete, "node", "Person", ops.ExportCompleted, "row_count", 10, "size_bytes", 1000)
		w.export(complete, "node", "Company", ops.ExportCompleted, "row_count", 2_000_000_000, "size_bytes", 2_000_000_000)
		w.export(complete, "node", "Company", ops.ExportCompleted, "row_count", 2_000_000_000, "size_bytes", 2_000_000_000)
		w.export(complete, "edge", "OWNS", ops.ExportCompleted, "row_count", 7, "size_bytes", 70)
		w.export(complete, "edge", "KNOWS", ops.ExportCompleted)

		underway := w.snapshot(mapping, ops.SnapshotCreating)
		w.export(underway, "node", "Person", ops.ExportCompleted)
		w.export(underway, "node", "Company", ops.ExportSubmitted)

		broken := w.snapshot(mapping, ops.SnapshotPending)
		w.export(broken, "node", "Person", ops.ExportPending)
		w.export(broken, "edge", "OWNS", ops.ExportFailed, "error_message", "TABLE_NOT_FOUND: lake.crm.owns")

		empty := w.snapshot(mapping, ops.SnapshotPending)

		cancelled := w.snapshot(mapping, ops.SnapshotCancelled)
		w.export(cancelled, "node", "Person", ops.ExportCompleted)

		w.run(ops.JobExportReconciliation)

		const row = `SELECT status || ' ' || COALESCE(size_bytes, -1) || ' ' || COALESCE(node_counts, '-') || ' ' ||
			COALESCE(edge_counts, '-') || ' ' || COALESCE(error_message, '-') FROM snapshots WHERE id = $1`

		size := "4000001070"
		if w.adopted { // where numbers have 32 bits
			size = "-1"
		}

		w.want(`ready `+size+` {"Company":4000000000,"Person":10} {"KNOWS":0,"OWNS":7} -`, row, complete)
		w.wantSaidOnce("snapshots.size_bytes")
		w.want(`creating -1 - - -`, row, underway)
		w.want(`failed -1 - - The export of edge OWNS failed: TABLE_NOT_FOUND: lake.crm.owns`, row, broken)
		w.want(`pending -1 - - -`, row, empty)
		w.want(`cancelled -1 - - -`, row, cancelled)
		w.wantMetric(1, "snapshots_ready_to_finalize_total")
		w.wantMetric(1, "snapshots_finalized_total")
		w.wantMetric(0, "snapshots_finalization_failures_total")
		wantCounts(t, w.last(ops.JobExportReconciliation).Done, map[string]int{"snapshots_failed": 1})
	})
}

func TestOddClaimDoesNotHoldUpTheRest(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		snapshot := w.snapshot(w.mapping(), ops.SnapshotCreating)
		odd := w.export(snapshot, "node", "Person", ops.ExportClaimed, "claimed_at", "yesterday")
		stale := w.export(snapshot, "node", "Person", ops.ExportClaimed, "claimed_at", w.ago(time.Hour))

		if err := w.runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobExportReconciliation}); err == nil {
			t.Error("no error")
		}

		w.want("claimed", `SELECT status FROM export_jobs WHERE id = $1`, odd)
		w.want("pending", `SELECT status FROM export_jobs WHERE id = $1`, stale)
		wantCounts(t, w.last(ops.JobExportReconciliation).Found, map[string]int{"export_jobs_pending": 1, "export_jobs_claimed": 1})
	})
}
