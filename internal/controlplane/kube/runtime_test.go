package kube_test

import (
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/graph-olap/opsconsole/internal/controlplane/kube"
	"github.com/graph-olap/opsconsole/internal/kubetest"
	"github.com/graph-olap/opsconsole/ops"
)

func wantPods(t *testing.T, n namespace, want ...string) {
	t.Helper()

	if got, want := n.Pods(t), slices.Sorted(slices.Values(want)); !slices.Equal(got, want) {
		t.Errorf("there are the pods %v, want %v", got, want)
	}
}

func TestClusterRunsInstances(t *testing.T) {
	t.Parallel()

	kubeconfig := kubetest.Shared(t)

	each(t, func(p *platform) {
		n := newNamespace(p.t, kubeconfig)
		n.Stranger(p.t, "stranger", map[string]string{"app": "other"})
		p.keepPods(n.granted())

		first, second := p.instance(1, ops.InstanceStarting, nil), p.instance(2, ops.InstanceStarting, nil)

		kubetest.Eventually(p.t, "both have their pods", func() bool { return len(n.Pods(p.t)) == 3 })
		wantPods(p.t, n, first, second, "stranger")

		n.Report(p.t, first, corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{{
			Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/3 nodes are available",
		}}})
		p.becomes(1, "starting", "Unschedulable: 0/3 nodes are available")

		n.Report(p.t, first, corev1.PodStatus{Phase: corev1.PodRunning})
		p.becomes(1, "starting", "")

		n.Report(p.t, first, kubetest.Running("10.1.2.3"))
		p.becomes(1, "running", "")

		n.Report(p.t, second, corev1.PodStatus{Phase: corev1.PodFailed, ContainerStatuses: []corev1.ContainerStatus{{
			Name: "graph", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "OOMKilled", ExitCode: 137}},
		}}})
		p.becomes(2, "failed", "OOMKilled")

		p.exec(`UPDATE instances SET status = 'stopping'`)
		p.becomes(1, "gone", "")
		p.becomes(2, "gone", "")
		wantPods(p.t, n, "stranger")
	})
}

// Two replicas make one pod an instance, and no more.
func TestClusterWithTwoReplicas(t *testing.T) {
	t.Parallel()

	kubeconfig := kubetest.Shared(t)

	each(t, func(p *platform) {
		n := newNamespace(p.t, kubeconfig)
		stop := p.keepPods(n.granted())
		p.keepPods(n.as(kubetest.Console))

		var pods []string
		for id := range int64(20) {
			pods = append(pods, p.instance(id+1, ops.InstanceStarting, nil))
		}

		kubetest.Eventually(p.t, "all have their pods", func() bool { return len(n.Pods(p.t)) >= len(pods) })
		wantPods(p.t, n, pods...)

		// One goes, the other goes on.
		stop()

		for _, pod := range pods {
			n.Report(p.t, pod, kubetest.Running("10.1.2.3"))
		}

		for id := range pods {
			p.becomes(int64(id+1), "running", "")
		}

		p.exec(`UPDATE instances SET status = 'stopping'`)
		kubetest.Eventually(p.t, "all pods are gone", func() bool { return len(n.Pods(p.t)) == 0 })

		for id := range pods {
			p.becomes(int64(id+1), "gone", "")
		}
	})
}

