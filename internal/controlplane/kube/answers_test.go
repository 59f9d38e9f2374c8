package kube_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/controlplane/kube"
)

// clusterAt returns the pods of the namespace graphs at a server.
func clusterAt(t *testing.T, handler http.Handler) *kube.Cluster {
	t.Helper()

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	return newCluster(t, &rest.Config{
		Host: server.URL, ContentConfig: rest.ContentConfig{ContentType: runtime.ContentTypeJSON},
	}, "graphs")
}

func newCluster(t *testing.T, config *rest.Config, namespace string) *kube.Cluster {
	t.Helper()

	cluster, err := kube.New(kube.Config{
		REST: config, Namespace: namespace, Selector: "app=graph", Labels: map[string]string{"app": "graph", "team": "blue"},
		Images:   map[string]string{"falkordb": "registry.example.com/falkordb:4"},
		Requests: map[string]string{"cpu": "500m", "memory": "1Gi"}, Limits: map[string]string{"cpu": "2", "memory": "3Gi"},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}

	return cluster
}

func reply(t *testing.T, w http.ResponseWriter, status int, body string) {
	t.Helper()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)

	if _, err := w.Write([]byte(body)); err != nil {
		t.Error(err)
	}
}

func failure(code int, reason string) string {
	return fmt.Sprintf(`{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": %q, "code": %d}`, reason, code)
}

func TestPods(t *testing.T) {
	t.Parallel()

	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/namespaces/graphs/pods", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("labelSelector") != "app=graph" {
			t.Errorf("asked for %s, want app=graph as the selector", r.URL)
		}

		if r.FormValue("continue") == "" {
			reply(t, w, http.StatusOK, `{"kind": "PodList", "apiVersion": "v1", "metadata": {"continue": "more"}, "items": [
				{"metadata": {"name": "a", "uid": "1", "creationTimestamp": "2026-03-02T10:00:00Z"}, "status": {"phase": "Running"}}]}`)

			return
		}

		reply(t, w, http.StatusOK, `{"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [
			{"metadata": {
				"name": "b", "uid": "2", "creationTimestamp": "2026-03-02T10:00:00Z", "deletionTimestamp": "2026-03-02T10:01:00Z",
				"ownerReferences": [
					{"apiVersion": "v1", "kind": "ConfigMap", "name": "other", "uid": "3"},
					{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "4", "controller": true}
				]
			}, "status": {
				"phase": "Failed", "containerStatuses": [{"name": "c", "state": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}}]
			}}]}`)
	})

	got, err := clusterAt(t, mux).Pods(t.Context())
	if err != nil || len(got) != 2 {
		t.Fatalf("got %v, %v, want two pods", got, err)
	}

	created := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for i, want := range []jobs.Pod{
		{Name: "a", UID: "1", Phase: jobs.PodRunning},
		{Name: "b", UID: "2", Phase: jobs.PodFailed, Ending: true, Message: "OOMKilled", Controller: "ReplicaSet web"},
	} {
		if !got[i].CreatedAt.Equal(created) {
			t.Errorf("created at %s, want %s", got[i].CreatedAt, created)
		}

		if got[i].CreatedAt = want.CreatedAt; got[i] != want {
			t.Errorf("got %+v, want %+v", got[i], want)
		}
	}
}

func TestHasPod(t *testing.T) {
	t.Parallel()

	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/namespaces/graphs/pods/{name}", func(w http.ResponseWriter, r *http.Request) {
		switch r.PathValue("name") {
		case "there":
			reply(t, w, http.StatusOK, `{"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "there"}}`)
		case "gone":
			reply(t, w, http.StatusNotFound, failure(http.StatusNotFound, "NotFound"))
		default:
			reply(t, w, http.StatusForbidden, failure(http.StatusForbidden, "Forbidden"))
		}
	})

	cluster := clusterAt(t, mux)

	if there, err := cluster.HasPod(t.Context(), "there"); !there || err != nil {
		t.Errorf("there: %v, %v, want true", there, err)
	}

	if there, err := cluster.HasPod(t.Context(), "gone"); there || err != nil {
		t.Errorf("gone: %v, %v, want false", there, err)
	}

	// What may not be looked at may well be there.
	if _, err := cluster.HasPod(t.Context(), "forbidden"); err == nil {
		t.Error("forbidden: no error")
	}
}

func TestDeletePod(t *testing.T) {
	t.Parallel()

	mux := http.NewServeMux()
	mux.HandleFunc("DELETE /api/v1/namespaces/graphs/pods/{name}", func(w http.ResponseWriter, r *http.Request) {
		var options struct {
			Preconditions struct {
				UID string `json:"uid"`
			} `json:"preconditions"`
		}
		if err := json.NewDecoder(r.Body).Decode(&options); err != nil || options.Preconditions.UID != "1" {
			t.Errorf("options %+v, %v, want the UID 1", options, err)
		}

		switch r.PathValue("name") {
		case "there":
			reply(t, w, http.StatusOK, `{"kind": "Pod", "apiVersion": "v1"}`)
		case "gone":
			reply(t, w, http.StatusNotFound, failure(http.StatusNotFound, "NotFound"))
		case "another":
			reply(t, w, http.StatusConflict, failure(http.StatusConflict, "Conflict"))
		default:
			reply(t, w, http.StatusForbidden, failure(http.StatusForbidden, "Forbidden"))
		}
	})

	cluster := clusterAt(t, mux)

	for _, name := range []string{"there", "gone", "another"} {
		if err := cluster.DeletePod(t.Context(), jobs.Pod{Name: name, UID: "1"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	if err := cluster.DeletePod(t.Context(), jobs.Pod{Name: "forbidden", UID: "1"}); err == nil {
		t.Error("forbidden: no error")
	}
}

func TestMemory(t *testing.T) {
	t.Parallel()

	mux := http.NewServeMux()
	mux.HandleFunc("GET /apis/metrics.k8s.io/v1beta1/namespaces/graphs/pods", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("labelSelector") != "app=graph" {
			t.Errorf("asked for %s, want app=graph as the selector", r.URL)
		}

		reply(t, w, http.StatusOK, `{"kind": "PodMetricsList", "items": [
			{"metadata": {"name": "a"}, "containers": [{"usage": {"cpu": "1", "memory": "1Gi"}}, {"usage": {"memory": "512Ki"}}]},
			{"metadata": {"name": "b"}, "containers": []}]}`)
	})

	usage, err := clusterAt(t, mux).MemoryUsage(t.Context())
	if want := map[string]int64{"a": 1<<30 + 512<<10}; err != nil || !maps.Equal(usage, want) {
		t.Errorf("usage %v, %v, want %v", usage, err, want)
	}

	if _, err := clusterAt(t, http.NotFoundHandler()).MemoryUsage(t.Context()); !errors.Is(err, jobs.ErrNotMeasured) {
		t.Errorf("without a metrics server: %v, want %v", err, jobs.ErrNotMeasured)
	}

	broken := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(t, w, http.StatusOK, `{"items": [`) })
	if _, err := clusterAt(t, broken).MemoryUsage(t.Context()); err == nil || errors.Is(err, jobs.ErrNotMeasured) {
		t.Errorf("half an answer: %v, want an error other than %v", err, jobs.ErrNotMeasured)
	}
}
