package handlers_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

func TestEveryRouteNeedsOpsUnlessItSaysOtherwise(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	for _, route := range handlers.Routes() {
		method, path := route[0], strings.NewReplacer(":name", "lifecycle", ":section", "concurrency", ":id", "1", ":act", "end").Replace(route[1])

		for who, want := range map[string]int{"": http.StatusUnauthorized, "alice": http.StatusForbidden, "carol": http.StatusForbidden} {
			header := []string{"Accept", "application/json"}
			if who != "" {
				header = append(header, "Authorization", "Bearer "+w.token(who))
			}

			got := w.send(method, path, "", header...)
			if got.status != want || (want == http.StatusUnauthorized) != (got.header.Get("WWW-Authenticate") == "Bearer") {
				t.Errorf("%s %s as %q: got %d, want %d, with %v\n%s", method, path, who, got.status, want, got.header, got.body)
			}
		}
	}
}

func TestWhoLacksTheRoleIsToldWhichAndIsLogged(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	got := w.send(http.MethodGet, "/jobs", "", "Accept", "text/html", "Authorization", "Bearer "+w.token("carol"))
	if got.status != http.StatusForbidden || !strings.Contains(got.body, "carol") ||
		!strings.Contains(got.body, "Admin") || !strings.Contains(got.body, "Ops") {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	page, err := w.log.List(t.Context(), audit.Filter{Action: audit.AccessRefused, Actor: "carol"})
	if err != nil || len(page.Items) != 1 || page.Items[0].Object != "/jobs" || page.Items[0].RemoteAddr != "127.0.0.1" {
		t.Errorf("got %+v, %v", page.Items, err)
	}
}

func TestSigningInLeadsBackToThePageAskedFor(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	got := w.send(http.MethodGet, "/config/concurrency?a=b", "", "Accept", "text/html")
	if got.status != http.StatusSeeOther || got.header.Get("Location") != "/login?return_to=%2Fconfig%2Fconcurrency%3Fa%3Db" {
		t.Fatalf("got %d, %s", got.status, got.header.Get("Location"))
	}

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}

	browser := &http.Client{Jar: jar}

	// The sign-in page of the identity provider has the names as buttons.
	_, signIn := browse(t, browser, http.MethodGet, w.url+"/auth/start?return_to="+url.QueryEscape("/config/concurrency?a=b"), "")
	status, back := browse(t, browser, http.MethodPost, signIn.String(), "username=dave")

	if status != http.StatusOK || back.RequestURI() != "/config/concurrency?a=b" {
		t.Errorf("got %d at %s", status, back)
	}

	browse(t, browser, http.MethodPost, w.url+"/logout", "")

	if _, again := browse(t, browser, http.MethodGet, w.url+"/jobs", ""); again.Path != "/login" {
		t.Errorf("signed out and still at %s", again)
	}

	for _, action := range []audit.Action{audit.SignIn, audit.SignOut} {
		if n, err := w.log.Count(t.Context(), audit.Filter{Action: action, Actor: "dave"}); err != nil || n != 1 {
			t.Errorf("%s is in the log %d times, %v", action, n, err)
		}
	}
}

func TestWhoTheControlPlaneDoesNotKnowIsNotSentToSignIn(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.save(`"per_analyst": 6, "reason": "a workshop today"`)

	const page = "/history/1/restore"

	unknown := ops.Error{Code: ops.CodeInvalidRole, Message: "The role is none that the platform knows"}
	w.plane.cut(&unknown, false)

	for _, header := range [][]string{{"Accept", "text/html"}, {"Accept", "text/html", "HX-Request", "true"}} {
		got := w.get(page, header...)
		if got.status != http.StatusUnauthorized || got.header.Get("HX-Redirect") != "" ||
			!strings.Contains(got.body, unknown.Message) || !strings.Contains(got.body, "--control-plane-auth") {
			t.Errorf("%v: got %d, %s\n%.2000s", header, got.status, got.header, got.body)
		}
	}

	if got := w.get(page, "Accept", "application/json"); at(got.json(t), "error", "code") != string(unknown.Code) {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	// Whom the console itself does not know is.
	if got := w.send(http.MethodGet, page, "", "Accept", "text/html"); got.status != http.StatusSeeOther {
		t.Errorf("got %d\n%s", got.status, got.body)
	}
}

func TestABadBearerTokenIsNotSentToSignIn(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	for _, path := range []string{"/jobs", "/audit.csv"} {
		got := w.send(http.MethodGet, path, "", "Authorization", "Bearer a.b.c")
		if got.status != http.StatusUnauthorized || at(got.json(t), "error", "code") != string(ops.CodeUnauthorized) {
			t.Errorf("%s: got %d\n%s", path, got.status, got.body)
		}
	}
}

// browse sends a form or asks for a page, follows where that leads, and says where.
func browse(t *testing.T, browser *http.Client, method, address, form string) (status int, at *url.URL) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}

	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}

	response, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}

	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}

	return response.StatusCode, response.Request.URL
}

func TestAnotherSiteCanDoNothing(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	got := w.form("/config/concurrency", url.Values{"per_analyst": {"9"}, "reason": {"from another site"}, "revision": {w.revision()}},
		"Sec-Fetch-Site", "cross-site")
	if perAnalyst, _ := w.limits(); got.status != http.StatusForbidden || perAnalyst != 5 {
		t.Errorf("got %d", got.status)
	}

	for _, to := range []string{"//evil.example", "https://evil.example", `/\evil.example`, "javascript:alert(1)"} {
		got := w.send(http.MethodGet, "/login?return_to="+url.QueryEscape(to), "", "Authorization", "Bearer "+w.token("dave"))
		if got.header.Get("Location") != "/" {
			t.Errorf("%s leads to %s", to, got.header.Get("Location"))
		}
	}
}

func TestHeadersKeepABrowserSafe(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	got := w.get("/", "Accept", "text/html")

	policy := got.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("got %s", policy)
	}

	if got.header.Get("X-Request-ID") == "" || got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %v", got.header)
	}

	if got := w.get("/healthz", "X-Request-ID", "my-id"); got.header.Get("X-Request-ID") != "my-id" {
		t.Errorf("the request id was not taken: %v", got.header)
	}
}

func TestAProblemShowsOthersNothingOfThePlatform(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.save(`"per_analyst": 6, "duration": "1h", "reason": "a workshop today"`)

	const temporary, navigation = "goes back in", `href="/config/concurrency"`

	for _, who := range []string{"", "alice", "carol", "dave"} {
		header := []string{"Accept", "text/html"}
		if who != "" {
			header = append(header, "Authorization", "Bearer "+w.token(who))
		}

		got := w.send(http.MethodGet, "/nowhere", "", header...)
		if got.status != http.StatusNotFound || !strings.Contains(got.body, "There is nothing here") {
			t.Errorf("%q: got %d\n%s", who, got.status, got.body)
		}

		for _, text := range []string{temporary, navigation} {
			if shown := strings.Contains(got.body, text); shown != (who == "dave") {
				t.Errorf("%q: %q is shown: %t", who, text, shown)
			}
		}
	}
}
