package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
)

func TestTheKindOfAnswerIsTheOneWantedMost(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for accept, want := range map[string]string{
		"text/html, application/json;q=0":        "text/html",
		"text/html, application/json;q=0.5":      "text/html",
		"text/html;q=0.5, application/json":      "application/json",
		"application/json":                       "application/json",
		"application/json; charset=utf-8;q=0.1":  "application/json",
		"text/html,application/xhtml+xml,*/*;q=": "text/html",
		"":                                       "text/html",
	} {
		if got := w.Get("/jobs", "Accept", accept).Header.Get("Content-Type"); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s, want %s", accept, got, want)
		}
	}
}

func TestWhatCanBeReadHasAHead(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, path := range []string{"/", "/jobs", "/config/concurrency", "/history", "/audit.csv", "/events?page=jobs", "/healthz", "/login"} {
		got := w.Send(http.MethodHead, path, "", "Authorization", "Bearer "+w.Token("dave"))
		if full := got.Status; full != http.StatusOK && full != http.StatusSeeOther || got.Body != "" {
			t.Errorf("%s: got %d and %d bytes, want 200 or 303 and no body", path, got.Status, len(got.Body))
		}
	}

	if n, err := w.Log.Count(t.Context(), audit.Filter{Action: audit.LogExport}); err != nil || n != 0 {
		t.Errorf("%d exports are logged, %v, want none", n, err)
	}
}

func TestWhatAWebServerRefusesHasItsOwnCode(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	bearer := "Bearer " + w.Token("dave")

	for want, got := range map[string]handlerstest.Answer{
		"METHOD_NOT_ALLOWED": w.Send(http.MethodDelete, "/jobs", "", "Accept", "application/json", "Authorization", bearer),
		"CROSS_SITE_REQUEST": w.Send(http.MethodPost, "/logout", "", "Accept", "application/json", "Sec-Fetch-Site", "cross-site"),
		"REQUEST_TOO_LARGE": w.Send(http.MethodPost, "/config/concurrency", strings.Repeat("x", 1<<19),
			"Accept", "application/json", "Authorization", bearer),
		"RESOURCE_NOT_FOUND": w.Get("/nope", "Accept", "application/json"),
	} {
		if code := handlerstest.At(got.JSON(t), "error", "code"); code != want {
			t.Errorf("got %v, want %s", code, want)
		}
	}
}

func TestNobodyFillsTheAuditLog(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for i := range 3 {
		w.Send(http.MethodGet, fmt.Sprintf("/auth/callback?state=x%d&code=y", i), "")
	}

	if n, err := w.Log.Count(t.Context(), audit.Filter{Action: audit.SignIn}); err != nil || n != 0 {
		t.Errorf("%d sign-ins of nobody are logged, %v, want none", n, err)
	}
}

func TestAPageThatCannotBeHadSaysWhatIsWrongAndOffersOnlyWhatHelps(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for path, want := range map[string]struct {
		status int
		says   string
	}{
		"/compare?a=x&b=2": {http.StatusUnprocessableEntity, "<code>a</code> must be the number of a change"},
		"/history/999":     {http.StatusNotFound, "Not found"},
	} {
		got := w.Get(path)
		if got.Status != want.status || !strings.Contains(got.Body, want.says) || strings.Contains(got.Body, "Try again") {
			t.Errorf("%s: got %d, want %d and %q\n%s", path, got.Status, want.status, want.says, got.Body)
		}
	}
}
