package handlers_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

func TestEveryRouteNeedsOpsUnlessItSaysOtherwise(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, route := range handlers.Routes() {
		method, path := route[0], strings.NewReplacer(":name", "lifecycle", ":section", "concurrency", ":id", "1", ":act", "end").Replace(route[1])

		for who, want := range map[string]int{"": http.StatusUnauthorized, "alice": http.StatusForbidden, "carol": http.StatusForbidden} {
			header := []string{"Accept", "application/json"}
			if who != "" {
				header = append(header, "Authorization", "Bearer "+w.Token(who))
			}

			got := w.Send(method, path, "", header...)
			if got.Status != want || (want == http.StatusUnauthorized) != strings.HasPrefix(got.Header.Get("WWW-Authenticate"), "Bearer resource_metadata=") {
				t.Errorf("%s %s as %q: got %d, want %d, with %v\n%s", method, path, who, got.Status, want, got.Header, got.Body)
			}
		}
	}
}

func TestWhoLacksTheRoleIsToldWhichAndIsLogged(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	got := w.Send(http.MethodGet, "/jobs", "", "Accept", "text/html", "Authorization", "Bearer "+w.Token("carol"))
	if got.Status != http.StatusForbidden || !strings.Contains(got.Body, "carol") ||
		!strings.Contains(got.Body, "Admin") || !strings.Contains(got.Body, "Ops") {
		t.Errorf("got %d, want 403 and the page that names carol, Admin and Ops\n%s", got.Status, got.Body)
	}

	page, err := w.Log.List(t.Context(), audit.Filter{Action: audit.AccessRefused, Actor: "carol"})
	if err != nil || len(page.Items) != 1 || page.Items[0].Object != "/jobs" || page.Items[0].RemoteAddr != "127.0.0.1" {
		t.Errorf("got %+v, %v, want one entry of /jobs from 127.0.0.1", page.Items, err)
	}

	for _, e := range page.Items {
		if e.Issuer != w.URL+handlers.IdentityProviderPath || e.Subject != "carol" {
			t.Errorf("got %s of %s, want the provider's carol", e.Subject, e.Issuer)
		}
	}
}

func TestSigningInLeadsBackToThePageAskedFor(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	got := w.Send(http.MethodGet, "/config/concurrency?reason=why", "", "Accept", "text/html")
	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != "/login?return_to=%2Fconfig%2Fconcurrency%3Freason%3Dwhy" {
		t.Fatalf("got %d, %s, want 303 to the sign-in that leads back", got.Status, got.Header.Get("Location"))
	}

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}

	browser := &http.Client{Jar: jar}

	// The sign-in page of the identity provider has the names as buttons.
	_, signIn := browse(t, browser, http.MethodGet, w.URL+"/auth/start?return_to="+url.QueryEscape("/config/concurrency?reason=why"), "")
	status, back := browse(t, browser, http.MethodPost, signIn.String(), "username=dave")

	if status != http.StatusOK || back.RequestURI() != "/config/concurrency?reason=why" {
		t.Errorf("got %d at %s, want 200 at /config/concurrency?reason=why", status, back)
	}

	browse(t, browser, http.MethodPost, w.URL+"/logout", "")

	if _, again := browse(t, browser, http.MethodGet, w.URL+"/jobs", ""); again.Path != "/login" {
		t.Errorf("signed out and still at %s, want /login", again)
	}

	for _, action := range []audit.Action{audit.SignIn, audit.SignOut} {
		if n, err := w.Log.Count(t.Context(), audit.Filter{Action: action, Actor: "dave"}); err != nil || n != 1 {
			t.Errorf("%s is in the log %d times, %v, want once", action, n, err)
		}
	}
}

