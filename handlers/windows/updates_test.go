package windows_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAnUpdateIsToldAndSeen(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil)
	path := handlerstest.Path(window, "updates")
	update := handlerstest.Object{"text": "The *database* is back,\nrunning checks.", "severity": "warning"}

	if got := w.SendJSON(http.MethodPost, path, update); got.Status != http.StatusConflict {
		t.Errorf("before it began: got %d, want 409\n%s", got.Status, got.Body)
	}

	w.Pass(time.Hour)

	got := w.SendJSON(http.MethodPost, path, update)

	told := got.JSON(t)
	if got.Status != http.StatusCreated || got.Header.Get("Location") != path || told["text"] != update["text"] || told["severity"] != "warning" ||
		told["actor"] != "dave" || told["window"] != window["id"] {
		t.Fatalf("got %d at %q, want 201 at %s with the update\n%s", got.Status, got.Header.Get("Location"), path, got.Body)
	}

	for body, field := range map[*handlerstest.Object]string{
		{"text": ""}: "body.text", {"text": strings.Repeat("x", 2001)}: "body.text", {"text": "x", "severity": "fatal"}: "body.severity",
		{"text": "x", "colour": "red"}: "body.colour", {"text": 7}: "body.text",
	} {
		if got := w.SendJSON(http.MethodPost, path, *body); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `"`+field+`"`) {
			t.Errorf("%v: got %d, want 422 at %s\n%s", *body, got.Status, field, got.Body)
		}
	}

	if items, _ := w.Data(path)["items"].([]any); len(items) != 1 {
		t.Errorf("there are %v, want the one update", items)
	}

	for address, want := range map[string]string{
		handlerstest.Path(window, ""): "<em>database</em>", "/announcements": "<em>database</em>", "/announcements.json": "The database is back",
		"/announcements.atom": "Warning: Patching, The database is back,", "/announcements.ics": "Warning: The database is back",
	} {
		page := w.Get(address, "Accept", "text/html").Body
		if !strings.Contains(strings.ReplaceAll(page, "\r\n ", ""), want) {
			t.Errorf("%s does not say %q:\n%s", address, want, page)
		}
	}

	w.Pass(3 * time.Hour)

	if page := w.Get(handlerstest.Path(window, ""), "Accept", "text/html").Body; !strings.Contains(page, "Updates sent to users") {
		t.Errorf("the report says nothing of it:\n%s", page)
	}
}

func TestThePreviewHasAllForms(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	text := "We *patch* it &amp; more.\n\n    indented\n\n![x](https://example.com/y.png)"

	got := w.SendJSON(http.MethodPost, "/maintenance/windows/preview", handlerstest.Object{"text": text})
	view := got.JSON(t)

	if omitted, _ := view["omitted"].([]any); got.Status != http.StatusOK || view["typed"] != text || len(omitted) != 1 ||
		!strings.Contains(view["html"].(string), "<em>patch</em>") || !strings.HasPrefix(view["text"].(string), "We patch it & more.") {
		t.Errorf("got %d, want all forms of the text\n%s", got.Status, got.Body)
	}

	if got := w.SendJSON(http.MethodPost, "/maintenance/windows/preview", handlerstest.Object{"text": strings.Repeat("x", ops.MessageMax+1)}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("what is too long: got %d, want 422", got.Status)
	}

	if got := w.Send(http.MethodPost, "/maintenance/windows/preview", `{"text": "x"}`, "Content-Type", "application/json"); got.Status != http.StatusUnauthorized {
		t.Errorf("without a sign-in: got %d, want 401", got.Status)
	}
}

func TestThePublicPageLeadsToTheFeeds(t *testing.T) {
	t.Parallel()

	page := handlerstest.New(t).Get("/announcements", "Accept", "text/html").Body

	for _, want := range []string{
		`<link rel="alternate" type="application/atom+xml" title="Maintenance: test" href="http`, `/announcements.atom"`,
		`href="webcal://`, "rather than importing it", `/announcements.ics</code>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}
