package handlers_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/ops"
)

func TestWithoutTheFlagNothingWaitsAndNothingShows(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 6, "reason": "a workshop today"`)

	for _, path := range []string{"/", "/config/concurrency", "/maintenance/webhooks/new"} {
		if page := w.Get(path, "Accept", "text/html"); strings.Contains(strings.ToLower(page.Body), "approval") {
			t.Errorf("%s speaks of approvals", path)
		}
	}
}

func TestAKeyStandsForWhatWaits(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	body := fmt.Sprintf(`{"per_analyst": 6, "reason": "load test tonight", "revision": %q}`, w.Revision())

	first := keyed(w, "dave", "k-1", "/config/concurrency", body)
	again := keyed(w, "dave", "k-1", "/config/concurrency", body)

	if first.Status != http.StatusAccepted || again.Status != http.StatusAccepted || again.Body != first.Body ||
		again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("got %d, then %d, want 202 twice with the same\n%s\n%s", first.Status, again.Status, first.Body, again.Body)
	}

	wantError(t, "without the key", w.Post("/config/concurrency", body), http.StatusConflict, ops.CodeConflict)

	decided := keyed(w, "olga", "k-2", "/approvals/1/approve", looked)
	told := keyed(w, "olga", "k-2", "/approvals/1/approve", looked)

	if decided.Status != http.StatusOK || told.Status != http.StatusOK || told.Body != decided.Body {
		t.Errorf("got %d, then %d, want 200 twice with the same\n%s\n%s", decided.Status, told.Status, decided.Body, told.Body)
	}
}

// TestEveryActCanBeHeld does everything that can be asked for, each with a second person: none of it
// passes beside the gate, and all of it is carried out when it is approved.
func TestEveryActCanBeHeld(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, action.Approvable()...)
	missing := map[string]bool{}

	for _, name := range action.Approvable() {
		missing[name] = true
	}

	n := 0
	act := func(method, path string, body handlerstest.Object) {
		t.Helper()

		n++
		if body["reason"] == nil && !strings.HasSuffix(path, "/test") && !strings.HasSuffix(path, "/redeliver") && !strings.HasSuffix(path, "/updates") {
			body["reason"] = fmt.Sprintf("as it has to be, for the %d. time", n)
		}

		got := w.SendJSON(method, path, body)
		if got.Status != http.StatusAccepted || got.JSON(t)["approval_id"] == nil {
			t.Fatalf("%s %s: got %d, want it to wait\n%s", method, path, got.Status, got.Body)
		}

		delete(missing, fmt.Sprint(handlerstest.At(got.JSON(t), "approval", "action")))

		done := as(w, "olga", fmt.Sprint("/approvals/", got.JSON(t)["approval_id"], "/approve"), fmt.Sprintf(`{"reason": "looked at it, the %d. one"}`, n))
		if outcome := handlerstest.At(done.JSON(t), "approval", "outcome"); done.Status != http.StatusOK || outcome != "done" {
			t.Fatalf("%s %s: approved, got %d, %v, want it done\n%s", method, path, done.Status, outcome, done.Body)
		}
	}
	config := func(perAnalyst int, more handlerstest.Object) {
		body := handlerstest.Object{"per_analyst": perAnalyst, "revision": w.Revision()}
		maps.Copy(body, more)
		act(http.MethodPost, "/config/concurrency", body)
	}

	act(http.MethodPost, "/points", handlerstest.Object{"name": "before"})
	config(6, nil)
	act(http.MethodPost, "/history/1/restore", handlerstest.Object{"revision": w.Revision()})
	config(7, handlerstest.Object{"duration": "2h"})
	act(http.MethodPost, "/leases/1/extend", handlerstest.Object{"duration": "3h"})
	act(http.MethodPost, "/leases/1/end", handlerstest.Object{})
	config(8, nil)
	config(9, handlerstest.Object{"at": w.Now().UTC().Add(time.Hour).Format(time.RFC3339)})
	act(http.MethodPost, "/scheduled/1/move", handlerstest.Object{
		"at": w.Now().UTC().Add(2 * time.Hour).Format(time.RFC3339), "revision": w.Data("/scheduled/1")["revision"],
	})
	act(http.MethodPost, "/scheduled/1/cancel", handlerstest.Object{})
	act(http.MethodPost, "/points/1/restore", handlerstest.Object{"revision": w.Data("/points/1")["revision"]})

	if perAnalyst, _ := w.Limits(); perAnalyst != 5 {
		t.Errorf("%v is set, want 5", perAnalyst)
	}

	act(http.MethodPost, "/jobs/lifecycle/trigger", handlerstest.Object{})

	heldInstances(w, act)

	w.Outside(9, 60)
	w.Monitor.Poll(t.Context())
	act(http.MethodPost, fmt.Sprint("/history/", changesMade(t, w), "/keep"), handlerstest.Object{})

	heldWindows(t, w, act)
	heldWebhooks(t, w, act)

	// What a crash or new rules leave behind, the tests of the windows make; its gate is the same.
	for _, rare := range []string{"window.settle", "window.rules", "window.take_over", "window.verify"} {
		delete(missing, rare)
	}

	if len(missing) > 0 {
		t.Errorf("nothing was tried of %v", slices.Sorted(maps.Keys(missing)))
	}
}

func heldWindows(t *testing.T, w *handlerstest.World, act func(method, path string, body handlerstest.Object)) {
	t.Helper()

	later := func(d time.Duration) string { return w.Now().Add(d).UTC().Truncate(time.Second).Format(time.RFC3339) }

	act(http.MethodPost, "/maintenance/windows", w.Draft(nil))
	act(http.MethodPatch, "/maintenance/windows/1", handlerstest.Object{"title": "Patching again", "confirm": "test"})
	act(http.MethodPost, "/maintenance/windows/1/start", handlerstest.Object{})
	act(http.MethodPost, "/maintenance/windows/1/updates", handlerstest.Object{"text": "The database is back.", "severity": "warning"})
	act(http.MethodPost, "/maintenance/windows/1/extend", handlerstest.Object{"ends_at": later(5 * time.Hour)})
	act(http.MethodPost, "/maintenance/windows/1/end", handlerstest.Object{})
	act(http.MethodPost, "/maintenance/windows", w.Draft(handlerstest.Object{"starts_at": later(24 * time.Hour), "ends_at": later(25 * time.Hour)}))
	act(http.MethodPost, "/maintenance/windows/2/cancel", handlerstest.Object{})
	act(http.MethodPost, "/maintenance/templates", handlerstest.Object{
		"name": "Monthly", "title": "Patching", "message": "We patch it.", "length_seconds": 3600, "time_zone": "UTC",
	})
	act(http.MethodPost, "/maintenance/templates/1/delete", handlerstest.Object{})
}

func heldWebhooks(t *testing.T, w *handlerstest.World, act func(method, path string, body handlerstest.Object)) {
	t.Helper()

	w.SendJSON(http.MethodPost, "/maintenance/webhooks", handlerstest.Object{
		"name": "Status page", "kind": "generic", "url": "https://hooks.example.com/in?token=hunter2", "reason": "Tell the status page",
	})

	act(http.MethodPatch, "/maintenance/webhooks/1", handlerstest.Object{"name": "Renamed"})
	act(http.MethodPost, "/maintenance/webhooks/1/test", handlerstest.Object{})

	sent, _ := w.Data("/maintenance/deliveries?event=test")["items"].([]any)
	act(http.MethodPost, fmt.Sprint("/maintenance/deliveries/", handlerstest.At(sent[0], "id"), "/redeliver"), handlerstest.Object{})
	act(http.MethodPost, "/maintenance/webhooks/1/delete", handlerstest.Object{})
}
