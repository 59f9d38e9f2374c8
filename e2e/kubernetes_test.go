package e2e_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/freeport"
	"github.com/graph-olap/opsconsole/internal/kubetest"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

const manifest = "../deploy/kubernetes/instances.yaml"

// startPlatform serves a console that is its platform's control plane too, over a
// database with a mapping and its snapshot, and over the namespace of a real cluster.
func startPlatform(t *testing.T, n *kubetest.Namespace) *demo {
	t.Helper()

	databaseURL := "sqlite://" + filepath.Join(t.TempDir(), "platform.db")
	seedSnapshot(t, databaseURL)

	pages, api := freeport.Address(t), freeport.Address(t)
	d := &demo{url: "http://" + pages, api: "http://" + api}
	d.run(t, "serve", "--addr", pages, "--database-url", databaseURL, "--oidc-issuer", "http://127.0.0.1:1", "--oidc-client-id", "o",
		"--embedded", "--api-addr", api, "--trust-identity-headers", "127.0.0.1", "--job-schedule", "instance_orchestration=1s",
		"--kubeconfig", kubetest.As(t, n.Kubeconfig, kubetest.Console), "--kubernetes-namespace", n.Name,
		"--kubernetes-selector", "app=graph-instance", "--kubernetes-image", "registry.example.com/graph:1",
		"--kubernetes-requests", "cpu=250m,memory=1Gi", "--kubernetes-limits", "memory=2Gi", "--kubernetes-labels", "team=blue")

	return d
}

func seedSnapshot(t *testing.T, databaseURL string) {
	t.Helper()

	db := storetest.Open(t, databaseURL)
	if err := controlplane.Prepare(t.Context(), db); err != nil {
		t.Fatal(err)
	}

	const now = "2026-03-02T10:00:00Z"

	if err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		for _, statement := range []string{
			`INSERT INTO users (username, email, display_name, created_at, updated_at) VALUES ('ann', 'ann@example.com', 'Ann', $1, $1)`,
			`INSERT INTO mappings (id, owner_username, name, current_version, created_at, updated_at) VALUES (1, 'ann', 'Fraud', 1, $1, $1)`,
			`INSERT INTO mapping_versions (mapping_id, version, node_definitions, edge_definitions, created_at, created_by)
				VALUES (1, 1, '[{"label": "Person", "sql": "SELECT 1", "primary_key": {"name": "id"}}]', '[]', $1, 'ann')`,
			`INSERT INTO snapshots (mapping_id, mapping_version, owner_username, name, gcs_path, status, created_at, updated_at)
				VALUES (1, 1, 'ann', 's', 'gs://b/fraud', 'ready', $1, $1)`,
		} {
			if _, err := tx.ExecContext(t.Context(), statement, now); err != nil {
				return err
			}
		}

		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// instance reads an instance of the platform.
func (d *demo) instance(t *testing.T, id int64) ops.Instance {
	t.Helper()

	var answer struct{ Data ops.Instance }

	d.callControlPlane(t, http.MethodGet, fmt.Sprintf("/api/instances/%d", id), nil, &answer)

	return answer.Data
}

func TestClusterRunsWhatIsAskedFor(t *testing.T) {
	t.Parallel()

	n := kubetest.NewNamespace(t, kubetest.Shared(t))
	n.Grant(t, manifest)

	d := startPlatform(t, n)

	worldtest.Eventually(t, "it sees the cluster", func() bool {
		var answer struct{ Data ops.Health }

		d.callControlPlane(t, http.MethodGet, "/api/cluster/health", nil, &answer)

		return answer.Data.Components[ops.ComponentKubernetes].Status == ops.ComponentConnected
	})

	var created struct{ Data ops.Instance }

	d.callControlPlane(t, http.MethodPost, "/api/instances", ops.InstanceRequest{MappingID: 1, WrapperType: "falkordb", Name: "Fraud"}, &created)

	if created.Data.Status != ops.InstanceWaitingForSnapshot {
		t.Errorf("created %+v, want it to wait for its snapshot", created.Data)
	}

	id := created.Data.ID

	worldtest.Eventually(t, "there is a pod", func() bool { return len(n.Pods(t)) == 1 })

	name := n.Pods(t)[0]
	checkInstancePod(t, n.Pod(t, name))

	worldtest.Eventually(t, "the instance has it", func() bool {
		instance := d.instance(t, id)

		return instance.Status == ops.InstanceStarting && instance.PodName != nil && *instance.PodName == name
	})

	n.Report(t, name, kubetest.Running("10.1.2.3"))
	worldtest.Eventually(t, "the instance runs", func() bool { return d.instance(t, id).Status == ops.InstanceRunning })

	// What comes after it goes on where it was.
	d.stop(t)
	d.run(t, d.args...)

	if instance := d.instance(t, id); instance.Status != ops.InstanceRunning || *instance.PodName != name {
		t.Errorf("after a restart: %+v, want it running in the pod %s", instance, name)
	}

	d.callControlPlane(t, http.MethodDelete, fmt.Sprintf("/api/instances/%d", id), nil, nil)
	worldtest.Eventually(t, "the pod is gone", func() bool { return len(n.Pods(t)) == 0 })
	worldtest.Eventually(t, "the instance is gone", func() bool {
		var answer struct{ Data ops.ClusterInstances }

		d.callControlPlane(t, http.MethodGet, "/api/cluster/instances", nil, &answer)

		return answer.Data.Total == 0
	})

	for _, token := range kubetest.Tokens(t, n.Kubeconfig) {
		if strings.Contains(d.log.String(), token) {
			t.Error("the log tells a token")
		}
	}
}

func checkInstancePod(t *testing.T, pod *corev1.Pod) {
	t.Helper()

	if pod.Labels["app"] != "graph-instance" || pod.Labels["team"] != "blue" {
		t.Errorf("labels %v, want the app graph-instance of the team blue", pod.Labels)
	}

	graph := pod.Spec.Containers[0]
	if graph.Image != "registry.example.com/graph:1" || graph.Resources.Requests.Cpu().String() != "250m" ||
		graph.Resources.Limits.Memory().String() != "2Gi" {
		t.Errorf("container %+v, want graph:1 with a request of 250m and a limit of 2Gi", graph)
	}
}

// What keeps an instance from its pod can be read where operators look.
func TestClusterWithoutPermissions(t *testing.T) {
	t.Parallel()

	n := kubetest.NewNamespace(t, kubetest.Shared(t))
	d := startPlatform(t, n)

	var created struct{ Data ops.Instance }

	d.callControlPlane(t, http.MethodPost, "/api/instances", ops.InstanceRequest{MappingID: 1, WrapperType: "ryugraph", Name: "Fraud"}, &created)

	words := "Kubernetes does not allow it: the permission to create pods in the namespace " + n.Name + " is missing"

	worldtest.Eventually(t, "the instance says what is missing", func() bool {
		instance := d.instance(t, created.Data.ID)

		return instance.Status == ops.InstanceStarting && instance.ErrorMessage != nil && *instance.ErrorMessage == words
	})

	n.Grant(t, manifest)
	worldtest.Eventually(t, "there is a pod", func() bool { return len(n.Pods(t)) == 1 })
}
