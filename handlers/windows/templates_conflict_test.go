package windows_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestATemplateConflictsWithWhatWasNotSeen has two operators change one template at a time.
func TestATemplateConflictsWithWhatWasNotSeen(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	form := windowForm(w, url.Values{"name": {"Monthly"}, "length": {"1h"}, "reason": {"We do it each month"}})
	form.Del("starts_at")
	form.Del("ends_at")

	w.Form("/maintenance/templates", form)

	const seen = `name="revision" value="1"`
	if page := w.Get("/maintenance/templates/1", "Accept", "text/html"); !strings.Contains(page.Body, seen) {
		t.Errorf("%s is not in the form\n%s", seen, page.Body)
	}

	form.Set("revision", "1")
	form.Set("length", "a while")

	// What is wrong does not make it another one.
	if got := w.Form("/maintenance/templates", form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, seen) {
		t.Errorf("got %d, want 422 and the form of the same\n%s", got.Status, got.Body)
	}

	form.Set("length", "2h")

	if got := w.Form("/maintenance/templates", form); got.Status != http.StatusSeeOther {
		t.Fatalf("got %d, want 303\n%s", got.Status, got.Body)
	}

	form.Set("length", "3h")

	got := w.Form("/maintenance/templates", form)
	if got.Status != http.StatusConflict || !strings.Contains(got.Body, "since you opened it") || !strings.Contains(got.Body, `value="3h"`) {
		t.Errorf("got %d, want 409 and what was typed\n%s", got.Status, got.Body)
	}

	items, _ := w.Data("/maintenance/templates")["items"].([]any)
	if len(items) != 1 || handlerstest.At(items[0], "length_seconds") != 7200.0 {
		t.Errorf("got %v, want what the first has kept", items)
	}
}
