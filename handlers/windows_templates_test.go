package handlers_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestTemplatesOfWindows(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	form := windowForm(w, url.Values{"name": {"Monthly"}, "length": {"1h 30m"}, "reason": {"We do it each month"}})
	form.Del("starts_at")
	form.Del("ends_at")

	if got := w.form("/maintenance/templates", form); got.status != http.StatusSeeOther {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	items, _ := w.data("/maintenance/templates")["items"].([]any)
	if len(items) != 1 || at(items[0], "length_seconds") != 5400.0 || at(items[0], "name") != "Monthly" {
		t.Fatalf("got %v", items)
	}

	if page := w.get("/maintenance/windows/new?template=1", "Accept", "text/html"); !strings.Contains(page.body, `value="Patching"`) {
		t.Errorf("the form is not filled:\n%s", page.body)
	}

	form.Set("length", "a while")

	if got := w.form("/maintenance/templates", form); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "length-error") {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	for field, body := range map[string]object{
		"body.length_seconds": {"length_seconds": "soon"}, "body.name": {"name": ""}, "body.recurrence": {"recurrence": "x"}, "body.x": {"x": 1},
	} {
		sent := object{"name": "a", "title": "a", "message": "a", "length_seconds": 60, "reason": "Something is wrong"}
		maps.Copy(sent, body)

		if got := whatIsWrong(t, w.sendJSON(http.MethodPost, "/maintenance/templates", sent)); !slices.Contains(strings.Fields(got), field) {
			t.Errorf("%v: %q is wrong", body, got)
		}
	}

	if got := w.form("/maintenance/templates/1/delete", url.Values{"reason": {""}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("got %d", got.status)
	}

	if got := w.form("/maintenance/templates/1/delete", url.Values{"reason": {"Nobody needs it"}}); got.status != http.StatusSeeOther {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	if got := w.get("/maintenance/templates/1", "Accept", "application/json"); got.status != http.StatusNotFound {
		t.Errorf("got %d", got.status)
	}
}
