package health_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/internal/kubetest"
	"github.com/graph-olap/opsconsole/ops"
)

// A user who may do nothing may still ask whether the server is ready.
func TestClusterIsProbed(t *testing.T) {
	t.Parallel()

	found := check(t, newChecker(t, health.Config{
		Kubernetes: kubetest.REST(t, kubetest.Shared(t), kubetest.Console), Now: time.Now,
		// However busy the machine is.
		SlowAfter: map[string]time.Duration{"kubernetes": time.Minute, "database": time.Minute},
	}))
	want(t, found, "kubernetes", ops.ComponentConnected, ops.Healthy, "")

	if latency := found.Components["kubernetes"].LatencyMS; latency == nil || *latency <= 0 {
		t.Errorf("latency %v, want above 0", latency)
	}
}

func TestClusterThatDoesNotKnowTheToken(t *testing.T) {
	t.Parallel()

	var log bytes.Buffer

	kubeconfig := kubetest.Shared(t)
	found := check(t, newChecker(t, health.Config{
		Kubernetes: kubetest.REST(t, kubeconfig, kubetest.Stranger), Logger: slog.New(slog.NewTextHandler(&log, nil)),
	}))
	want(t, found, "kubernetes", ops.ComponentUnreachable, ops.Degraded,
		"the Kubernetes API server answers 401: check the service account, or the kubeconfig")

	for _, token := range kubetest.Tokens(t, kubeconfig) {
		if strings.Contains(log.String(), token) {
			t.Errorf("a token is told: %s", log.String())
		}
	}
}

func TestClusterThatGoesAway(t *testing.T) {
	t.Parallel()

	server := kubetest.Own(t)
	clock := newClock()
	checker := newChecker(t, health.Config{
		Kubernetes: kubetest.REST(t, server.Kubeconfig(), kubetest.Console), Now: clock.Now,
	})

	// Looked at again each time.
	now := func() ops.Health {
		t.Helper()
		clock.Advance(time.Minute)

		return check(t, checker)
	}

	want(t, now(), "kubernetes", ops.ComponentConnected, ops.Healthy, "")
	server.KillAPI()
	want(t, now(), "kubernetes", ops.ComponentUnreachable, ops.Degraded,
		"the host of the Kubernetes API server refuses the connection: is it running, and is the port in the kubeconfig right?")

	if err := server.StartAPI(t.Context()); err != nil {
		t.Fatal(err)
	}

	want(t, now(), "kubernetes", ops.ComponentConnected, ops.Healthy, "")
}
