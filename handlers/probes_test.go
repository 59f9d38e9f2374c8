package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestHealthNamesAWindowThatOverran has the platform gone at the end of a window.
func TestHealthNamesAWindowThatOverran(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil)

	windows := func(kind string) []any {
		health := w.Send(http.MethodGet, "/healthz", "").JSON(t)
		list, isList := handlerstest.At(health, "details", kind).([]any)

		if !isList {
			t.Fatalf("got %v, want a list of %s", health, kind)
		}

		return list
	}

	w.Pass(time.Hour)
	w.Plane.Cut(ops.Unavailable(ops.ServiceControlPlane, "down for the test"), false)
	w.Pass(2 * time.Hour)
	w.Pass(time.Hour)
	w.Pass(time.Second)

	if got := windows("overrun_windows"); len(got) != 1 || handlerstest.At(got[0], "id") != window["id"] ||
		handlerstest.At(got[0], "phase") != "overrun" {
		t.Errorf("overrun are %v, want window %v", got, window["id"])
	}

	if got := windows("held_windows"); len(got) != 0 {
		t.Errorf("held are %v, want none", got)
	}
}

// TestAProcessThatIsAskedToEndIsNotReady so that nobody is sent to it, though it answers.
func TestAProcessThatIsAskedToEndIsNotReady(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	if got := w.Send(http.MethodGet, "/readyz", ""); got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "details", "draining") != false {
		t.Errorf("got %d %s, want it ready", got.Status, got.Body)
	}

	close(w.Draining)

	got := w.Send(http.MethodGet, "/readyz", "")
	if answer := got.JSON(t); got.Status != http.StatusServiceUnavailable || answer["status"] != "not_ready" ||
		handlerstest.At(answer, "details", "draining") != true || answer["database"] != "connected" {
		t.Errorf("got %d %s, want 503, not_ready and that it is draining", got.Status, got.Body)
	}

	for _, path := range []string{"/healthz", "/login"} {
		if got := w.Send(http.MethodGet, path, ""); got.Status != http.StatusOK {
			t.Errorf("%s: got %d, want 200", path, got.Status)
		}
	}
}
