package settings_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestWhatIsNotSettledForGoodIsOnTheSectionsPage: a temporary value with its end, and a change from
// outside with keep and restore; in History too, until it is decided.
func TestWhatIsNotSettledForGoodIsOnTheSectionsPage(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 8, "reason": "for the workshop", "duration": "90m"`)
	w.Outside(8, 70)

	section := w.Data("/config/concurrency")
	if temporary, _ := section["temporary"].([]any); len(temporary) != 1 || handlerstest.At(temporary[0], "state") != "active" {
		t.Errorf("got %v, want one temporary change, active", section["temporary"])
	}

	if outside, _ := section["outside"].([]any); len(outside) != 1 || handlerstest.At(outside[0], "id") != 2.0 {
		t.Errorf("got %v, want change 2 from outside", section["outside"])
	}

	history := w.Data("/history")
	if ids, _ := history["unreviewed"].([]any); len(ids) != 1 || ids[0] != 2.0 {
		t.Errorf("got %v, want change 2 to be decided about", history["unreviewed"])
	}

	items, _ := history["items"].([]any)
	if len(items) != 2 || handlerstest.At(items[1], "lease", "id") != 1.0 || handlerstest.At(items[0], "lease") != nil {
		t.Errorf("got %v, want the first change to tell of its lease", items)
	}

	for path, texts := range map[string][]string{
		"/config/concurrency": {"Temporary:", `href="/leases/1/end"`, "Changed outside this console", `href="/history/2/keep"`, `href="/history/2/restore"`},
		"/history":            {`href="/leases/1"`, "Ends", "Needs a decision", `href="/history/2/keep"`, `href="/history/2/restore"`},
		"/history/1":          {`href="/leases/1"`, "Ends"},
		"/history/2":          {"nobody has reviewed it", `href="/history/2/keep"`, `href="/history/2/restore"`},
	} {
		contains(t, w, path, texts...)
	}

	if got := w.Post("/history/2/keep", `{"reason": "agreed with everybody"}`); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	if outside, _ := w.Data("/config/concurrency")["outside"].([]any); len(outside) != 0 {
		t.Errorf("got %v, want nothing left to decide", outside)
	}

	contains(t, w, "/history", "dave kept it")

	// Other sections have nothing to tell.
	if other := w.Data("/config/export"); len(other["temporary"].([]any))+len(other["outside"].([]any)) != 0 {
		t.Errorf("got %v and %v, want neither", other["temporary"], other["outside"])
	}
}

// contains wants the texts on the page.
func contains(t *testing.T, w *handlerstest.World, path string, texts ...string) {
	t.Helper()

	for _, text := range texts {
		holds(t, w.Get(path, "Accept", "text/html"), http.StatusOK, text)
	}
}

// holds wants an answer with that status, and the text in it.
func holds(t *testing.T, got handlerstest.Answer, status int, text string) {
	t.Helper()

	if got.Status != status || !strings.Contains(got.Body, text) {
		t.Errorf("got %d, want %d and %q in\n%s", got.Status, status, text, got.Body)
	}
}
