package kube_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/controlplane/kube"
	"github.com/graph-olap/opsconsole/internal/kubetest"
)

// namespace is one of the test's own in a real cluster.
type namespace struct {
	*kubetest.Namespace

	t *testing.T
}

func newNamespace(t *testing.T, kubeconfig string) namespace {
	t.Helper()

	return namespace{kubetest.NewNamespace(t, kubeconfig), t}
}

// as is the cluster as the user sees it.
func (n namespace) as(user string) *kube.Cluster {
	n.t.Helper()

	return newCluster(n.t, kubetest.REST(n.t, n.Kubeconfig, user), n.Name)
}

// granted is the cluster as the console sees it, once that may use it.
func (n namespace) granted() *kube.Cluster {
	n.t.Helper()
	n.grant()

	cluster := n.as(kubetest.Console)
	canList(n.t, cluster)

	return cluster
}

func (n namespace) grant(without ...string) {
	n.t.Helper()
	n.Grant(n.t, "../../../deploy/kubernetes/instances.yaml", without...)
}

var request = jobs.PodRequest{
	Name: "graph-7-0123456789", InstanceID: 7, Slug: "some-slug", Owner: "ann@example.com", Wrapper: "falkordb", Snapshot: "gs://b/s",
}

func TestClusterPods(t *testing.T) {
	t.Parallel()

	n := newNamespace(t, kubetest.Shared(t))
	cluster := n.granted()
	n.Stranger(t, "stranger", map[string]string{"app": "other"})

	made, err := cluster.CreatePod(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}

	if made.Name != request.Name || made.Phase != jobs.PodPending || made.Cores != 2 || made.MemoryBytes != 3<<30 {
		t.Errorf("made %+v, want %s, pending, with 2 cores and 3 GiB", made, request.Name)
	}

	asked := request
	asked.Name, asked.Cores = "asked", 1

	if one, err := cluster.CreatePod(t.Context(), asked); err != nil || one.Cores != 1 || one.MemoryBytes != 3<<30 {
		t.Errorf("asked for one core: made %+v, %v, want 1 core, and the 3 GiB of the configuration", one, err)
	} else if err := cluster.DeletePod(t.Context(), one); err != nil {
		t.Error(err)
	}

	// Once more is the same one.
	again, err := cluster.CreatePod(t.Context(), request)
	if err != nil || again.UID != made.UID {
		t.Errorf("made again: %+v, %v, want the UID %s", again, err, made.UID)
	}

	checkPod(t, n.Pod(t, request.Name))

	listed, err := cluster.Pods(t.Context())
	if err != nil || len(listed) != 1 || listed[0].UID != made.UID {
		t.Errorf("listed %+v, %v, want one, with the UID %s", listed, err, made.UID)
	}

	// Another instance's pod of the name is not touched.
	other := request
	other.Slug = "of-another-database"

	if _, err := cluster.CreatePod(t.Context(), other); err == nil || !strings.Contains(err.Error(), "it is left alone") {
		t.Errorf("another's pod: %v, want that it is left alone", err)
	}

	later := made
	later.UID = "00000000-0000-0000-0000-000000000000"

	if err := cluster.DeletePod(t.Context(), later); err != nil {
		t.Error(err)
	}

	if there, err := cluster.HasPod(t.Context(), request.Name); !there || err != nil {
		t.Errorf("a pod of the name with another UID was deleted: %v, %v", there, err)
	}

	for range 2 {
		if err := cluster.DeletePod(t.Context(), made); err != nil {
			t.Error(err)
		}
	}

	if there, err := cluster.HasPod(t.Context(), request.Name); there || err != nil {
		t.Errorf("still there: %v, %v", there, err)
	}

	if there, err := cluster.HasPod(t.Context(), "stranger"); !there || err != nil {
		t.Errorf("the stranger is gone: %v, %v", there, err)
	}

	if _, err := cluster.MemoryUsage(t.Context()); !errors.Is(err, jobs.ErrNotMeasured) {
		t.Errorf("memory: %v, want %v", err, jobs.ErrNotMeasured)
	}
}

