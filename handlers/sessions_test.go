package handlers_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
)

// signedIn returns the cookies of a browser in which somebody is signed in.
func signedIn(t *testing.T, w *handlerstest.World, username string) (cookies string) {
	t.Helper()

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}

	browser := &http.Client{Jar: jar}
	_, page := browse(t, browser, http.MethodGet, w.URL+"/auth/start", "")
	_, back := browse(t, browser, http.MethodPost, page.String(), "username="+username)

	for _, cookie := range jar.Cookies(back) {
		cookies += cookie.Name + "=" + cookie.Value + "; "
	}

	return cookies
}

func asJSON(cookies string) []string {
	return []string{"Accept", "application/json", "Content-Type", "application/json", "Cookie", cookies}
}

// TestSessionsAreShownAndEnded has dave, who has two, look at all, and end one of carol's.
func TestSessionsAreShownAndEnded(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	dave, other, carol := signedIn(t, w, "dave"), signedIn(t, w, "dave"), signedIn(t, w, "carol")

	get := func(cookies, path string) handlerstest.Answer {
		return w.Send(http.MethodGet, path, "", asJSON(cookies)...)
	}
	post := func(path, body string) handlerstest.Answer {
		return w.Send(http.MethodPost, path, body, asJSON(dave)...)
	}

	if got := get(carol, "/sessions"); got.Status != http.StatusForbidden {
		t.Errorf("carol, who is no operator, got %d\n%s", got.Status, got.Body)
	}

	list := get(dave, "/sessions").JSON(t)
	items, _ := list["items"].([]any)
	own, carols := 0, ""

	for _, item := range items {
		if handlerstest.At(item, "own") == true {
			own++
		}

		if handlerstest.At(item, "username") == "carol" {
			carols, _ = handlerstest.At(item, "id").(string)
		}

		if handlerstest.At(item, "address") != "127.0.0.1" || handlerstest.At(item, "client") != "a Go program 1" {
			t.Errorf("got %v, want from where and with what", item)
		}
	}

	if len(items) != 3 || list["total"] != 3.0 || own != 1 || carols == "" {
		t.Fatalf("got %v, want three, and dave's marked", list)
	}

	page := w.Send(http.MethodGet, "/sessions", "", "Accept", "text/html", "Cookie", dave)
	if !strings.Contains(page.Body, "you, here") || !strings.Contains(page.Body, "/sessions/"+carols+"/end") {
		t.Errorf("got %d, want dave's marked, and a way to end carol's\n%s", page.Status, page.Body)
	}

	for name, got := range map[string]handlerstest.Answer{
		"no reason":    post("/sessions/"+carols+"/end", `{"reason": ""}`),
		"no body":      post("/sessions/"+carols+"/end", ``),
		"another name": post("/sessions/"+carols+"/end", `{"reason": "she left the team", "force": true}`),
		"no subject":   post("/sessions/end", `{"reason": "she left the team"}`),
	} {
		if got.Status != http.StatusUnprocessableEntity && got.Status != http.StatusBadRequest {
			t.Errorf("%s: got %d, want it refused\n%s", name, got.Status, got.Body)
		}
	}

	for _, path := range []string{"/sessions/unknown/end", "/sessions/" + strings.Repeat("x", 999) + "/end"} {
		if got := post(path, `{"reason": "she left the team"}`); got.Status != http.StatusNotFound {
			t.Errorf("got %d, want 404\n%s", got.Status, got.Body)
		}
	}

	if got := get(carol, "/session"); got.Status != http.StatusOK {
		t.Errorf("carol is out already: %d", got.Status)
	}

	got := post("/sessions/"+carols+"/end", `{"reason": "she left the team"}`)
	if ended, _ := got.JSON(t)["ended"].([]any); got.Status != http.StatusOK || len(ended) != 1 || handlerstest.At(ended[0], "subject") != "carol" {
		t.Errorf("got %d, want carol's session\n%s", got.Status, got.Body)
	}

	if got := get(carol, "/session"); got.Status != http.StatusUnauthorized {
		t.Errorf("carol got %d, want 401", got.Status)
	}

	for _, outcome := range []audit.Outcome{audit.Intent, audit.Done} {
		entry, ok, err := w.Log.Last(t.Context(), audit.SessionEnd, "sessions/"+carols, outcome)
		if err != nil || !ok || entry.Reason != "she left the team" || entry.Actor != "dave" {
			t.Errorf("%s: got %+v, %v", outcome, entry, err)
		}
	}

	// Of oneself, all: that is to sign out.
	form := url.Values{"subject": {"dave"}, "reason": {"the laptop was stolen"}}.Encode()

	got = w.Send(http.MethodPost, "/sessions/end", form, "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html", "Cookie", dave)
	if cookies := strings.Join(got.Header.Values("Set-Cookie"), "\n"); got.Status >= http.StatusBadRequest || !strings.Contains(cookies, "opsconsole=;") {
		t.Errorf("got %d %v, want dave signed out\n%s", got.Status, got.Header, got.Body)
	}

	for _, cookies := range []string{dave, other} {
		if got := get(cookies, "/session"); got.Status != http.StatusUnauthorized {
			t.Errorf("dave got %d, want 401", got.Status)
		}
	}

	if entry, ok, err := w.Log.Last(t.Context(), audit.SessionEnd, "subjects/dave", audit.Done); err != nil || !ok || entry.Subject != "dave" {
		t.Errorf("got %+v, %v, want both of dave's in the log", entry, err)
	}
}

// TestWhoseForwardedForCounts holds that the audit log and the sessions have the same address.
func TestWhoseForwardedForCounts(t *testing.T) {
	t.Parallel()

	for trusted, want := range map[string]string{"127.0.0.0/8": "192.0.2.7", "10.0.0.0/8": "127.0.0.1"} {
		w := handlerstest.NewBehind(t, netip.MustParsePrefix(trusted))
		dave := signedIn(t, w, "dave")

		w.Send(http.MethodPost, "/sessions/unknown/end", `{"reason": "he left the team"}`,
			append(asJSON(dave), "X-Forwarded-For", "198.51.100.1, 192.0.2.7")...)

		if entry, _ := w.Newest(); entry.Action != audit.RequestRefused || entry.RemoteAddr != want {
			t.Errorf("%s: got %+v, want it from %s", trusted, entry, want)
		}
	}
}

// endings are the forms that end sessions, each of which is somebody's.
func endings(t *testing.T, w *handlerstest.World) []pageForm {
	t.Helper()

	signedIn(t, w, "carol")

	items, _ := w.Data("/sessions")["items"].([]any)
	one := fmt.Sprint("/sessions/", handlerstest.At(items[0], "id"), "/end")

	return []pageForm{
		{"/sessions/end?subject=carol", "/sessions/end", url.Values{"reason": {"as it has to be"}}},
		{one, one, url.Values{"reason": {"as it has to be"}}},
	}
}
