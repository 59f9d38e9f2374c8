package jobs_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

// pods is a [jobs.Cluster] in memory. Those of unlisted are there, but the label
// selector does not find them.
type pods struct {
	listed, unlisted []jobs.Pod
	deleted          []string
	// stuck names a pod that cannot be deleted, and broken is what listing fails with.
	stuck  string
	broken error
	// listing is called before the pods are listed.
	listing func()
	// refusal is what creating fails with.
	refusal  error
	created  []jobs.PodRequest
	attempts int
	// creating is called before a pod is created.
	creating func()
}

func (p *pods) Pods(context.Context) ([]jobs.Pod, error) {
	listed := slices.Clone(p.listed)
	if p.listing != nil {
		p.listing()
	}

	return listed, p.broken
}

func (p *pods) HasPod(_ context.Context, name string) (bool, error) {
	named := func(pod jobs.Pod) bool { return pod.Name == name }

	return slices.ContainsFunc(p.listed, named) || slices.ContainsFunc(p.unlisted, named), nil
}

func (p *pods) DeletePod(_ context.Context, pod jobs.Pod) error {
	if pod.Name == p.stuck {
		return errors.New("a finalizer does not let go")
	}

	p.deleted = append(p.deleted, pod.Name)

	return nil
}

func (p *pods) CreatePod(_ context.Context, request jobs.PodRequest) (jobs.Pod, error) {
	p.attempts++

	if p.creating != nil {
		p.creating()
	}

	if p.refusal != nil {
		return jobs.Pod{}, p.refusal
	}

	p.created = append(p.created, request)
	pod := jobs.Pod{Name: request.Name, UID: "uid-" + request.Name, Phase: jobs.PodPending, Cores: 2, MemoryBytes: 4 << 30}
	p.listed = append(p.listed, pod)

	return pod, nil
}

func (p *pods) Watch(ctx context.Context) error {
	<-ctx.Done()

	return nil
}

func (p *pods) Watched() map[string]jobs.Pod {
	watched := map[string]jobs.Pod{}
	for _, pod := range p.listed {
		watched[pod.Name] = pod
	}

	return watched
}

func (w *world) pod(name string, phase jobs.PodPhase) jobs.Pod {
	return jobs.Pod{Name: name, UID: "uid-" + name, Phase: phase, CreatedAt: w.clock.Now().Add(-time.Hour)}
}

func withCluster(p *pods) func(*jobs.Config) { return func(c *jobs.Config) { c.Cluster = p } }

