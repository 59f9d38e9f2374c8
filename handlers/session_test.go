package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
)

func TestWhoIsSignedIn(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	if got := w.Data("/session"); got["username"] != "dave" || got["role"] != "ops" {
		t.Errorf("got %v, want dave with ops", got)
	}

	if got := w.Get("/session", "Accept", "text/html"); got.Status != http.StatusOK || !strings.Contains(got.Body, `data-user="dave"`) {
		t.Errorf("got %d, want the page that tells other tabs of dave\n%s", got.Status, got.Body)
	}

	if got := w.Send(http.MethodGet, "/session", "", "Accept", "application/json"); got.Status != http.StatusUnauthorized {
		t.Errorf("got %d, want 401 for nobody\n%s", got.Status, got.Body)
	}

	got := w.Send(http.MethodGet, "/session", "", "Accept", "text/html")
	if at := got.Header.Get("Location"); got.Status != http.StatusSeeOther || at != "/login?return_to=%2Fsession" {
		t.Errorf("got %d, %s, want 303 to the sign-in that leads back", got.Status, at)
	}
}

// TestAPageOfSomebodyElseIsRefused sends what a page does that was drawn for another user.
func TestAPageOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	save := func(drawnFor string) handlerstest.Answer {
		return w.Form("/config/concurrency", url.Values{
			"per_analyst": {"4"}, "cluster_total": {"50"}, "reason": {"Fewer for a while"}, "revision": {w.Revision()},
		}, "HX-Request", "true", web.UserHeader, drawnFor)
	}

	if got := save("olg%C3%A1"); got.Status != http.StatusPreconditionFailed || !strings.Contains(got.Body, "A different user has signed in") {
		t.Errorf("got %d, want 412 that says who is not who\n%s", got.Status, got.Body)
	}

	if entry, _ := w.Newest(); entry.Action != audit.RequestRefused || entry.Actor != "dave" {
		t.Errorf("logged as %+v, want dave's request as refused", entry)
	}

	if got := w.Revision(); got != "1" {
		t.Errorf("the revision is %s, want 1: nothing was changed", got)
	}

	if got := save("dave"); got.Status != http.StatusOK {
		t.Errorf("got %d, want 200 for a page of dave's\n%s", got.Status, got.Body)
	}
}

// TestARestoredPageLeadsToTheSignIn asks as htmx 4 does on Back, with one header of its own.
func TestARestoredPageLeadsToTheSignIn(t *testing.T) {
	t.Parallel()

	got := handlerstest.New(t).Send(http.MethodGet, "/config/concurrency", "", "HX-History-Restore-Request", "true")
	if got.Status != http.StatusUnauthorized || !strings.HasPrefix(got.Header.Get("HX-Redirect"), "/login") {
		t.Errorf("got %d, %v, want 401 that leads to the sign-in", got.Status, got.Header)
	}
}
