package jobs_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

func (w *world) podRuntime(cluster *pods) *jobs.PodRuntime {
	return jobs.NewPodRuntime(w.db, w.clock.Now, slog.New(slog.DiscardHandler), cluster)
}

func (w *world) step(runtime *jobs.PodRuntime) {
	w.t.Helper()

	if err := runtime.Step(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// podOf is a pod of the cluster, to be changed in place.
func (p *pods) podOf(name string) *jobs.Pod {
	return &p.listed[slices.IndexFunc(p.listed, func(pod jobs.Pod) bool { return pod.Name == name })]
}

const statusAndWords = `SELECT status || ' ' || COALESCE(error_code, '-') || ' ' || COALESCE(error_message, '-') FROM instances WHERE id = $1`

func TestPodRuntime(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		cluster := &pods{}
		runtime := w.podRuntime(cluster)
		snapshot := w.snapshot(w.mapping(), ops.SnapshotReady)
		id := w.instance(ops.InstanceStarting, "snapshot_id", snapshot, "error_message", "old", "cpu_cores", 3)
		waits := w.instance(ops.InstanceWaitingForSnapshot, "pending_snapshot_id", snapshot)
		name := jobs.InstancePod(id, "slug-1")

		w.step(runtime)
		w.step(runtime)

		want := jobs.PodRequest{
			Name: name, InstanceID: id, Slug: "slug-1", Owner: "ann", Wrapper: "falkordb", Snapshot: "gs://b/s", Cores: 3,
		}
		if len(cluster.created) != 1 || cluster.created[0] != want {
			t.Errorf("created %+v, want %+v", cluster.created, want)
		}

		w.want("starting - -", statusAndWords, id)
		w.want(name+" 2 4", `SELECT pod_name || ' ' || cpu_cores || ' ' || memory_gb FROM instances WHERE id = $1`, id)
		w.want("0", `SELECT COUNT(*) FROM opsconsole_pod_attempts`)

		// What it waits for is told, and no longer when it has come.
		cluster.podOf(name).Message = "ErrImagePull: no such image"

		w.step(runtime)
		w.want("starting - ErrImagePull: no such image", statusAndWords, id)

		w.clock.Advance(time.Minute)

		*cluster.podOf(name) = jobs.Pod{Name: name, Phase: jobs.PodRunning, Ready: true, IP: "10.1.2.3"}

		w.step(runtime)
		w.want("running - -", statusAndWords, id)
		w.want("10.1.2.3 "+w.ago(0), `SELECT pod_ip || ' ' || started_at FROM instances WHERE id = $1 AND last_activity_at = started_at`, id)

		// Suspended, it loses its pod; resumed, it gets another.
		w.exec(`UPDATE instances SET status = 'suspended' WHERE id = $1`, id)
		w.step(runtime)
		w.want(name, `SELECT pod_name FROM instances WHERE id = $1`, id)

		cluster.listed = nil

		w.step(runtime)
		w.want("", `SELECT pod_name FROM instances WHERE id = $1`, id)
		w.exec(`UPDATE instances SET status = 'resuming' WHERE id = $1`, id)
		w.step(runtime)

		cluster.podOf(name).Ready = true
		cluster.podOf(name).Phase = jobs.PodRunning

		w.step(runtime)
		w.want("running - -", statusAndWords, id)

		// What becomes of the pod becomes of the instance.
		cluster.podOf(name).Phase, cluster.podOf(name).Message = jobs.PodFailed, "OOMKilled"

		w.step(runtime)
		w.want("failed OOM_KILLED OOMKilled", statusAndWords, id)

		if want := []string{name}; !slices.Equal(cluster.deleted, want) || len(cluster.created) != 2 {
			t.Errorf("deleted %v, want %v; created %v", cluster.deleted, want, cluster.created)
		}

		w.want("waiting_for_snapshot - -", statusAndWords, waits)
	})
}

func TestPodRuntimeEndsPods(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		cluster := &pods{unlisted: []jobs.Pod{w.pod("unlisted", jobs.PodRunning)}}
		runtime := w.podRuntime(cluster)
		has := w.instance(ops.InstanceStopping, "pod_name", "has")
		never := w.instance(ops.InstanceStopping)
		// Its pod was made, and then the process ended before it was written down.
		unnamed := w.instance(ops.InstanceStopping)
		unlisted := w.instance(ops.InstanceStopping, "pod_name", "unlisted")
		name := jobs.InstancePod(unnamed, "slug-3")
		cluster.listed = []jobs.Pod{w.pod("has", jobs.PodRunning), w.pod(name, jobs.PodPending), w.pod("somebody's", jobs.PodRunning)}

		w.step(runtime)
		w.want("stopping", `SELECT status FROM instances WHERE id = $1`, has)
		w.want("gone", `SELECT status FROM instances WHERE id = $1`, never)

		if want := []string{"has", name}; !slices.Equal(cluster.deleted, want) {
			t.Errorf("deleted %v, want %v", cluster.deleted, want)
		}

		cluster.podOf("has").Ending, cluster.podOf(name).Ending = true, true

		w.step(runtime)

		if len(cluster.deleted) != 2 {
			t.Errorf("deleted again: %v, want two", cluster.deleted)
		}

		cluster.listed = nil

		w.step(runtime)
		w.want("gone", `SELECT status FROM instances WHERE id = $1`, has)
		w.want("gone", `SELECT status FROM instances WHERE id = $1`, unnamed)
		w.want("stopping", `SELECT status FROM instances WHERE id = $1`, unlisted)

		// The job says what keeps it.
		w.start(withCluster(cluster))

		err := w.runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobReconciliation})
		if err == nil || err.Error() != "instance 4: its pod unlisted exists, but the label selector does not match it, so it is left alone" {
			t.Errorf("got %v, want that the selector does not find instance 4's pod unlisted, and it is left alone", err)
		}
	})
}

