package auth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestNobodyIsSignedInWhoIsNotAdmitted(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))
	b := c.browser(t)

	var asked auth.Identity

	c.admit = func(who auth.Identity) error {
		asked = who

		return errors.New("the log is full")
	}

	if landed := b.choose(b.begin("/jobs"), "dave"); landed.Status != http.StatusInternalServerError {
		t.Errorf("landed at %+v, want 500", landed)
	}

	if asked.Username != "dave" || asked.Role != ops.RoleOps {
		t.Errorf("was asked about %+v, want dave with the role ops", asked)
	}

	expectKind(t, b.get("/jobs"), http.StatusUnauthorized, "no credential")
}

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		c := newConsole(t, db)
		b := c.browser(t)

		expectKind(t, b.get("/jobs"), http.StatusUnauthorized, "no credential")

		landed := b.choose(b.begin("/jobs?x=1&y=%2F"), "dave")
		if landed.Status != http.StatusOK || landed.Path != "/jobs?x=1&y=%2F" {
			t.Fatalf("landed at %+v, want 200 at /jobs?x=1&y=%%2F", landed)
		}

		who := landed.Identity
		if who.Username != "dave" || who.Email != "dave@graph-olap.example.com" || who.Name != "Dave" ||
			who.Role != ops.RoleOps || !who.IsOps() || who.Via != auth.ViaSession || who.Token == "" || who.SessionID == "" {
			t.Errorf("identity %+v, want dave of Ops by session, with his address, name and a token", who)
		}

		if got := who.Caller(); got.Username != "dave" || got.Role != ops.RoleOps || got.Token != who.Token || got.Email != who.Email {
			t.Errorf("caller %+v, want dave of Ops with the identity's token and address", got)
		}

		if left := len(b.cookies()); left != 1 {
			t.Errorf("%d cookies are left, want the session's alone: %v", left, b.cookies())
		}

		token, ok := c.auth.LatestToken()
		if !ok || token != who.Token {
			t.Errorf("the latest token is %q, %v, want %q", token, ok, who.Token)
		}

		cookie := b.cookies()["opsconsole"]

		at, _, _ := b.page(http.MethodPost, "/logout", nil)
		if at.Path != auth.SignedOutPath {
			t.Errorf("signing out ended at %s, want %s", at, auth.SignedOutPath)
		}

		expectKind(t, b.get("/jobs"), http.StatusUnauthorized, "no credential")

		b.setCookie("opsconsole", cookie)
		expectKind(t, b.get("/jobs"), http.StatusUnauthorized, "session ended")

		if n := count(t, db, "opsconsole_sessions"); n != 0 {
			t.Errorf("%d sessions are left, want none", n)
		}

		if _, ok := c.auth.LatestToken(); ok {
			t.Error("a token is left in memory")
		}
	})
}

func TestSignOutGoesByTheProvider(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))
	b := c.browser(t)
	b.signIn("dave")

	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+"/logout", nil)
	if err != nil {
		t.Fatal(err)
	}

	response, err := b.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	target, err := url.Parse(response.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}

	query := target.Query()
	if !strings.HasPrefix(target.String(), c.URL+"/demo-idp/end_session?") || query.Get("id_token_hint") == "" ||
		query.Get("client_id") != clientID || query.Get("post_logout_redirect_uri") != c.URL+auth.SignedOutPath {
		t.Errorf("signing out goes to %s, want the provider's end_session with the ID token, %s and the way back", target, clientID)
	}

	// The hint says who signed in; it must not be a way to call.
	request, err = http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}

	request.Header.Set("Authorization", "Bearer "+query.Get("id_token_hint"))

	response, err = b.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("an ID token as bearer: status %d, want 401", response.StatusCode)
	}
}

func TestSignOutWithoutTheProvider(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t) // has no end_session_endpoint
	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use)
	b := c.browser(t)
	b.get("/begin")

	cookie := b.cookies()["opsconsole"]

	idp.set(func() { idp.down = true })

	// A console that was just started knows nothing of its provider, and ends the session all the same.
	restarted := newConsole(t, c.db, idp.use)
	b = restarted.browser(t)
	b.setCookie("opsconsole", cookie)

	for range 2 { // the second time there is none
		if at, _, _ := b.page(http.MethodPost, "/logout", nil); at.String() != restarted.URL+auth.SignedOutPath {
			t.Errorf("signing out leads to %s, want %s", at, restarted.URL+auth.SignedOutPath)
		}
	}

	if n := count(t, c.db, "opsconsole_sessions"); n != 0 {
		t.Errorf("%d sessions are left, want none", n)
	}

	b.setCookie("opsconsole", "malformed")
	b.page(http.MethodPost, "/logout", nil)

	if left := b.cookies(); len(left) != 0 {
		t.Errorf("cookies %v are left, want none", left)
	}
}

func TestRolesThatAreNotOps(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))

	for username, role := range map[string]ops.Role{"alice": ops.RoleAnalyst, "bob": ops.RoleAnalyst, "carol": ops.RoleAdmin} {
		b := c.browser(t)
		if who := b.signIn(username); who.Role != role || who.IsOps() {
			t.Errorf("%s: role %q, ops %v, want role %q without Ops", username, who.Role, who.IsOps(), role)
		}
	}

	if _, ok := c.auth.LatestToken(); ok {
		t.Error("a token of somebody who is not Ops is offered")
	}
}

func TestCookiesOverHTTPS(t *testing.T) {
	t.Parallel()

	c := startConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), httptest.NewTLSServer)
	b := c.browser(t)

	var set []*http.Cookie

	b.CheckRedirect = func(request *http.Request, _ []*http.Request) error {
		set = append(set, request.Response.Cookies()...)

		return nil
	}
	b.signIn("dave")

	for _, cookie := range set {
		if !strings.HasPrefix(cookie.Name, "__Host-opsconsole") || !cookie.Secure || !cookie.HttpOnly ||
			cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
			t.Errorf("cookie %s, want __Host-opsconsole, Secure, HttpOnly, Lax, for / and no domain", cookie)
		}
	}

	if got := b.cookies(); len(set) != 3 || len(got) != 1 || got["__Host-opsconsole"] == "" {
		t.Errorf("%d cookies were set, %v is kept, want 3 set and __Host-opsconsole alone kept", len(set), got)
	}

	// A cookie that a plain connection could have planted means nothing here.
	plain := c.browser(t)
	plain.setCookie("opsconsole", b.cookies()["__Host-opsconsole"])
	expectKind(t, plain.get("/"), http.StatusUnauthorized, "no credential")
}

func TestSessionsSurviveARestart(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))
	idp := newFakeIDP(t)
	first := newConsole(t, db, idp.use)
	before := first.browser(t)
	signedIn := before.get("/begin").Identity

	second := newConsole(t, db, idp.use)
	after := second.browser(t)
	after.setCookie("opsconsole", before.cookies()["opsconsole"])

	if got := after.get("/"); got.Identity.Username != "dave" || got.Identity.Token != signedIn.Token {
		t.Errorf("after a restart: %+v, want dave with the token of before", got)
	}
}
