package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/internal/audit"
)

func TestTheKindOfAnswerIsTheOneWantedMost(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	for accept, want := range map[string]string{
		"text/html, application/json;q=0":        "text/html",
		"text/html, application/json;q=0.5":      "text/html",
		"text/html;q=0.5, application/json":      "application/json",
		"application/json":                       "application/json",
		"application/json; charset=utf-8;q=0.1":  "application/json",
		"text/html,application/xhtml+xml,*/*;q=": "text/html",
		"":                                       "text/html",
	} {
		if got := w.get("/jobs", "Accept", accept).header.Get("Content-Type"); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s", accept, got)
		}
	}
}

func TestWhatCanBeReadHasAHead(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	for _, path := range []string{"/", "/jobs", "/config/concurrency", "/history", "/audit.csv", "/events?page=jobs", "/healthz", "/login"} {
		got := w.send(http.MethodHead, path, "", "Authorization", "Bearer "+w.token("dave"))
		if full := got.status; full != http.StatusOK && full != http.StatusSeeOther || got.body != "" {
			t.Errorf("%s: got %d", path, got.status)
		}
	}

	if n, err := w.log.Count(t.Context(), audit.Filter{Action: audit.LogExport}); err != nil || n != 0 {
		t.Errorf("%d exports are logged, %v", n, err)
	}
}

func TestWhatAWebServerRefusesHasItsOwnCode(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	bearer := "Bearer " + w.token("dave")

	for want, got := range map[string]answer{
		"METHOD_NOT_ALLOWED": w.send(http.MethodDelete, "/jobs", "", "Accept", "application/json", "Authorization", bearer),
		"CROSS_SITE_REQUEST": w.send(http.MethodPost, "/logout", "", "Accept", "application/json", "Sec-Fetch-Site", "cross-site"),
		"REQUEST_TOO_LARGE": w.send(http.MethodPost, "/config/concurrency", strings.Repeat("x", 1<<17),
			"Accept", "application/json", "Authorization", bearer),
		"RESOURCE_NOT_FOUND": w.get("/nope", "Accept", "application/json"),
	} {
		if code := at(got.json(t), "error", "code"); code != want {
			t.Errorf("got %v, want %s", code, want)
		}
	}
}

func TestNobodyFillsTheAuditLog(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	for i := range 3 {
		w.send(http.MethodGet, fmt.Sprintf("/auth/callback?state=x%d&code=y", i), "")
	}

	if n, err := w.log.Count(t.Context(), audit.Filter{Action: audit.SignIn}); err != nil || n != 0 {
		t.Errorf("%d sign-ins of nobody are logged, %v", n, err)
	}
}

func TestARefusalIsLoggedOnceAMinute(t *testing.T) {
	t.Parallel()

	at, ask := handlers.Refusals()

	for i, step := range []struct {
		kind  string
		first bool
		pass  int
	}{{"carol /jobs", true, 0}, {"carol /jobs", false, 59}, {"carol /audit", true, 59}, {"carol /jobs", true, 60}, {"carol /jobs", false, 61}} {
		if got := ask(at(step.pass), step.kind); got != step.first {
			t.Errorf("step %d: got %t", i, got)
		}
	}
}

func TestAPageThatCannotBeHadSaysWhatIsWrongAndOffersOnlyWhatHelps(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	for path, want := range map[string]struct {
		status int
		says   string
	}{
		"/compare?a=x&b=2": {http.StatusUnprocessableEntity, "<code>a</code> must be the number of a change"},
		"/history/999":     {http.StatusNotFound, "There is nothing here"},
	} {
		got := w.get(path)
		if got.status != want.status || !strings.Contains(got.body, want.says) || strings.Contains(got.body, "Try again") {
			t.Errorf("%s: got %d\n%s", path, got.status, got.body)
		}
	}
}