// checkPod looks at what the API server has taken, with its defaults.
func checkPod(t *testing.T, pod *corev1.Pod) {
	t.Helper()

	labels := map[string]string{
		"app": "graph", "team": "blue", "app.kubernetes.io/managed-by": "opsconsole",
		"opsconsole/instance": "7", "opsconsole/wrapper": "falkordb",
	}
	if !maps.Equal(pod.Labels, labels) || pod.Annotations["opsconsole/owner"] != "ann@example.com" {
		t.Errorf("labels %v, annotations %v, want %v, and ann@example.com as the owner", pod.Labels, pod.Annotations, labels)
	}

	spec := pod.Spec
	if spec.RestartPolicy != corev1.RestartPolicyNever || *spec.AutomountServiceAccountToken || *spec.EnableServiceLinks ||
		!*spec.SecurityContext.RunAsNonRoot || len(spec.Containers) != 1 {
		t.Errorf("spec %+v, want one container, not as root, never restarted, without a token and service links", spec)
	}

	graph := spec.Containers[0]
	if graph.Image != "registry.example.com/falkordb:4" || *graph.SecurityContext.AllowPrivilegeEscalation {
		t.Errorf("container %+v, want registry.example.com/falkordb:4, without privilege escalation", graph)
	}

	want := corev1.ResourceRequirements{
		Requests: corev1.ResourceList{"cpu": resource.MustParse("500m"), "memory": resource.MustParse("1Gi")},
		Limits:   corev1.ResourceList{"cpu": resource.MustParse("2"), "memory": resource.MustParse("3Gi")},
	}
	for name, quantity := range want.Requests {
		if got := graph.Resources.Requests[name]; !got.Equal(quantity) {
			t.Errorf("requests %s of %s, want %s", got.String(), name, quantity.String())
		}
	}

	for name, quantity := range want.Limits {
		if got := graph.Resources.Limits[name]; !got.Equal(quantity) {
			t.Errorf("limits %s of %s, want %s", got.String(), name, quantity.String())
		}
	}

	env := map[string]string{}
	for _, variable := range graph.Env {
		env[variable.Name] = variable.Value
	}

	if !maps.Equal(env, map[string]string{
		"GRAPH_OLAP_INSTANCE_ID": "7", "GRAPH_OLAP_INSTANCE_SLUG": "some-slug", "GRAPH_OLAP_INSTANCE_OWNER": "ann@example.com",
		"GRAPH_OLAP_WRAPPER_TYPE": "falkordb", "GRAPH_OLAP_SNAPSHOT_PATH": "gs://b/s",
	}) {
		t.Errorf("environment %v, want instance 7's id, slug, owner, wrapper and snapshot", env)
	}
}

// Whatever the cluster has against a request is said in words that name what to change,
// and never with what proves who is asking.
func TestClusterRefusals(t *testing.T) {
	t.Parallel()

	kubeconfig := kubetest.Shared(t)
	create := func(ctx context.Context, c *kube.Cluster) error {
		_, err := c.CreatePod(ctx, request)

		return err
	}
	list := func(ctx context.Context, c *kube.Cluster) error {
		_, err := c.Pods(ctx)

		return err
	}
	remove := func(ctx context.Context, c *kube.Cluster) error {
		return c.DeletePod(ctx, jobs.Pod{Name: request.Name, UID: "1"})
	}
	get := func(ctx context.Context, c *kube.Cluster) error {
		_, err := c.HasPod(ctx, request.Name)

		return err
	}

	limited := newNamespace(t, kubeconfig)
	if _, err := limited.Admin.CoreV1().LimitRanges(limited.Name).Create(t.Context(), &corev1.LimitRange{
		ObjectMeta: metav1.ObjectMeta{Name: "small"},
		Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
			Type: corev1.LimitTypeContainer, Max: corev1.ResourceList{"memory": resource.MustParse("2Gi")},
		}}},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}

	gone := namespace{&kubetest.Namespace{Name: "no-such-namespace", Kubeconfig: kubeconfig}, t}
	open := newNamespace(t, kubeconfig)
	away := newCluster(t, &rest.Config{Host: "https://127.0.0.1:1", BearerToken: "a-token"}, "graphs")
	none := request
	none.Wrapper = "ryugraph"

	for name, test := range map[string]struct {
		cluster *kube.Cluster
		ask     func(context.Context, *kube.Cluster) error
		words   string
		refused bool
	}{
		"not allowed to create": {
			open.as(kubetest.Console), create,
			"Kubernetes does not allow it: the permission to create pods in the namespace " + open.Name + " is missing", true,
		},
		"not allowed to list": {
			open.as(kubetest.Console), list,
			"Kubernetes does not allow it: the permission to list pods in the namespace " + open.Name + " is missing", true,
		},
		"not allowed to get": {
			open.as(kubetest.Console), get,
			"Kubernetes does not allow it: the permission to get pods in the namespace " + open.Name + " is missing", true,
		},
		"not allowed to delete": {
			open.as(kubetest.Console), remove,
			"Kubernetes does not allow it: the permission to delete pods in the namespace " + open.Name + " is missing", true,
		},
		"not known": {
			open.as(kubetest.Stranger), create,
			"Kubernetes does not know who is asking: check the service account, or the kubeconfig", false,
		},
		"too big": {
			limited.as(kubetest.Administrator), create,
			`Kubernetes refuses to create the pod: pods "graph-7-0123456789" is forbidden: ` +
				`maximum memory usage per Container is 2Gi, but limit is 3Gi`, true,
		},
		"no namespace": {
			gone.as(kubetest.Administrator), create, "there is no namespace no-such-namespace in the cluster", true,
		},
		"nobody there": {away, create, "the Kubernetes API server cannot be reached; the log has the cause", false},
		"no image": {
			open.as(kubetest.Administrator), func(ctx context.Context, c *kube.Cluster) error {
				_, err := c.CreatePod(ctx, none)

				return err
			}, "no image is configured for ryugraph: add it to --kubernetes-image", true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			err := test.ask(t.Context(), test.cluster)

			var refusal *jobs.ClusterError
			if !errors.As(err, &refusal) || refusal.Words != test.words || refusal.Refused != test.refused {
				t.Errorf("got %v (%+v)\nwant %s", err, refusal, test.words)
			}

			for _, token := range kubetest.Tokens(t, kubeconfig) {
				if refusal != nil && strings.Contains(fmt.Sprint(err, refusal.Cause), token) {
					t.Errorf("a token is told: %v", refusal.Cause)
				}
			}
		})
	}
}
