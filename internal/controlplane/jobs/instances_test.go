package jobs_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

func TestInstanceOrchestration(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		mapping := w.mapping()
		ready := w.snapshot(mapping, ops.SnapshotReady)
		creating := w.snapshot(mapping, ops.SnapshotCreating)
		failed := w.snapshot(mapping, ops.SnapshotFailed, "error_message", "the export of node Person failed")
		cancelled := w.snapshot(mapping, ops.SnapshotCancelled)

		goes := w.instance(ops.InstanceWaitingForSnapshot, "pending_snapshot_id", ready)
		goesToo := w.instance(ops.InstanceWaitingForSnapshot, "snapshot_id", ready)
		waits := w.instance(ops.InstanceWaitingForSnapshot, "snapshot_id", creating, "pending_snapshot_id", creating)
		fails := w.instance(ops.InstanceWaitingForSnapshot, "pending_snapshot_id", failed)
		failsToo := w.instance(ops.InstanceWaitingForSnapshot, "pending_snapshot_id", cancelled)

		if !w.adopted { // where each names one
			without := w.instance(ops.InstanceWaitingForSnapshot)
			defer w.want("waiting_for_snapshot", `SELECT status FROM instances WHERE id = $1`, without)
		}

		w.run(ops.JobInstanceOrchestration)

		const row = `SELECT status || ' ' || COALESCE(snapshot_id, 0) || ' ' || COALESCE(pending_snapshot_id, 0) || ' ' ||
			COALESCE(error_code || ' ' || error_message, '-') FROM instances WHERE id = $1`

		w.want("starting 1 0 -", row, goes)
		w.want("starting 1 0 -", row, goesToo)
		w.want("waiting_for_snapshot 2 2 -", row, waits)
		w.want("failed "+w.none()+" 3 DATA_LOAD_ERROR the export of node Person failed", row, fails)
		w.want("failed "+w.none()+" 4 DATA_LOAD_ERROR Its snapshot was cancelled.", row, failsToo)
		w.want(w.ago(0), `SELECT last_used_at FROM snapshots WHERE id = $1`, ready)
		w.wantMetric(2, "instances_transitioned_to_starting_total")
		w.wantMetric(2, "instances_transitioned_to_failed_total")
		w.wantMetric(1, "instance_orchestration_passes_total")
	})
}

func TestResourceMonitor(t *testing.T) {
	t.Parallel()

	const gib = 1 << 30

	each(t, nil, func(w *world) {
		usage := map[string]int64{}

		w.start(func(c *jobs.Config) {
			c.Memory = memory(func(context.Context) (map[string]int64, error) { return usage, nil })
		})

		id := w.instance(ops.InstanceRunning, "pod_name", "a", "memory_gb", 10)
		unlimited := w.instance(ops.InstanceRunning, "pod_name", "b")
		unknown := w.instance(ops.InstanceRunning, "pod_name", "c", "memory_gb", 10, "memory_usage_bytes", 5)
		suspended := w.instance(ops.InstanceSuspended, "pod_name", "d", "memory_gb", 10)
		usage["b"], usage["d"] = 100*gib, 10*gib

		// An event comes when a threshold is passed, not for as long as it is.
		for _, step := range []struct {
			gib    int64
			events string
		}{{8, "0"}, {9, "1"}, {9, "1"}, {10, "2"}, {10, "2"}, {1, "2"}, {10, "3"}} {
			usage["a"] = step.gib * gib

			w.run(ops.JobResourceMonitor)
			w.want(step.events, `SELECT COUNT(*) FROM opsconsole_memory_events WHERE instance_id = $1`, id)
		}

		w.want("3", `SELECT COUNT(*) FROM opsconsole_memory_events`)
		// A platform's own numbers have 32 bits.
		const bytes = `SELECT COALESCE(i.memory_usage_bytes, m.memory_usage_bytes)
			FROM instances i LEFT JOIN opsconsole_instance_memory m ON m.instance_id = i.id WHERE i.id = $1`

		w.want("10737418240", bytes, id)
		w.want("107374182400", bytes, unlimited)
		w.wantSaidOnce("instances.memory_usage_bytes")
		w.want("5", `SELECT memory_usage_bytes FROM instances WHERE id = $1`, unknown)
		w.want("", `SELECT memory_usage_bytes FROM instances WHERE id = $1`, suspended)
		w.wantMetric(7, "resource_monitor_passes_total")

		// What fits again is in its column, and nothing is kept of what does not run any more.
		usage["b"] = gib

		w.exec(`UPDATE instances SET status = 'suspended' WHERE id = $1`, id)
		w.run(ops.JobResourceMonitor)
		w.want("1073741824", `SELECT memory_usage_bytes FROM instances WHERE id = $1`, unlimited)
		w.want("0", `SELECT COUNT(*) FROM opsconsole_instance_memory`)
		w.exec(`DELETE FROM instances WHERE id = $1`, id)
		w.run(ops.JobResourceMonitor)
		w.want("0", `SELECT COUNT(*) FROM opsconsole_memory_events`)
	})
}

