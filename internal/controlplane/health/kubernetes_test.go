package health_test

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/ops"
)

// apiServer speaks /readyz over TLS, and its configuration trusts it.
func apiServer(t *testing.T, answer http.HandlerFunc) *rest.Config {
	t.Helper()

	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", answer)

	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)

	return &rest.Config{
		Host: server.URL, BearerToken: "a-token",
		TLSClientConfig: rest.TLSClientConfig{
			CAData: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}),
		},
	}
}

func TestKubernetes(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		answer http.HandlerFunc
		status ops.ComponentStatus
		words  string
	}{
		"ready": {text(http.StatusOK, "ok"), ops.ComponentConnected, ""},
		"not ready": {
			text(http.StatusInternalServerError,
				"[+]ping ok\n[-]etcd failed: reason withheld\n[-]informer-sync failed: reason withheld\nreadyz check failed\n"),
			ops.ComponentUnreachable, "the Kubernetes API server is not ready: etcd, informer-sync failed",
		},
		"refuses the token": {
			text(http.StatusUnauthorized, `{"kind":"Status"}`), ops.ComponentUnreachable,
			"the Kubernetes API server answers 401: check the service account, or the kubeconfig",
		},
		"a broken proxy": {text(http.StatusBadGateway, ""), ops.ComponentUnreachable, "the Kubernetes API server answers 502"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			overall := ops.Degraded
			if test.status == ops.ComponentConnected {
				overall = ops.Healthy
			}

			cfg := apiServer(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer a-token" {
					t.Errorf("asked with %v, want Bearer a-token", r.Header)
				}

				test.answer(w, r)
			})
			found := check(t, newChecker(t, health.Config{Kubernetes: cfg}))
			want(t, found, "kubernetes", test.status, overall, test.words)
		})
	}
}

func TestKubernetesWithACertificateThatIsNotTrusted(t *testing.T) {
	t.Parallel()

	cfg := apiServer(t, text(http.StatusOK, "ok"))
	cfg.CAData = nil

	want(t, check(t, newChecker(t, health.Config{Kubernetes: cfg})), "kubernetes", ops.ComponentUnreachable, ops.Degraded,
		"the certificate of the Kubernetes API server is not trusted")
}

func TestKubernetesByAKubeconfig(t *testing.T) {
	t.Parallel()

	cfg := apiServer(t, text(http.StatusOK, "ok"))

	// JSON is YAML.
	kubeconfig, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Config", "current-context": "test",
		"clusters": []any{map[string]any{"name": "test", "cluster": map[string]any{
			"server": cfg.Host, "certificate-authority-data": cfg.CAData,
		}}},
		"users":    []any{map[string]any{"name": "test", "user": map[string]any{"token": cfg.BearerToken}}},
		"contexts": []any{map[string]any{"name": "test", "context": map[string]any{"cluster": "test", "user": "test"}}},
	})
	if err != nil {
		t.Fatal(err)
	}

	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, kubeconfig, 0o600); err != nil {
		t.Fatal(err)
	}

	read, err := health.KubernetesConfig(path)
	if err != nil {
		t.Fatal(err)
	}

	want(t, check(t, newChecker(t, health.Config{Kubernetes: read})), "kubernetes", ops.ComponentConnected, ops.Healthy, "")

	if _, err := health.KubernetesConfig(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a kubeconfig that is not there was read")
	}
}
