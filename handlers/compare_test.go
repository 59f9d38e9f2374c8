package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestTwoTickedRowsAreCompared of the history and of the log, whatever they are of.
func TestTwoTickedRowsAreCompared(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 4, "reason": "for the quarter end"`)
	w.Save(`"per_analyst": 6, "reason": "after the quarter"`)

	export := handlerstest.Object{"max_duration_seconds": 7200, "reason": "long exports", "revision": w.Data("/config/export")["revision"]}
	if got := w.SendJSON(http.MethodPost, "/config/export", export); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%.300s", got.Status, got.Body)
	}

	for path, box := range map[string]string{"/history": `name="change" value="2"`, "/audit": `name="entry"`} {
		if page := w.Get(path, "Accept", "text/html"); !strings.Contains(page.Body, box) || !strings.Contains(page.Body, `id="compare"`) {
			t.Errorf("%s has no box %s, or no form for it", path, box)
		}
	}

	for path, wanted := range map[string][]string{
		"/compare?change=2&change=1": {">After change 1<", "for the quarter end", "after the quarter", "differs", "the same", "/compare?a=2&amp;b=1"},
		"/compare?a=2&b=1":           {"/compare?a=1&amp;b=2"},
		"/compare?change=1&change=3": {"They are of two sections", "long exports", "Concurrency", "Export"},
		"/audit/compare?entry=2&entry=1": {
			"Two audit entries compared", "Action", "/audit/compare?a=2&amp;b=1",
		},
	} {
		page := w.Get(path, "Accept", "text/html")
		for _, want := range wanted {
			if page.Status != http.StatusOK || !strings.Contains(page.Body, want) {
				t.Errorf("%s: got %d, want %s", path, page.Status, want)
			}
		}
	}

	for path, want := range map[string]string{
		"/compare?change=2&change=1":     `"a":{"id":1,`,
		"/compare?change=1&change=3":     `"differences":null`,
		"/audit/compare?entry=2&entry=1": `"others":`,
	} {
		if got := w.Get(path, "Accept", "application/json"); got.Status != http.StatusOK || !strings.Contains(got.Body, want) {
			t.Errorf("%s: got %d, want %s\n%.300s", path, got.Status, want, got.Body)
		}
	}

	for path, status := range map[string]int{
		"/compare":                            http.StatusUnprocessableEntity,
		"/compare?change=1":                   http.StatusUnprocessableEntity,
		"/compare?change=1&change=2&change=3": http.StatusUnprocessableEntity,
		"/compare?a=1":                        http.StatusUnprocessableEntity,
		"/audit/compare?entry=1&entry=x":      http.StatusUnprocessableEntity,
		"/audit/compare?a=1&b=99999":          http.StatusNotFound,
	} {
		if got := w.Get(path, "Accept", "text/html"); got.Status != status {
			t.Errorf("%s: got %d, want %d", path, got.Status, status)
		}
	}
}
