package windows_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

func TestTemplatesOfWindows(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	form := windowForm(w, url.Values{"name": {"Monthly"}, "length": {"1h 30m"}, "reason": {"We do it each month"}})
	form.Del("starts_at")
	form.Del("ends_at")

	if got := w.Form("/maintenance/templates", form); got.Status != http.StatusSeeOther {
		t.Fatalf("got %d, want 303\n%s", got.Status, got.Body)
	}

	items, _ := w.Data("/maintenance/templates")["items"].([]any)
	if len(items) != 1 || handlerstest.At(items[0], "length_seconds") != 5400.0 || handlerstest.At(items[0], "name") != "Monthly" {
		t.Fatalf("got %v, want one template, Monthly, of 5400 seconds", items)
	}

	if page := w.Get("/maintenance/windows/new?template=1", "Accept", "text/html"); !strings.Contains(page.Body, `value="Patching"`) {
		t.Errorf("the form is not filled:\n%s", page.Body)
	}

	form.Set("length", "a while")

	if got := w.Form("/maintenance/templates", form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "length-error") {
		t.Errorf("got %d, want 422 for the length\n%s", got.Status, got.Body)
	}

	for field, body := range map[string]handlerstest.Object{
		"body.length_seconds": {"length_seconds": "soon"}, "body.name": {"name": ""}, "body.recurrence": {"recurrence": "x"}, "body.x": {"x": 1},
	} {
		sent := handlerstest.Object{"name": "a", "title": "a", "message": "a", "length_seconds": 60, "reason": "Something is wrong"}
		maps.Copy(sent, body)

		if got := handlerstest.WhatIsWrong(t, w.SendJSON(http.MethodPost, "/maintenance/templates", sent)); !slices.Contains(strings.Fields(got), field) {
			t.Errorf("%v: %q is wrong, want %s in it", body, got, field)
		}
	}

	if got := w.Form("/maintenance/templates/1/delete", url.Values{"reason": {""}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("got %d, want 422", got.Status)
	}

	if got := w.Form("/maintenance/templates/1/delete", url.Values{"reason": {"Nobody needs it"}}); got.Status != http.StatusSeeOther {
		t.Errorf("got %d, want 303\n%s", got.Status, got.Body)
	}

	if got := w.Get("/maintenance/templates/1", "Accept", "application/json"); got.Status != http.StatusNotFound {
		t.Errorf("got %d, want 404", got.Status)
	}
}
