package auth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// lookLasts is how old a look at a session may be that a request is answered from.
const lookLasts = time.Second

// outage is a console with two browsers that have looked around, and how its database is
// stopped.
func outage(t *testing.T) (c *console, dave, carol *browser, stop func() (start func())) {
	t.Helper()

	databaseURL := storetest.PostgresURL(t)
	c = newConsole(t, storetest.Open(t, databaseURL))

	dave, carol = c.browser(t), c.browser(t)
	dave.signIn("dave")
	carol.signIn("carol")

	return c, dave, carol, func() func() {
		start := storetest.Stop(t, c.db, databaseURL)
		c.clock.Advance(lookLasts)

		return start
	}
}

// wantLooker has the browser look, and post, which nobody may whose row cannot be read.
func wantLooker(t *testing.T, b *browser, username string) {
	t.Helper()

	if got := b.get("/"); got.Status != http.StatusOK || got.Identity.Username != username {
		t.Errorf("got %+v, want %s looking", got, username)
	}

	if _, status, text := b.page(http.MethodPost, "/", nil); status != http.StatusInternalServerError {
		t.Errorf("a post got %d %s, want the failure of the database", status, text)
	}
}

func wantNobody(t *testing.T, b *browser, status int) {
	t.Helper()

	for _, path := range []string{"/", "/recheck"} {
		if got := b.get(path); got.Status != status || got.Identity.Username != "" {
			t.Errorf("%s: got %+v, want %d and nobody", path, got, status)
		}
	}
}

func TestWhoWasSeenMayLookWhileTheDatabaseIsDown(t *testing.T) {
	t.Parallel()

	c, dave, carol, stop := outage(t)
	stranger := c.browser(t)
	stranger.setCookie("opsconsole", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")

	start := stop()

	wantLooker(t, dave, "dave")
	wantLooker(t, carol, "carol")
	wantNobody(t, stranger, http.StatusInternalServerError)

	// That somebody looks is no use: it ends when it would have without that.
	c.clock.Advance(59 * time.Minute)
	wantLooker(t, dave, "dave")
	c.clock.Advance(time.Minute)
	wantNobody(t, dave, http.StatusInternalServerError)

	start()
	expectKind(t, dave.get("/"), http.StatusUnauthorized, "session ended")
}

func TestAnEndedSessionIsRememberedByNobody(t *testing.T) {
	t.Parallel()

	c, dave, carol, stop := outage(t)

	// Another process ends carol's.
	if _, err := c.db.Write().ExecContext(t.Context(), `DELETE FROM opsconsole_sessions WHERE username = 'carol'`); err != nil {
		t.Fatal(err)
	}

	if err := c.auth.Remember(t.Context()); err != nil {
		t.Fatal(err)
	}

	start := stop()
	defer start()

	if err := c.auth.Remember(t.Context()); err == nil {
		t.Error("it claims to have looked which sessions are open")
	}

	wantLooker(t, dave, "dave")
	wantNobody(t, carol, http.StatusInternalServerError)
}

func TestSigningOutHoldsWhileTheDatabaseIsDown(t *testing.T) {
	t.Parallel()

	c, dave, carol, stop := outage(t)
	cookie := dave.cookies()["opsconsole"]
	start := stop()

	if _, status, text := dave.page(http.MethodPost, "/logout", nil); status != http.StatusInternalServerError {
		t.Errorf("got %d %s, want the failure of the database", status, text)
	}

	if left := dave.cookies()["opsconsole"]; left != "" {
		t.Error("the browser keeps the cookie")
	}

	dave.setCookie("opsconsole", cookie) // a copy of it
	wantNobody(t, dave, http.StatusInternalServerError)
	wantLooker(t, carol, "carol")

	// Neither is it taken when its row can be read again.
	start()
	expectKind(t, dave.get("/"), http.StatusUnauthorized, "session ended")

	if err := c.auth.Remember(t.Context()); err != nil || count(t, c.db, "opsconsole_sessions") != 1 {
		t.Errorf("got %v, want carol's session alone to be left", err)
	}

	wantNobody(t, dave, http.StatusUnauthorized)
}

// TestSessionsGoOnWhileTheDatabaseIsReadOnly has time pass after which the provider is asked
// again: what it says could not be kept.
func TestSessionsGoOnWhileTheDatabaseIsReadOnly(t *testing.T) {
	t.Parallel()

	databaseURL := storetest.PostgresURL(t)
	db := storetest.Open(t, databaseURL)
	idp := newFakeIDP(t)
	c := newConsole(t, db, idp.use)
	b := c.browser(t)
	b.get("/begin")

	writable := storetest.MakeReadOnly(t, db, databaseURL)

	for range 10 {
		idp.clock.Advance(10 * time.Minute)

		if got := b.get("/"); got.Identity.Username != "dave" {
			t.Fatalf("got %+v, want dave", got)
		}
	}

	if n := idp.renewals(); n != 0 {
		t.Errorf("a refresh token was spent %d times", n)
	}

	if got := c.browser(t).get("/begin"); got.Status != http.StatusInternalServerError {
		t.Errorf("signing in: got %+v, want the failure of the database before anybody is sent away", got)
	}

	writable()

	if err := db.ProbeWrite(t.Context()); err != nil {
		t.Fatal(err)
	}

	if got := b.get("/"); got.Identity.Username != "dave" || idp.renewals() != 1 {
		t.Errorf("afterwards: %+v after %d renewals, want dave and one", got, idp.renewals())
	}
}
