package auth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestWhatEndedBeforeAnOutageIsOver has the database die before anybody looks which sessions are
// left.
func TestWhatEndedBeforeAnOutageIsOver(t *testing.T) {
	t.Parallel()

	ways := map[string]func(c *console, b *browser, idp *fakeIDP){
		"signed out": func(_ *console, b *browser, _ *fakeIDP) { b.page(http.MethodPost, "/logout", nil) },
		"ended by an operator": func(c *console, b *browser, _ *fakeIDP) {
			if err := c.endSession(b.t.Context(), b.get("/").Identity.SessionID); err != nil {
				b.t.Fatal(err)
			}
		},
		"ended by the provider": func(_ *console, b *browser, idp *fakeIDP) {
			if got := b.logout(idp.jwtOf(b.t, "logout+jwt", idp.logoutClaims(nil))); got.Status != http.StatusOK {
				b.t.Fatalf("got %+v", got)
			}
		},
		"signed in again": func(_ *console, b *browser, _ *fakeIDP) { b.get("/begin") },
		"deleted by another replica": func(c *console, b *browser, idp *fakeIDP) {
			if _, err := c.db.Write().ExecContext(b.t.Context(), `DELETE FROM opsconsole_sessions`); err != nil {
				b.t.Fatal(err)
			}

			idp.clock.Advance(lookLasts)
			b.get("/")
		},
	}

	for name, end := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			databaseURL := storetest.PostgresURL(t)
			idp := newFakeIDP(t)
			c := newConsole(t, storetest.Open(t, databaseURL), idp.use)
			b, copied := c.browser(t), c.browser(t)
			b.get("/begin")
			b.get("/")
			copied.setCookie("opsconsole", b.cookies()["opsconsole"])

			end(c, b, idp)
			defer storetest.Stop(t, c.db, databaseURL)()

			wantNobody(t, copied, http.StatusInternalServerError)
		})
	}
}

func TestWhoLostTheRoleBeforeAnOutageIsNotRemembered(t *testing.T) {
	t.Parallel()

	c, dave, carol, stop := outage(t)

	// Another process heard of it.
	if _, err := c.db.Write().ExecContext(t.Context(), `UPDATE opsconsole_sessions SET role = 'analyst' WHERE username = 'dave'`); err != nil {
		t.Fatal(err)
	}

	if err := c.auth.Remember(t.Context()); err != nil {
		t.Fatal(err)
	}

	defer stop()()

	wantNobody(t, dave, http.StatusInternalServerError)
	wantLooker(t, carol, "carol")
}

// TestWhatTheProviderRefusesHoldsUnwritten has the database become read-only while the provider
// is asked.
func TestWhatTheProviderRefusesHoldsUnwritten(t *testing.T) {
	t.Parallel()

	for name, says := range map[string]func(idp *fakeIDP, body claims) int{
		"no grant": func(_ *fakeIDP, body claims) int {
			clear(body)

			body["error"] = "invalid_grant"

			return http.StatusBadRequest
		},
		"another role": func(idp *fakeIDP, body claims) int {
			lower := idp.standardClaims()
			lower[auth.DefaultRolesClaim] = []string{"analyst"}
			body["id_token"] = idp.jwt(lower)

			return http.StatusOK
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			databaseURL := storetest.SQLiteURL(t)
			db := storetest.Open(t, databaseURL)
			idp, c, b := checks(t, db, (*fakeIDP).rotate)
			copied := c.browser(t)
			copied.setCookie("opsconsole", b.cookies()["opsconsole"])

			writable := func() {}

			idp.set(func() {
				idp.respond = func(_ *http.Request, body claims) int {
					writable = storetest.MakeReadOnly(t, db, databaseURL)

					return says(idp, body)
				}
			})
			idp.clock.Advance(9 * time.Minute)

			expectKind(t, b.get("/"), http.StatusUnauthorized, "session ended")
			expectKind(t, copied.get("/"), http.StatusUnauthorized, "session ended")

			writable()

			if err := c.auth.Remember(t.Context()); err != nil || count(t, db, "opsconsole_sessions") != 0 {
				t.Errorf("got %v, want no session to be left", err)
			}
		})
	}
}

// strangers are a console that has seen nobody, and a browser that another one signed in.
func strangers(t *testing.T) (idp *fakeIDP, c *console, b *browser, stop func() (start func())) {
	t.Helper()

	databaseURL := storetest.PostgresURL(t)
	db := storetest.Open(t, databaseURL)
	idp = newFakeIDP(t)
	first := newConsole(t, db, idp.use).browser(t)
	first.get("/begin")

	c = newConsole(t, db, idp.use)
	b = c.browser(t)
	b.setCookie("opsconsole", first.cookies()["opsconsole"])

	return idp, c, b, func() func() { return storetest.Stop(t, db, databaseURL) }
}

func TestALogoutDuringAnOutageEndsWhomNobodySaw(t *testing.T) {
	t.Parallel()

	idp, c, b, stop := strangers(t)
	token := idp.jwtOf(t, "logout+jwt", idp.logoutClaims(claims{"sid": ""}))
	start := stop()

	if got := c.browser(t).logout(token); got.Status != http.StatusInternalServerError {
		t.Errorf("got %+v, want the failure of the database", got)
	}

	if err := c.auth.Remember(t.Context()); store.TroubleOf(err) == nil {
		t.Errorf("got %v, want what is wrong with the database", err)
	}

	start()

	if err := c.auth.Remember(t.Context()); err != nil || count(t, c.db, "opsconsole_sessions") != 0 {
		t.Errorf("got %v, want no session to be left", err)
	}

	expectKind(t, b.get("/"), http.StatusUnauthorized, "session ended")

	// It counts as used.
	if got := c.browser(t).logout(token); got.Status != http.StatusUnauthorized || got.Kind != "logout invalid" {
		t.Errorf("used again: got %+v, want it refused", got)
	}
}

func TestASignOutDuringAnOutageHoldsForASessionThatNobodySaw(t *testing.T) {
	t.Parallel()

	_, c, b, stop := strangers(t)
	cookie := b.cookies()["opsconsole"]
	start := stop()

	b.page(http.MethodPost, "/logout", nil)
	start()
	b.setCookie("opsconsole", cookie)
	expectKind(t, b.get("/"), http.StatusUnauthorized, "session ended")

	if n := count(t, c.db, "opsconsole_sessions"); n != 0 {
		t.Errorf("%d sessions are left, want none", n)
	}
}

func TestAStreamEndsWithItsSessionDuringAnOutage(t *testing.T) {
	t.Parallel()

	c, dave, _, stop := outage(t)
	id := dave.get("/").Identity.SessionID

	defer stop()()

	dave.page(http.MethodPost, "/logout", nil)

	if open, err := c.auth.IsOpen(t.Context(), id); open || err != nil {
		t.Errorf("got %t, %v, want it over", open, err)
	}
}
