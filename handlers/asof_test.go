package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/store"
)

// TestASectionIsAsItWas before its change, at it, and after it was restored.
func TestASectionIsAsItWas(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Data("/config/concurrency")
	begun := w.Now()
	w.Advance(time.Minute)
	w.Save(`"per_analyst": 4, "reason": "for the quarter end"`)

	history, _ := w.Data("/history")["items"].([]any)
	at, _ := handlerstest.At(history[0], "at").(string)

	made, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		t.Fatal(err)
	}

	w.Advance(time.Minute)

	for moment, want := range map[time.Time]float64{
		begun: 5, made.Add(-time.Microsecond): 5, made: 4, made.Add(30 * time.Second): 4,
	} {
		got := w.Get("/config/concurrency?at="+stamp(moment), "Accept", "application/json").JSON(t)
		if value := handlerstest.At(got, "section", "values", "per_analyst"); value != want {
			t.Errorf("at %s: got %v, want %v", moment, value, want)
		}

		by := handlerstest.At(got, "section", "set_by", "reason")
		if set := !moment.Before(made); set != (by == "for the quarter end") {
			t.Errorf("at %s: got that it was set by %v", moment, by)
		}
	}

	restored := w.SendJSON(http.MethodPost, "/history/1/restore", handlerstest.Object{
		"reason": "the quarter is over", "revision": w.Data("/config/concurrency")["revision"],
	})
	if restored.Status != http.StatusOK {
		t.Fatalf("got %d %.300s, want it restored", restored.Status, restored.Body)
	}

	w.Advance(time.Minute)

	for moment, want := range map[time.Time]float64{made: 4, w.Now().Add(-time.Second): 5} {
		got := w.Get("/config/concurrency?at="+stamp(moment), "Accept", "application/json").JSON(t)
		if value := handlerstest.At(got, "section", "values", "per_analyst"); value != want {
			t.Errorf("once it is restored, at %s: got %v, want %v", moment, value, want)
		}
	}
}

// TestAPageAsItWasOnlyReads and says what it is, what is kept more coarsely, and what was not recorded.
func TestAPageAsItWasOnlyReads(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	then := w.Now().Add(-72 * time.Hour).UTC().Truncate(time.Hour).Add(20 * time.Minute)

	for _, series := range []string{"used", "exports:failed"} {
		if _, err := w.DB.Exec(t.Context(), `INSERT INTO opsconsole_reduced_samples (series, seconds, at, value) VALUES ($1, 3600, $2, 37)`,
			series, store.Time{Time: then.Truncate(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}

	for path, want := range map[string]string{
		"/": "not recorded", "/health": "did not see", "/capacity": "the highest of 1 h", "/jobs": "not recorded",
		"/exports": "the highest of 1 h", "/config/export": "As it was at",
	} {
		got := w.Get(path+"?at="+stamp(then), "Accept", "text/html")
		_, main, _ := strings.Cut(got.Body, "<main")
		main, _, _ = strings.Cut(main, "</main>")

		if got.Status != http.StatusOK || !strings.Contains(main, "As it was at") || !strings.Contains(main, want) ||
			!strings.Contains(main, "Back to now") || strings.Contains(main, "<form") || strings.Contains(main, "<button") {
			t.Errorf("%s: got %d, want the page as it was, with %q, and nothing to act with", path, got.Status, want)
		}

		if strings.Contains(got.Body, "data-events") {
			t.Errorf("%s follows the present", path)
		}

		if now := w.Get(path, "Accept", "text/html"); strings.Contains(now.Body, "As it was at") {
			t.Errorf("%s: got the past, want the present", path)
		}
	}

	for _, path := range []string{"/", "/health", "/capacity", "/jobs", "/exports"} {
		if got := w.Get(path+"?at="+stamp(w.Now().Add(time.Hour)), "Accept", "application/json"); got.Status != http.StatusUnprocessableEntity ||
			!strings.Contains(got.Body, "future") {
			t.Errorf("%s: got %d %.200s, want the future refused", path, got.Status, got.Body)
		}
	}

	if got := w.Get("/config/concurrency?at="+stamp(w.Now().Add(time.Hour)), "Accept", "text/html"); got.Status != http.StatusOK ||
		!strings.Contains(got.Body, "<form") {
		t.Errorf("got %d, want the form of a change that is scheduled", got.Status)
	}
}
