package handlers_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
)

// signedInBrowser is dave's, with the session's ID.
func signedInBrowser(t *testing.T, w *handlerstest.World) *http.Client {
	t.Helper()

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}

	browser := &http.Client{Jar: jar}
	_, at := browse(t, browser, http.MethodGet, w.URL+"/auth/start", "")

	if status, back := browse(t, browser, http.MethodPost, at.String(), "username=dave"); status != http.StatusOK || back.Path != "/" {
		t.Fatalf("got %d at %s, want 200 at /", status, back)
	}

	return browser
}

func send(t *testing.T, browser *http.Client, method, address string, header ...string) *http.Response {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}

	for pair := range slices.Chunk(header, 2) {
		request.Header.Set(pair[0], pair[1])
	}

	response, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = response.Body.Close() })

	return response
}

// TestSigningOutGoesOnByAPage checks that no redirect follows the form: Chromium would hold it
// to the form-action of the page.
func TestSigningOutGoesOnByAPage(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	browser := signedInBrowser(t, w)
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	got := send(t, browser, http.MethodPost, w.URL+"/logout", "Accept", "text/html") //nolint:bodyclose // send closes it when the test ends

	next, isRefresh := strings.CutPrefix(got.Header.Get("Refresh"), "0; url=")
	if got.StatusCode != http.StatusOK || !isRefresh || !strings.Contains(next, "id_token_hint=") {
		t.Fatalf("got %d, %v, want 200 and a Refresh with the ID token", got.StatusCode, got.Header)
	}

	browser.CheckRedirect = nil
	if got := send(t, browser, http.MethodGet, next); got.Request.URL.Path != "/login" { //nolint:bodyclose // send closes it when the test ends
		t.Errorf("it ends at %s, want /login", got.Request.URL)
	}

	if policy := got.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self';") {
		t.Errorf("the policy is %s, want form-action 'self'", policy)
	}
}

func TestALogoutTokenThatDoesNotHold(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	got := w.Form(auth.BackchannelPath, url.Values{"logout_token": {"x"}})
	if body := got.JSON(t); got.Status != http.StatusBadRequest || body["error"] != "invalid_request" ||
		got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d, %v, want 400, invalid_request, no-store", got.Status, body)
	}

	if entry, _ := w.Newest(); entry.Action != audit.SignOut || entry.Outcome != audit.Refused || entry.Message == "" {
		t.Errorf("logged as %+v, want a sign-out refused, with a message", entry)
	}
}

// TestStrangersDoNotFillTheAuditLog sends what needs no sign-in: bad logout tokens, and sign-ins
// that are called off.
func TestStrangersDoNotFillTheAuditLog(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	_, before := w.Newest()

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}

	stranger := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

	for range 15 {
		w.Form(auth.BackchannelPath, url.Values{"logout_token": {"x"}})

		begun, err := send(t, stranger, http.MethodGet, w.URL+"/auth/start").Location() //nolint:bodyclose // send closes it when the test ends
		if err != nil {
			t.Fatal(err)
		}

		answer := url.Values{"state": begun.Query()["state"], "error": {"access_denied"}}
		send(t, stranger, http.MethodGet, w.URL+"/auth/callback?"+answer.Encode()) //nolint:bodyclose // send closes it when the test ends
	}

	entry, after := w.Newest()
	if after-before != 20 || !strings.Contains(entry.Message, "within this minute") {
		t.Errorf("%d entries, the last %+v, want 20, the last about this minute", after-before, entry)
	}
}

// TestAStreamEndsWithItsSession ends the session as another replica would.
func TestAStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	stream := send(t, signedInBrowser(t, w), http.MethodGet, w.URL+"/events") //nolint:bodyclose // send closes it when the test ends

	if stream.StatusCode != http.StatusOK {
		t.Fatalf("got %d, want 200", stream.StatusCode)
	}

	ended := make(chan struct{})

	go func() {
		defer close(ended)

		for buffer := make([]byte, 4096); ; {
			if _, err := stream.Body.Read(buffer); err != nil {
				return
			}
		}
	}()

	if _, err := w.DB.Write().ExecContext(t.Context(), `DELETE FROM opsconsole_sessions`); err != nil {
		t.Fatal(err)
	}

	// Live's own tests hold it to a second. Without that look it would end by the next recheck, after 15 s.
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("it goes on after 10 s")
	}
}
