package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// hanging is a world with one of everything that has a page, whose control plane then hangs.
func hanging(t *testing.T) (w *handlerstest.World, address string) {
	t.Helper()

	w = handlerstest.New(t)
	w.Announce(nil)
	w.Save(`"cluster_total": 60, "reason": "a workshop today", "duration": "2h"`)
	w.Post("/points", `{"name": "before the migration", "reason": "so that we can go back"}`)
	w.Post("/maintenance/webhooks", `{"name": "chat", "url": "https://hooks.example.com/x", "format": "generic", "reason": "So that they know"}`)
	w.Post("/maintenance/templates",
		`{"name": "patching", "title": "Patching", "time_zone": "UTC", "length_seconds": 3600, "maintenance_mode": true, "reason": "Monthly"}`)

	return w, w.Plane.Hang(t)
}

// TestNoPageWaitsForAControlPlaneThatHangs asks for every page there is.
func TestNoPageWaitsForAControlPlaneThatHangs(t *testing.T) {
	t.Parallel()

	w, address := hanging(t)
	w.Token("dave")

	for _, route := range handlers.Routes() {
		if route[0] != http.MethodGet || route[1] == "/events" {
			continue
		}

		path := strings.NewReplacer(":name", "lifecycle", ":section", "concurrency", ":id", "1", ":act", "end").Replace(route[1])
		query := map[string]string{
			"/exports": "?status=failed", "/exports.csv": "?status=failed", "/config/concurrency/review": "?per_analyst=9&revision=2",
			"/jobs/lifecycle/receipt": "?entry=1", "/maintenance/deliveries/1": "?",
		}[path]

		t.Run(path, func(t *testing.T) {
			t.Parallel()

			worldtest.Within(t, time.Second, func() {
				got := w.Get(path+query, "Accept", "text/html")

				if got.Status >= http.StatusInternalServerError && !strings.Contains(got.Body, address) {
					t.Errorf("got %d, want whom it waits for, %s\n%s", got.Status, address, got.Body)
				}
			})
		})
	}
}

// TestPagesShowWhatIsKnownWhileTheControlPlaneHangs looks at what they say of it.
func TestPagesShowWhatIsKnownWhileTheControlPlaneHangs(t *testing.T) {
	t.Parallel()

	w, _ := hanging(t)

	const waiting = "Waiting for the control plane"

	for path, wants := range map[string][]string{
		"/config/maintenance": {"Values when last read", "as last read", "<button class=\"btn\" disabled", waiting},
		"/config/concurrency": {"Values when last read", "a workshop today", "as last read", "<button class=\"btn\" disabled", waiting},
		"/config/concurrency/review?per_analyst=9&revision=2": {waiting, "did not answer in time"},
		"/history/1/restore": {waiting, "did not answer in time"},
		"/points/1":          {waiting, "before the migration", "Not read", "did not answer in time"},
	} {
		got := w.Get(path, "Accept", "text/html")
		if got.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: got %d, want 503", path, got.Status)
		}

		for _, want := range wants {
			if !strings.Contains(got.Body, want) {
				t.Errorf("%s: got no %q\n%s", path, want, got.Body)
			}
		}
	}

	// The windows are this console's own.
	if got := w.Get("/maintenance", "Accept", "text/html"); got.Status != http.StatusOK || !strings.Contains(got.Body, "Patching") {
		t.Errorf("/maintenance: got %d, want 200 and the window", got.Status)
	}

	// A script has the error, and what was last read beside it.
	w.Plane.Lose(ops.Unavailable(ops.ServiceControlPlane, "It is being upgraded"))

	for path, want := range map[string]string{"/config/concurrency": "current", "/maintenance": "upcoming"} {
		got := w.Get(path, "Accept", "application/json")
		body := got.JSON(t)

		if got.Status != http.StatusServiceUnavailable || handlerstest.At(body, "error", "code") != "SERVICE_UNAVAILABLE" ||
			body["stale"] != true || body["as_of"] == nil || body[want] == nil {
			t.Errorf("%s: got %d, want 503, the error, and %s with its age\n%s", path, got.Status, want, got.Body)
		}
	}

	w.Monitor.Poll(t.Context())

	if got := w.Get("/exports?status=failed", "Accept", "application/json").JSON(t); got["stale"] != true || got["as_of"] == nil {
		t.Errorf("got %v, want the export jobs that were last read, and their age", got)
	}

	w.Plane.Resume()

	for _, path := range []string{"/maintenance", "/config/concurrency", "/history/1/restore", "/points/1"} {
		if got := w.Get(path, "Accept", "text/html"); got.Status != http.StatusOK || strings.Contains(got.Body, waiting) {
			t.Errorf("%s: got %d, want 200 and nobody waiting\n%s", path, got.Status, got.Body)
		}
	}
}

// TestAPageWaitsForAllItReadsTogether: each read alone would come in time.
func TestAPageWaitsForAllItReadsTogether(t *testing.T) {
	t.Parallel()

	w, _ := hanging(t)
	w.Plane.Delay(500 * time.Millisecond)

	worldtest.Within(t, time.Second, func() {
		if got := w.Get("/history/1/restore", "Accept", "text/html"); got.Status != http.StatusServiceUnavailable {
			t.Errorf("got %d, want 503", got.Status)
		}
	})
}

// TestASlowControlPlaneIsWaitedFor by whoever has no use for less: a script, and a page that waits.
func TestASlowControlPlaneIsWaitedFor(t *testing.T) {
	t.Parallel()

	w, _ := hanging(t)
	w.Plane.Delay(900 * time.Millisecond)

	for _, path := range []string{"/config/concurrency", "/maintenance", "/history/1/restore"} {
		if got := w.Get(path, "Accept", "application/json"); got.Status != http.StatusOK {
			t.Errorf("%s as JSON: got %d, want 200", path, got.Status)
		}

		got := w.Get(path, "Accept", "text/html", web.WaitHeader, "1")
		if got.Status != http.StatusOK || !strings.Contains(got.Body, `<main id="main"`) {
			t.Errorf("%s: got %d, want 200 and the whole page", path, got.Status)
		}
	}
}

// TestNobodyWaitsForWhatIsRefused: it would be refused again.
func TestNobodyWaitsForWhatIsRefused(t *testing.T) {
	t.Parallel()

	w, _ := hanging(t)
	w.Plane.Lose(ops.InsufficientRole(ops.RoleOps, ops.RoleAdmin))

	for _, path := range []string{"/config/concurrency", "/config/maintenance", "/points/1"} {
		got := w.Get(path, "Accept", "text/html")
		if got.Status < http.StatusBadRequest || strings.Contains(got.Body, "data-waits") {
			t.Errorf("%s: got %d, want an error, and nobody waiting", path, got.Status)
		}
	}
}