func TestClusterRefusesAndThenTakesAPod(t *testing.T) {
	t.Parallel()

	kubeconfig := kubetest.Shared(t)

	each(t, func(p *platform) {
		n := newNamespace(p.t, kubeconfig)
		limits := n.Admin.CoreV1().LimitRanges(n.Name)

		if _, err := limits.Create(p.t.Context(), &corev1.LimitRange{
			ObjectMeta: metav1.ObjectMeta{Name: "small"},
			Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
				Type: corev1.LimitTypeContainer, Max: corev1.ResourceList{"memory": resource.MustParse("2Gi")},
			}}},
		}, metav1.CreateOptions{}); err != nil {
			p.t.Fatal(err)
		}

		cluster := n.granted()
		p.keepPods(cluster)

		pod := p.instance(1, ops.InstanceStarting, nil)
		words := `Kubernetes refuses to create the pod: pods "` + pod + `" is forbidden: ` +
			`maximum memory usage per Container is 2Gi, but limit is 3Gi`
		p.becomes(1, "starting", words)
		wantPods(p.t, n)

		if err := p.reconcile(cluster); err == nil || err.Error() != "instance 1: it has no pod yet: "+words {
			p.t.Errorf("the job says %v, want that instance 1 has no pod yet: %s", err, words)
		}

		if err := limits.Delete(p.t.Context(), "small", metav1.DeleteOptions{}); err != nil {
			p.t.Fatal(err)
		}

		p.becomes(1, "starting", "")
		wantPods(p.t, n, pod)
	})
}

func TestClusterGoesAwayAndComesBack(t *testing.T) {
	t.Parallel()

	each(t, func(p *platform) {
		server := kubetest.Own(p.t)
		n := newNamespace(p.t, server.Kubeconfig())
		cluster := n.granted()
		p.keepPods(cluster)

		first := p.instance(1, ops.InstanceStarting, nil)
		p.becomes(1, "starting", "")
		kubetest.Eventually(p.t, "it has its pod", func() bool { return slices.Equal(n.Pods(p.t), []string{first}) })
		n.Report(p.t, first, kubetest.Running("10.1.2.3"))
		p.becomes(1, "running", "")

		server.KillAPI()

		// One begins, and one ends, while there is nobody to ask.
		second := p.instance(2, ops.InstanceStarting, nil)
		p.becomes(2, "starting", "the Kubernetes API server cannot be reached; the log has the cause")
		p.exec(`UPDATE instances SET status = 'stopping' WHERE id = 1`)

		if err := p.reconcile(cluster); err == nil || err.Error() != "the Kubernetes API server cannot be reached; the log has the cause" {
			p.t.Errorf("the job says %v, want that the Kubernetes API server cannot be reached", err)
		}

		if status, _ := p.status(1); status != "stopping" {
			p.t.Errorf("an instance whose pod nobody can see is %s, want stopping", status)
		}

		if err := server.StartAPI(p.t.Context()); err != nil {
			p.t.Fatal(err)
		}

		p.becomes(2, "starting", "")
		p.becomes(1, "gone", "")
		kubetest.Eventually(p.t, "each has what it should", func() bool { return slices.Equal(n.Pods(p.t), []string{second}) })
	})
}

// A process ended when it had made a pod and not yet written so; another finds it.
func TestClusterAfterACrash(t *testing.T) {
	t.Parallel()

	kubeconfig := kubetest.Shared(t)

	each(t, func(p *platform) {
		n := newNamespace(p.t, kubeconfig)
		cluster := n.granted()

		made, ended := request, request
		made.InstanceID, made.Slug, made.Name = 1, "slug-1", p.instance(1, ops.InstanceStarting, nil)
		ended.InstanceID, ended.Slug, ended.Name = 2, "slug-2", p.instance(2, ops.InstanceStopping, nil)

		if _, err := cluster.CreatePod(p.t.Context(), made); err != nil {
			p.t.Fatal(err)
		}

		if _, err := cluster.CreatePod(p.t.Context(), ended); err != nil {
			p.t.Fatal(err)
		}

		uid := n.Pod(p.t, made.Name).UID

		// The job, should it come first, takes it for no orphan, however old it is.
		p.ahead = time.Hour
		if err := p.reconcile(cluster); err != nil {
			p.t.Error(err)
		}

		p.keepPods(cluster)
		p.becomes(2, "gone", "")
		n.Report(p.t, made.Name, kubetest.Running("10.1.2.3"))
		p.becomes(1, "running", "")

		if pod := n.Pod(p.t, made.Name); pod.UID != uid {
			p.t.Error("the pod was made anew")
		}

		wantPods(p.t, n, made.Name)
	})
}