func TestPodsThatAreRefused(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		cluster := &pods{refusal: &jobs.ClusterError{Refused: true, Words: "it is too big"}}
		runtime := w.podRuntime(cluster)
		id := w.instance(ops.InstanceStarting)

		// The time between two attempts doubles, up to a minute.
		for second := range 200 {
			_ = runtime.Step(t.Context())

			if second == 0 {
				w.want("starting STARTUP_FAILED it is too big", statusAndWords, id)
			}

			w.clock.Advance(time.Second)
		}

		if cluster.attempts != 9 { // after 0, 1, 3, 7, 15, 31, 63, 123 and 183 s
			t.Errorf("%d attempts in 200 s, want 9", cluster.attempts)
		}

		w.start(withCluster(cluster))

		err := w.runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobReconciliation})
		if err == nil || err.Error() != "instance 1: it has no pod yet: it is too big" {
			t.Errorf("the job says %v, want that instance 1 has no pod yet, for it is too big", err)
		}

		w.clock.Advance(time.Minute)

		cluster.refusal = nil

		w.step(runtime)
		w.want("starting - -", statusAndWords, id)
		w.want("0", `SELECT COUNT(*) FROM opsconsole_pod_attempts`)
	})
}

func TestPodsThatAreRefusedForTooLong(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		away := &jobs.ClusterError{Words: "nobody answers"}
		cluster := &pods{refusal: away}
		runtime := w.podRuntime(cluster)
		first := w.instance(ops.InstanceStarting)
		second := w.instance(ops.InstanceStarting)

		// A cluster that is away is waited for, and not asked for one instance after the other.
		_ = runtime.Step(t.Context())

		if cluster.attempts != 1 {
			t.Errorf("%d attempts, want 1", cluster.attempts)
		}

		for range 60 {
			w.clock.Advance(time.Minute)

			_ = runtime.Step(t.Context())
			_ = runtime.Step(t.Context())
		}

		w.want("starting STARTUP_FAILED nobody answers", statusAndWords, first)
		w.want("starting STARTUP_FAILED nobody answers", statusAndWords, second)

		cluster.refusal = &jobs.ClusterError{Refused: true, Words: "forbidden"}

		w.clock.Advance(time.Minute)

		_ = runtime.Step(t.Context())

		w.want("failed STARTUP_FAILED forbidden", statusAndWords, first)
		w.want("failed STARTUP_FAILED forbidden", statusAndWords, second)
		w.want("0", `SELECT COUNT(*) FROM opsconsole_pod_attempts`)
	})
}

// Two replicas that look at the same moment make one attempt.
func TestReplicasTakeTurnsAtMakingPods(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		cluster := &pods{}
		runtime := w.podRuntime(cluster)
		id := w.instance(ops.InstanceStarting)
		other := w.podRuntime(cluster)

		cluster.creating = func() {
			cluster.creating = nil

			w.step(other)

			// Meanwhile somebody deletes the instance: it is not gone before the attempt is over.
			w.exec(`UPDATE instances SET status = 'stopping' WHERE id = $1`, id)
			w.step(other)
			w.want("stopping", `SELECT status FROM instances WHERE id = $1`, id)
		}

		w.step(runtime)

		if cluster.attempts != 1 {
			t.Errorf("%d attempts, want 1", cluster.attempts)
		}

		w.step(other)

		if want := []string{jobs.InstancePod(id, "slug-1")}; !slices.Equal(cluster.deleted, want) {
			t.Errorf("deleted %v, want %v", cluster.deleted, want)
		}

		cluster.listed = nil

		w.step(runtime)
		w.want("gone", `SELECT status FROM instances WHERE id = $1`, id)
	})
}

func TestInstancePodIsADNSLabel(t *testing.T) {
	t.Parallel()

	if got := jobs.InstancePod(7, "Some Slug/of_another platform"); got != "graph-7-9b4b095b05" {
		t.Errorf("got %s, want graph-7-9b4b095b05", got)
	}

	if jobs.InstancePod(7, "a") == jobs.InstancePod(7, "b") {
		t.Error("instances of two databases have the same pod")
	}
}