func TestWhoTheControlPlaneDoesNotKnowIsNotSentToSignIn(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 6, "reason": "a workshop today"`)

	const page = "/history/1/restore"

	unknown := ops.Error{Code: ops.CodeInvalidRole, Message: "The role is none that the platform knows"}
	w.Plane.Cut(&unknown, false)

	for _, header := range [][]string{{"Accept", "text/html"}, {"Accept", "text/html", "HX-Request", "true"}} {
		got := w.Get(page, header...)
		if got.Status != http.StatusUnauthorized || got.Header.Get("HX-Redirect") != "" ||
			!strings.Contains(got.Body, unknown.Message) || !strings.Contains(got.Body, "--control-plane-auth") {
			t.Errorf("%v: got %d, %s, want 401 of the control plane and no way to the sign-in\n%.2000s", header, got.Status, got.Header, got.Body)
		}
	}

	if got := w.Get(page, "Accept", "application/json"); handlerstest.At(got.JSON(t), "error", "code") != string(unknown.Code) {
		t.Errorf("got %d, want the code %s\n%s", got.Status, unknown.Code, got.Body)
	}

	// Whom the console itself does not know is.
	if got := w.Send(http.MethodGet, page, "", "Accept", "text/html"); got.Status != http.StatusSeeOther {
		t.Errorf("got %d, want 303\n%s", got.Status, got.Body)
	}
}

// TestAProgramIsToldWhichTokenIsWanted goes the way of RFC 9728, section 5.
func TestAProgramIsToldWhichTokenIsWanted(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	at := w.URL + "/.well-known/oauth-protected-resource"

	for token, more := range map[string]string{"": "", "a.b.c": `, error="invalid_token"`} {
		header := []string{"Accept", "application/json"}
		if token != "" {
			header = append(header, "Authorization", "Bearer "+token)
		}

		got := w.Send(http.MethodGet, "/jobs", "", header...)
		if challenge, want := got.Header.Get("WWW-Authenticate"), `Bearer resource_metadata="`+at+`", audience="console"`+more; challenge != want {
			t.Errorf("got %s, want %s", challenge, want)
		}
	}

	told := w.Send(http.MethodGet, strings.TrimPrefix(at, w.URL), "").JSON(t)

	if told["resource"] != w.URL || fmt.Sprint(told["authorization_servers"]) != "["+w.URL+handlers.IdentityProviderPath+"]" ||
		fmt.Sprint(told["audiences"]) != "[console]" {
		t.Errorf("got %v", told)
	}
}

func TestABadBearerTokenIsNotSentToSignIn(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, path := range []string{"/jobs", "/audit.csv"} {
		got := w.Send(http.MethodGet, path, "", "Authorization", "Bearer a.b.c")
		if got.Status != http.StatusUnauthorized || handlerstest.At(got.JSON(t), "error", "code") != string(ops.CodeUnauthorized) {
			t.Errorf("%s: got %d, want 401, UNAUTHORIZED\n%s", path, got.Status, got.Body)
		}
	}
}

// browse sends a form or asks for a page, follows where that leads, and says where.
func browse(tb testing.TB, browser *http.Client, method, address, form string) (status int, at *url.URL) {
	tb.Helper()

	request, err := http.NewRequestWithContext(tb.Context(), method, address, strings.NewReader(form))
	if err != nil {
		tb.Fatal(err)
	}

	request.Header.Set("Accept", "text/html")

	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}

	response, err := browser.Do(request)
	if err != nil {
		tb.Fatal(err)
	}

	if err := response.Body.Close(); err != nil {
		tb.Error(err)
	}

	return response.StatusCode, response.Request.URL
}

func TestAnotherSiteCanDoNothing(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	got := w.Form("/config/concurrency", url.Values{"per_analyst": {"9"}, "reason": {"from another site"}, "revision": {w.Revision()}},
		"Sec-Fetch-Site", "cross-site")
	if perAnalyst, _ := w.Limits(); got.Status != http.StatusForbidden || perAnalyst != 5 {
		t.Errorf("got %d and %v per analyst, want 403 and 5", got.Status, perAnalyst)
	}

	for _, to := range []string{"//evil.example", "https://evil.example", `/\evil.example`, "javascript:alert(1)"} {
		got := w.Send(http.MethodGet, "/login?return_to="+url.QueryEscape(to), "", "Authorization", "Bearer "+w.Token("dave"))
		if got.Header.Get("Location") != "/" {
			t.Errorf("%s leads to %s, want /", to, got.Header.Get("Location"))
		}
	}
}

func TestHeadersKeepABrowserSafe(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	got := w.Get("/", "Accept", "text/html")

	policy := got.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("got %s, want default-src 'none' and nothing unsafe", policy)
	}

	if got.Header.Get("X-Request-ID") == "" || got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("got %v, want a request id, nosniff, and nothing that is used unasked", got.Header)
	}

	if got := w.Get("/healthz", "X-Request-ID", "my-id"); got.Header.Get("X-Request-ID") != "my-id" {
		t.Errorf("the request id was not taken: %v, want my-id", got.Header)
	}
}

func TestAProblemShowsOthersNothingOfThePlatform(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 6, "duration": "1h", "reason": "a workshop today"`)

	const temporary, navigation = "ends in", `href="/config/concurrency"`

	for _, who := range []string{"", "alice", "carol", "dave"} {
		header := []string{"Accept", "text/html"}
		if who != "" {
			header = append(header, "Authorization", "Bearer "+w.Token(who))
		}

		got := w.Send(http.MethodGet, "/nowhere", "", header...)
		if got.Status != http.StatusNotFound || !strings.Contains(got.Body, "Not found") {
			t.Errorf("%q: got %d, want 404 and that there is nothing here\n%s", who, got.Status, got.Body)
		}

		for _, text := range []string{temporary, navigation} {
			if shown := strings.Contains(got.Body, text); shown != (who == "dave") {
				t.Errorf("%q: %q is shown: %t, want %t", who, text, shown, who == "dave")
			}
		}
	}
}