func TestRuntime(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		runtime := jobs.NewRuntime(w.db, w.clock.Now, slog.New(slog.DiscardHandler))
		snapshot := w.snapshot(w.mapping(), ops.SnapshotReady, "size_bytes", 4711)
		starting := w.instance(ops.InstanceStarting, "updated_at", w.ago(0), "snapshot_id", snapshot)
		resuming := w.instance(ops.InstanceResuming, "updated_at", w.ago(0))
		stopping := w.instance(ops.InstanceStopping, "updated_at", w.ago(0))
		suspended := w.instance(ops.InstanceSuspended, "pod_name", "inprocess-4", "memory_usage_bytes", 1)
		failed := w.instance(ops.InstanceFailed)

		const row = `SELECT status || ' ' || COALESCE(pod_name, '-') || ' ' || COALESCE(last_activity_at, '-') FROM instances WHERE id = $1`

		step := func() {
			t.Helper()

			if err := runtime.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}

		step()
		w.want("starting - -", row, starting)
		w.want("resuming - -", row, resuming)
		w.want("stopping - -", row, stopping)
		w.want("suspended - -", row, suspended)

		w.clock.Advance(5 * time.Second)
		step()
		step()

		w.want("running inprocess-1 "+w.ago(0), row, starting)
		w.want("running inprocess-2 "+w.ago(0), row, resuming)
		w.want(w.ago(0), `SELECT started_at FROM instances WHERE id = $1`, starting)
		w.want("gone", row, stopping)
		w.want("failed - -", row, failed)

		usage, err := runtime.MemoryUsage(t.Context())
		if err != nil || usage["inprocess-1"] != 4711 || usage["inprocess-2"] != 0 || len(usage) > 2 {
			t.Errorf("memory %v, %v, want 4711 of inprocess-1 alone", usage, err)
		}
	})
}

// A platform's database names real pods, and a runtime that knows no cluster must not
// make the instances forget them.
func TestRuntimeLeavesOthersPodsAlone(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		var log bytes.Buffer

		runtime := jobs.NewRuntime(w.db, w.clock.Now, slog.New(slog.NewTextHandler(&log, nil)))
		step := func() {
			t.Helper()

			if err := runtime.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}

		mine := w.instance(ops.InstanceStopping, "pod_name", "inprocess-1")

		step()
		w.want("gone", `SELECT status FROM instances WHERE id = $1`, mine)

		if log.Len() > 0 {
			t.Errorf("without others' pods it said %s", &log)
		}

		const all = `SELECT status || ' ' || pod_name || ' ' || updated_at || ' ' || COALESCE(memory_usage_bytes, 0)
			FROM instances WHERE id = $1`

		before := map[int64]string{}

		for _, status := range ops.InstanceStatuses() {
			// The last is what the runtime would call another instance's pod.
			for _, pod := range []string{"graph-instance-7", "", "INPROCESS-1", "inprocess-", "inprocess-1x", "inprocess-1"} {
				id := w.instance(status, "pod_name", pod, "memory_usage_bytes", 7)
				before[id] = w.text(all, id)
			}
		}

		step()
		step()

		for id, row := range before {
			w.want(row, all, id)
		}

		if usage, err := runtime.MemoryUsage(t.Context()); err != nil || len(usage) > 0 {
			t.Errorf("memory of others' pods %v, %v, want none", usage, err)
		}

		if n := strings.Count(log.String(), "--kubeconfig"); n != 1 || strings.Count(log.String(), "\n") != 1 {
			t.Errorf("it did not warn once: %s", &log)
		}
	})
}
