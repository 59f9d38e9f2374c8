package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestAWrongZoneKeepsThePage of whoever has no script: it comes back with the menu open.
func TestAWrongZoneKeepsThePage(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	wrong := url.Values{"zone": {` Mars/"Olympus" `}, "return_to": {"/history?actor=dave"}}

	got := w.Form("/preferences", wrong)
	cookie, _, _ := strings.Cut(got.Header.Get("Set-Cookie"), ";")

	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != "/history?actor=dave" || !strings.HasPrefix(cookie, "refused_zone=") {
		t.Fatalf("got %d to %s with %q, want the way back, and what was typed", got.Status, got.Header.Get("Location"), cookie)
	}

	const (
		closed = `<div id="account-menu" class="menu-panel" popover>`
		open   = `<div id="account-menu" class="menu-panel">`
		hidden = `<p id="zone-error" class="error" role="alert" hidden>`
		shown  = `<p id="zone-error" class="error" role="alert">`
	)

	page := w.Get("/history?actor=dave", "Accept", "text/html", "Cookie", "zone=Europe%2FBerlin; "+cookie)
	for _, want := range []string{
		open, shown, `value="Mars/&#34;Olympus&#34;" aria-invalid="true" aria-describedby="zone-error zone-help" autofocus`,
		`<a href="/history?actor=dave">Keep Europe/Berlin</a>`, `data-zone="Europe/Berlin"`,
	} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page has no %s", want)
		}
	}

	// It is told once.
	if again := page.Header.Get("Set-Cookie"); page.Status != http.StatusOK || !strings.HasPrefix(again, "refused_zone=;") || !strings.Contains(again, "Max-Age=0") {
		t.Errorf("got %d and %q, want 200 and an end of the cookie", page.Status, again)
	}

	if page := w.Get("/history?actor=dave", "Accept", "text/html"); !strings.Contains(page.Body, closed) || !strings.Contains(page.Body, hidden) {
		t.Error("the menu is open without a reason")
	}

	// Programs hear of it, and what else is wrong is no matter of the menu.
	for _, header := range []string{"application/json", "text/html"} {
		form := url.Values{"zone": wrong["zone"], "return_to": {"/jobs"}, "theme": {"neon"}}
		if header == "application/json" {
			form.Del("theme")
		}

		got := w.Send(http.MethodPost, "/preferences", form.Encode(), "Accept", header,
			"Content-Type", "application/x-www-form-urlencoded", "Authorization", "Bearer "+w.Token("dave"))
		if got.Status != http.StatusUnprocessableEntity || got.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: got %d and %q, want 422 and no cookie", header, got.Status, got.Header.Get("Set-Cookie"))
		}
	}
}