func TestClusterReconciliation(t *testing.T) {
	t.Parallel()

	kubeconfig := kubetest.Shared(t)

	each(t, func(p *platform) {
		n := newNamespace(p.t, kubeconfig)
		cluster := n.granted()
		ours := map[string]string{"app": "graph"}

		for _, name := range []string{"runs", "fails", "resumes", "stops", "is-suspended", "orphan", "young-orphan"} {
			n.Stranger(p.t, name, ours)
		}

		n.Stranger(p.t, "of-another-app", map[string]string{"app": "other"})
		n.Stranger(p.t, "relabelled", map[string]string{"app": "other"})

		n.Report(p.t, "runs", kubetest.Running("10.1.2.3"))
		n.Report(p.t, "fails", corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted", Message: "The node was low on memory."})
		n.Report(p.t, "resumes", kubetest.Running("10.1.2.4"))

		p.instance(1, ops.InstanceRunning, "runs")
		p.instance(2, ops.InstanceRunning, "fails")
		p.instance(3, ops.InstanceResuming, "resumes")
		p.instance(4, ops.InstanceStopping, "stops")
		p.instance(5, ops.InstanceSuspended, "is-suspended")
		p.instance(6, ops.InstanceRunning, "went")
		p.instance(7, ops.InstanceStopping, "went-too")
		p.instance(8, ops.InstanceRunning, "relabelled")

		// Nothing is an orphan that came a moment ago.
		if err := p.reconcile(cluster); err != nil {
			p.t.Error(err)
		}

		wantPods(p.t, n, "runs", "fails", "resumes", "orphan", "young-orphan", "of-another-app", "relabelled")

		// By the cluster's clock the one is old, by ours the other is not.
		p.ahead = time.Hour

		if err := n.Admin.CoreV1().Pods(n.Name).Delete(p.t.Context(), "young-orphan", *metav1.NewDeleteOptions(0)); err != nil {
			p.t.Fatal(err)
		}

		if err := p.reconcile(cluster); err != nil {
			p.t.Error(err)
		}

		wantPods(p.t, n, "runs", "fails", "resumes", "of-another-app", "relabelled")

		for id, want := range map[int64][2]string{
			1: {"running"}, 2: {"failed", "The node was low on memory."}, 3: {"running"}, 4: {"gone"}, 5: {"suspended"},
			6: {"failed", "The pod is gone."}, 7: {"gone"}, 8: {"running"},
		} {
			if status, words := p.status(id); status != want[0] || words != want[1] {
				p.t.Errorf("instance %d is %s (%s), want %v", id, status, words, want)
			}
		}
	})
}

// Without the permission to delete, the rest is done and what is missing is named.
func TestClusterReconciliationWithoutAPermission(t *testing.T) {
	t.Parallel()

	kubeconfig := kubetest.Shared(t)

	each(t, func(p *platform) {
		n := newNamespace(p.t, kubeconfig)
		n.grant("delete")

		cluster := n.as(kubetest.Console)
		canList(p.t, cluster)
		n.Stranger(p.t, "stops", map[string]string{"app": "graph"})
		p.instance(1, ops.InstanceStopping, "stops")
		p.instance(2, ops.InstanceRunning, "went")

		want := "instance 1: Kubernetes does not allow it: the permission to delete pods in the namespace " + n.Name + " is missing"
		if err := p.reconcile(cluster); err == nil || err.Error() != want {
			p.t.Errorf("the job says %v, want %s", err, want)
		}

		p.becomes(2, "failed", "The pod is gone.")
		wantPods(p.t, n, "stops")
	})
}

func canList(t *testing.T, cluster *kube.Cluster) {
	t.Helper()
	kubetest.Eventually(t, "the console may list pods", func() bool {
		_, err := cluster.Pods(t.Context())

		return err == nil
	})
}
