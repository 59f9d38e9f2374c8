package handlers_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
)

func TestAnActNeedsANewerSignIn(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.StepUp.Actions, w.StepUp.MaxAge = []string{"config.save"}, time.Hour

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}

	browser := &http.Client{Jar: jar}

	const review = "/config/concurrency/review?per_analyst=6&cluster_total=50&revision=1"

	_, signIn := browse(t, browser, http.MethodGet, w.URL+"/auth/start?return_to="+url.QueryEscape(review), "")
	if signIn.Query().Get("max_age") != "" {
		t.Error("an ordinary sign-in is bounded")
	}

	browse(t, browser, http.MethodPost, signIn.String(), "username=dave")

	save := func() (status int, header http.Header) {
		t.Helper()

		typed := url.Values{"per_analyst": {"6"}, "cluster_total": {"50"}, "reason": {"load test tonight"}, "revision": {w.Revision()}}

		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/config/concurrency", strings.NewReader(typed.Encode()))
		if err != nil {
			t.Fatal(err)
		}

		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Accept", "text/html")
		request.Header.Set("HX-Request", "true")
		request.Header.Set("HX-Current-URL", w.URL+review)

		response, err := (&http.Client{Jar: jar}).Do(request)
		if err != nil {
			t.Fatal(err)
		}

		defer response.Body.Close()

		return response.StatusCode, response.Header
	}

	w.Advance(2 * time.Hour)

	status, refused := save()
	if next := refused.Get("HX-Redirect"); status != http.StatusUnauthorized || next != "/login?return_to="+url.QueryEscape(review) {
		t.Fatalf("got %d, to %q, want 401 and the sign-in that leads back to the review", status, next)
	}

	if entry, _ := w.Newest(); entry.Outcome != audit.Refused || entry.Actor != "dave" || changesMade(t, w) != 0 {
		t.Errorf("got %+v, want the refusal in the log, and nothing done", entry)
	}

	// Whoever is signed in is not led back from the sign-in this once.
	if status, at := browse(t, browser, http.MethodGet, w.URL+refused.Get("HX-Redirect"), ""); status != http.StatusOK || at.Path != "/login" {
		t.Errorf("got %d at %s, want the sign-in page", status, at)
	}

	w.Advance(-2 * time.Hour)
	browse(t, browser, http.MethodPost, freshSignIn(t, browser, w, review), "username=dave")

	if status, _ := save(); status != http.StatusOK || changesMade(t, w) != 1 {
		t.Errorf("got %d, want it saved after the newer sign-in", status)
	}
}

// freshSignIn begins a sign-in, which has to be bounded, and returns the provider's page.
func freshSignIn(t *testing.T, browser *http.Client, w *handlerstest.World, back string) string {
	t.Helper()

	follows := browser.CheckRedirect

	var asked string

	browser.CheckRedirect = func(request *http.Request, _ []*http.Request) error {
		if age := request.URL.Query().Get("max_age"); age != "" {
			asked = age
		}

		return nil
	}

	_, page := browse(t, browser, http.MethodGet, w.URL+"/auth/start?return_to="+url.QueryEscape(back), "")
	browser.CheckRedirect = follows

	if asked != "3600" {
		t.Errorf("the provider is asked for max_age %q, want 3600", asked)
	}

	return page.String()
}

func TestProgramsAreToldThatANewerSignInIsNeeded(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.StepUp.Actions, w.StepUp.MaxAge = []string{"config.save", "job.trigger"}, 5*time.Minute

	// The token does not say when its user was asked who they are.
	got := w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 6, "reason": "load test tonight", "revision": %q}`, w.Revision()))

	want := `Bearer resource_metadata="` + w.URL + `/.well-known/oauth-protected-resource", audience="console", ` +
		`error="insufficient_user_authentication", error_description="A more recent sign-in is needed", max_age="300"`
	if got.Status != http.StatusUnauthorized || got.Header.Get("WWW-Authenticate") != want || handlerstest.At(got.JSON(t), "error", "details", "max_age") != float64(300) {
		t.Errorf("got %d, %q, want 401, %q\n%s", got.Status, got.Header.Get("WWW-Authenticate"), want, got.Body)
	}

	if got := w.Post("/jobs/lifecycle/trigger", `{"reason": "old ones linger"}`); got.Status != http.StatusUnauthorized {
		t.Errorf("a job: got %d, want 401", got.Status)
	}

	// Who approves what needs one, too.
	w.StepUp.Actions, w.Approvals.Actions = nil, []string{"config.save"}
	path := ask(t, w, 6)
	w.StepUp.Actions = []string{"config.save"}

	for _, act := range []string{"/approve", "/break-glass"} {
		if got := as(w, "olga", path+act, looked); got.Status != http.StatusUnauthorized || got.Header.Get("WWW-Authenticate") != want {
			t.Errorf("%s: got %d, want 401\n%s", act, got.Status, got.Body)
		}
	}
}
