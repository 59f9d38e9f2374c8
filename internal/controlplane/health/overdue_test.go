package health_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/ops"
)

// The command that a kubeconfig gets its token from is run without a context. It is
// waited for no longer than anything else, and not run again while it still runs.
func TestACommandThatHangsIsNotWaitedFor(t *testing.T) {
	t.Parallel()

	api := httptest.NewTLSServer(text(http.StatusOK, "ok"))
	t.Cleanup(api.Close)

	folder := t.TempDir()
	starts, release := filepath.Join(folder, "starts"), filepath.Join(folder, "release")
	kubeconfig := filepath.Join(folder, "kubeconfig")
	script := fmt.Sprintf(`echo >> %s; until [ -e %s ]; do sleep 0.05; done; `+
		`echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'`, starts, release)

	if err := os.WriteFile(kubeconfig, fmt.Appendf(nil, `{"apiVersion": "v1", "kind": "Config", "current-context": "c",
		"clusters": [{"name": "c", "cluster": {"server": %q, "insecure-skip-tls-verify": true}}],
		"users": [{"name": "u", "user": {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "sh",
			"args": ["-c", %q], "interactiveMode": "Never"}}}],
		"contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}`, api.URL, script), 0o600); err != nil {
		t.Fatal(err)
	}

	config, err := health.KubernetesConfig(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}

	var (
		clock   = newClock()
		checker = newChecker(t, health.Config{Now: clock.Now, Kubernetes: config, Timeout: 2 * time.Second})
	)

	t.Cleanup(func() { free(t, release) })

	want(t, check(t, checker), "kubernetes", ops.ComponentUnreachable, "", "kubernetes did not answer within 2s")
	clock.Advance(time.Minute)

	again := check(t, checker)
	want(t, again, "kubernetes", ops.ComponentUnreachable, "", "kubernetes did not answer within 2s")

	if latency := again.Components["kubernetes"].LatencyMS; latency == nil || *latency != 60_000 {
		t.Errorf("it is waited for since %v ms, want 60000", latency)
	}

	if started, err := os.ReadFile(starts); err != nil || len(started) != 1 {
		t.Errorf("the command was run %d times (%v), want once", len(started), err)
	}

	free(t, release)

	// As soon as it has ended it is asked anew.
	for deadline := time.Now().Add(time.Minute); ; {
		clock.Advance(time.Minute)

		found := check(t, checker)
		if found.Components["kubernetes"].Status == ops.ComponentConnected {
			break
		}

		if time.Now().After(deadline) {
			t.Fatalf("kubernetes is %+v, want %s", found.Components["kubernetes"], ops.ComponentConnected)
		}
	}
}

// free lets the command end.
func free(t *testing.T, release string) {
	t.Helper()

	if err := os.WriteFile(release, nil, 0o600); err != nil {
		t.Error(err)
	}
}
