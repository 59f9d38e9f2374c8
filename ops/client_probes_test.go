package ops_test

import (
	"net/http"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

func TestClientMetrics(t *testing.T) {
	t.Parallel()

	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a caller without a token sent one")
		}

		answering(http.StatusOK, "text/plain; version=0.0.4", "up 1\n")(w, r)
	})

	// No role is asked, so a caller without a token gets them too.
	metrics, err := client.As(ops.Caller{}).GetMetrics(t.Context())
	if err != nil || string(metrics) != "up 1\n" {
		t.Errorf("got %q, %v, want %q", metrics, err, "up 1\n")
	}

	_, err = newClient(t, answering(http.StatusOK, "text/html", "<form>")).As(dave).GetMetrics(t.Context())
	if e := ops.AsError(err); e == nil || e.Code != ops.CodeServiceUnavailable {
		t.Errorf("a page in place of metrics: %v, want %s", err, ops.CodeServiceUnavailable)
	}
}

func TestClientProbes(t *testing.T) {
	t.Parallel()

	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/platform/health":
			answering(http.StatusOK, "application/json", `{"status": "healthy", "version": "1.2", "database": null}`)(w, r)
		case "/platform/ready":
			answering(http.StatusServiceUnavailable, "application/json",
				`{"status": "not_ready", "database": "disconnected", "version": "1.2"}`)(w, r)
		default:
			t.Errorf("asked for %s, want /platform/health or /platform/ready", r.URL.Path)
		}
	}, func(c *ops.ClientConfig) { c.BaseURL += "/platform/" })

	if got, err := client.Health(t.Context()); err != nil || got != (ops.ProbeStatus{Status: ops.ProbeHealthy, Version: "1.2"}) {
		t.Errorf("health: %+v, %v, want %s and the version 1.2", got, err, ops.ProbeHealthy)
	}

	want := ops.ProbeStatus{Status: ops.ProbeNotReady, Database: ops.DatabaseDisconnected, Version: "1.2"}
	if got, err := client.Ready(t.Context()); err != nil || got != want {
		t.Errorf("ready: %+v, %v, want %+v", got, err, want)
	}

	if _, err := newClient(t, answering(http.StatusServiceUnavailable, "text/html", "<h1>no</h1>")).Ready(t.Context()); err == nil {
		t.Error("a proxy's page passes for readiness")
	}
}
