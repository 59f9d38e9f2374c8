package kube_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/controlplane/kube"
	"github.com/graph-olap/opsconsole/internal/kubetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// watching watches until the test ends, and fails it when the watch does before.
func watching(t *testing.T, cluster *kube.Cluster) {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)

	go func() { ended <- cluster.Watch(ctx) }()

	t.Cleanup(func() {
		cancel()

		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(kubetest.Patience):
			t.Error("the watch goes on after its context is done")
		}
	})
}

func TestClusterWatch(t *testing.T) {
	t.Parallel()

	server := kubetest.Own(t)
	n := newNamespace(t, server.Kubeconfig())
	cluster := n.granted()

	if pods := cluster.Watched(); len(pods) > 0 {
		t.Errorf("known before it was watched: %v", pods)
	}

	watching(t, cluster)
	n.Stranger(t, "stranger", map[string]string{"app": "other"})

	if _, err := cluster.CreatePod(t.Context(), request); err != nil {
		t.Fatal(err)
	}

	sees := func(what string, looks func(jobs.Pod) bool) {
		t.Helper()
		kubetest.Eventually(t, what, func() bool {
			pod, there := cluster.Watched()[request.Name]

			return there && looks(pod)
		})
	}

	sees("pending", func(p jobs.Pod) bool { return p.Phase == jobs.PodPending && !p.Ready })

	n.Report(t, request.Name, corev1.PodStatus{
		Phase: corev1.PodPending, ContainerStatuses: []corev1.ContainerStatus{{Name: "graph", State: corev1.ContainerState{
			Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "Back-off pulling image"},
		}}},
	})
	sees("why it waits", func(p jobs.Pod) bool { return p.Message == "ImagePullBackOff: Back-off pulling image" })

	n.Report(t, request.Name, corev1.PodStatus{Phase: corev1.PodRunning})
	sees("running, not ready", func(p jobs.Pod) bool { return p.Phase == jobs.PodRunning && !p.Ready && p.Message == "" })

	// The server goes away and comes back: what is known stays known, and is brought up to date.
	server.KillAPI()

	if _, there := cluster.Watched()[request.Name]; !there {
		t.Error("the pod is forgotten while the server is away")
	}

	if err := server.StartAPI(t.Context()); err != nil {
		t.Fatal(err)
	}

	n.Report(t, request.Name, kubetest.Running("10.1.2.3"))
	sees("ready", func(p jobs.Pod) bool { return p.Ready && p.IP == "10.1.2.3" })

	if pods := cluster.Watched(); len(pods) != 1 {
		t.Errorf("the selector is not kept to: %v", pods)
	}

	if err := n.Admin.CoreV1().Pods(n.Name).Delete(t.Context(), request.Name, *metav1.NewDeleteOptions(0)); err != nil {
		t.Fatal(err)
	}

	kubetest.Eventually(t, "gone", func() bool { return len(cluster.Watched()) == 0 })
}

func TestClusterSaysWhyItCannotWatch(t *testing.T) {
	t.Parallel()

	n := newNamespace(t, kubetest.Shared(t))
	n.grant("watch")

	var log worldtest.Buffer

	cluster, err := kube.New(kube.Config{
		REST: kubetest.REST(t, n.Kubeconfig, kubetest.Console), Namespace: n.Name, Selector: "app=graph",
		Labels: map[string]string{"app": "graph"}, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}

	watching(t, cluster)
	kubetest.Eventually(t, "the log says which permission is missing", func() bool {
		return strings.Contains(log.String(), "the permission to watch pods in the namespace "+n.Name+" is missing")
	})

	if said := log.String(); strings.Contains(said, "level=INFO") {
		t.Errorf("the client library tells of its ordinary work: %s", said)
	}
}
