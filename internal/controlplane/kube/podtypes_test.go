package kube_test

import (
	"encoding/json"
	"net/http"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/controlplane/kube"
)

// TestThePodIsKubernetes reads what is sent with Kubernetes' own types, which leave no member over.
func TestThePodIsKubernetes(t *testing.T) {
	t.Parallel()

	var sent corev1.Pod

	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/namespaces/graphs/pods", func(w http.ResponseWriter, r *http.Request) {
		decoder := json.NewDecoder(r.Body)
		decoder.DisallowUnknownFields()

		if err := decoder.Decode(&sent); err != nil {
			t.Error(err)
		}

		sent.UID = "u-1"
		sent.Status = corev1.PodStatus{
			Phase: corev1.PodRunning, PodIP: "10.0.0.7",
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
			ContainerStatuses: []corev1.ContainerStatus{{State: corev1.ContainerState{
				Terminated: &corev1.ContainerStateTerminated{Reason: "OOMKilled", Message: "of memory"},
			}}},
		}

		answer, err := json.Marshal(sent)
		if err != nil {
			t.Error(err)
		}

		reply(t, w, http.StatusCreated, string(answer))
	})

	pod, err := clusterAt(t, mux).CreatePod(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}

	checkPod(t, &sent)

	if sent.Kind != "Pod" || sent.APIVersion != "v1" || sent.Name != request.Name || len(sent.Spec.Containers[0].Env) != 5 {
		t.Errorf("sent %+v, want a Pod of v1 named %s with five variables", sent, request.Name)
	}

	want := jobs.Pod{
		Name: request.Name, UID: "u-1", Phase: "Running", Ready: true, IP: "10.0.0.7", Message: "OOMKilled: of memory",
		Cores: 2, MemoryBytes: 3 << 30,
	}
	if pod != want {
		t.Errorf("got %+v, want %+v", pod, want)
	}
}

func TestACopyOfAPodIsItsOwn(t *testing.T) {
	t.Parallel()

	var list kube.PodList
	if err := json.Unmarshal([]byte(`{"items": [{"metadata": {"name": "a", "labels": {"app": "graph"}}, "spec": {"containers": [
		{"name": "graph", "resources": {"limits": {"cpu": "2"}}}]}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}]}`), &list); err != nil {
		t.Fatal(err)
	}

	clone, ok := list.DeepCopyObject().(*kube.PodList)
	if !ok {
		t.Fatal("the copy is no list")
	}

	first := &list.Items[0]
	first.Labels["app"], first.Status.Conditions[0].Status = "other", "False"
	delete(first.Spec.Containers[0].Resources.Limits, "cpu")

	got := clone.Items[0]
	if got.Labels["app"] != "graph" || got.Status.Conditions[0].Status != "True" || len(got.Spec.Containers[0].Resources.Limits) != 1 {
		t.Errorf("the copy has changed with its original: %+v", got)
	}
}
