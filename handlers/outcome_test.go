package handlers_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestWhatWasDoneIsNotCalledUndone has the database die once the window is written, before it is
// read back.
func TestWhatWasDoneIsNotCalledUndone(t *testing.T) {
	t.Parallel()

	w, databaseURL := handlerstest.NewOnPostgres(t)
	w.Windows.OnChange = sync.OnceFunc(func() { t.Cleanup(storetest.Stop(t, w.DB, databaseURL)) })

	got := w.SendJSON(http.MethodPost, "/maintenance/windows", w.Draft(nil))
	e := got.JSON(t)["error"]
	message, _ := handlerstest.At(e, "message").(string)

	if got.Status != http.StatusServiceUnavailable || handlerstest.At(e, "details", "outcome") != "unknown" ||
		!strings.Contains(message, "It is not known whether the request was carried out") || strings.Contains(message, "nothing can be changed") {
		t.Errorf("got %d %v, want 503 and that the outcome is unknown", got.Status, e)
	}
}

// TestNoActIsBegunWhileTheDatabaseIsKnownToBeDown has nobody look yet whether it is.
func TestNoActIsBegunWhileTheDatabaseIsKnownToBeDown(t *testing.T) {
	t.Parallel()

	w, start := down(t)
	start()

	if got := w.Post("/points", `{"name": "before", "reason": "load test tonight"}`); got.Status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503\n%s", got.Status, got.Body)
	}

	w.Database.Look(t.Context())

	if points, _ := w.Data("/points")["points"].([]any); len(points) != 0 {
		t.Errorf("got %v, want nothing to have been done", points)
	}
}

func TestWhoeverSignsOutWhileTheDatabaseIsDownIsToldSo(t *testing.T) {
	t.Parallel()

	w, start := down(t)
	defer start()

	got := w.Send(http.MethodPost, "/logout", "", "Accept", "application/json",
		"Cookie", "opsconsole="+strings.Repeat("A", 43))
	message, _ := handlerstest.At(got.JSON(t), "error", "message").(string)

	if got.Status != http.StatusServiceUnavailable || !strings.HasPrefix(message, "You are signed out here") {
		t.Errorf("got %d %q, want 503 and that this much was done", got.Status, message)
	}
}