func TestReconciliation(t *testing.T) {
	t.Parallel()

	const status = `SELECT status || COALESCE(' ' || error_code, '') FROM instances WHERE id = $1`

	each(t, nil, func(w *world) {
		running := w.instance(ops.InstanceRunning, "pod_name", "running")
		gone := w.instance(ops.InstanceRunning, "pod_name", "gone")
		unlisted := w.instance(ops.InstanceRunning, "pod_name", "unlisted")
		broken := w.instance(ops.InstanceRunning, "pod_name", "broken")
		resuming := w.instance(ops.InstanceResuming, "pod_name", "resuming", "error_message", "old")
		coming := w.instance(ops.InstanceStarting, "pod_name", "coming", "updated_at", w.ago(time.Minute))
		lost := w.instance(ops.InstanceStarting, "pod_name", "lost")
		stopped := w.instance(ops.InstanceStopping, "pod_name", "stopped")
		neverHadOne := w.instance(ops.InstanceStopping)
		stopping := w.instance(ops.InstanceStopping, "pod_name", "stopping")
		suspended := w.instance(ops.InstanceSuspended, "pod_name", "suspended")
		nameless := w.instance(ops.InstanceRunning)
		w.exec(`INSERT INTO instance_events (instance_id, event_type, created_at) VALUES ($1, 'cpu_updated', $2)`, stopped, w.ago(0))

		young := w.pod("young", jobs.PodPending)
		young.CreatedAt = w.clock.Now().Add(-time.Minute)
		ending := w.pod("ending", jobs.PodRunning)
		ending.Ending = true
		failed := w.pod("broken", jobs.PodFailed)
		failed.Message = "Evicted"

		cluster := &pods{
			listed: []jobs.Pod{
				w.pod("running", jobs.PodRunning), failed, w.pod("resuming", jobs.PodRunning), w.pod("stopping", jobs.PodRunning),
				w.pod("suspended", jobs.PodRunning), w.pod("orphan", jobs.PodRunning), w.pod("stuck", jobs.PodRunning), young, ending,
			},
			unlisted: []jobs.Pod{w.pod("unlisted", jobs.PodRunning)},
			stuck:    "stuck",
		}

		w.start(withCluster(cluster))

		if err := w.runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobReconciliation}); err == nil {
			t.Error("the pod that could not be deleted is no error")
		}

		for id, want := range map[int64]string{
			running: "running", gone: "failed UNEXPECTED_TERMINATION", unlisted: "running", broken: "failed UNEXPECTED_TERMINATION",
			resuming: "running", coming: "starting", lost: "failed UNEXPECTED_TERMINATION", stopped: "gone", neverHadOne: "gone",
			stopping: "stopping", suspended: "suspended", nameless: "running",
		} {
			w.want(want, status, id)
		}

		w.want("Evicted", `SELECT error_message FROM instances WHERE id = $1`, broken)
		w.want("", `SELECT error_message FROM instances WHERE id = $1`, resuming)
		w.want("0", `SELECT COUNT(*) FROM instance_events`)

		slices.Sort(cluster.deleted)

		if want := []string{"orphan", "stopping", "suspended"}; !slices.Equal(cluster.deleted, want) {
			t.Errorf("deleted pods %v, want %v", cluster.deleted, want)
		}

		w.tick()

		for name, want := range map[string]float64{
			"reconciliation_passes_total": 1, "orphaned_pods_detected_total": 2, "orphaned_pods_cleaned_total": 1,
			"orphaned_pods_cleanup_failures_total": 1, "orphaned_pods_detected_current": 2, "missing_pods_detected_total": 4,
			"missing_pods_handled_total": 4, "status_drift_detected_total": 2, "status_drift_fixed_total": 2,
			"instances_without_pod_name": 1,
		} {
			w.wantMetric(want, name)
		}

		// What is settled is left alone, and what failed is tried again.
		cluster.stuck, cluster.deleted = "", nil
		cluster.listed = slices.DeleteFunc(cluster.listed, func(p jobs.Pod) bool { return p.Name == "orphan" })

		w.run(ops.JobReconciliation)

		if !slices.Contains(cluster.deleted, "stuck") {
			t.Errorf("deleted pods %v, want stuck among them", cluster.deleted)
		}

		wantCounts(t, w.last(ops.JobReconciliation).Found, map[string]int{"missing_pods": 0, "status_drift": 0, "orphaned_pods": 1})
	})
}

// A selector that finds too much must not cost anybody their pods.
func TestPodsOfAControllerAreNoOrphans(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		owned := w.pod("web-1", jobs.PodRunning)
		owned.Controller = "ReplicaSet web"
		cluster := &pods{listed: []jobs.Pod{owned, w.pod("orphan", jobs.PodRunning)}}

		w.start(withCluster(cluster))

		err := w.runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobReconciliation})
		if err == nil || !strings.Contains(err.Error(), "pod web-1: the label selector matches it, but it belongs to the ReplicaSet web, so it is left alone") {
			t.Errorf("got %v, want that the pod web-1 belongs to the ReplicaSet web, and is left alone", err)
		}

		if want := []string{"orphan"}; !slices.Equal(cluster.deleted, want) {
			t.Errorf("deleted pods %v, want %v", cluster.deleted, want)
		}

		wantCounts(t, w.last(ops.JobReconciliation).Found, map[string]int{"orphaned_pods": 1})
	})
}

func TestReconciliationOfWhatIsNewMeanwhile(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		cluster := &pods{}
		cluster.listing = func() { // a pod and its instance come right after the pods were listed
			cluster.listing = nil
			cluster.listed = append(cluster.listed, w.pod("new", jobs.PodRunning))
			w.instance(ops.InstanceRunning, "pod_name", "new")
		}

		w.start(withCluster(cluster))
		w.run(ops.JobReconciliation)
		w.want("running", `SELECT status FROM instances`)
		w.run(ops.JobReconciliation)
		w.want("running", `SELECT status FROM instances`)

		if len(cluster.deleted) > 0 {
			t.Errorf("deleted pods %v, want none", cluster.deleted)
		}
	})
}

func TestReconciliationWithoutItsCluster(t *testing.T) {
	t.Parallel()

	each(t, func(c *jobs.Config) { c.Cluster = &pods{broken: errors.New("connection refused")} }, func(w *world) {
		id := w.instance(ops.InstanceRunning, "pod_name", "p")

		if err := w.runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobReconciliation}); err == nil {
			t.Error("no error")
		}

		w.want("running", `SELECT status FROM instances WHERE id = $1`, id)

		if got := w.last(ops.JobReconciliation); got.Result != jobs.Failed {
			t.Errorf("record: %+v, want it failed", got)
		}
	})
}
