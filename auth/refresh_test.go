package auth_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestTokensAreRenewedInTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		idp := newFakeIDP(t)
		idp.respond = func(_ *http.Request, body claims) int {
			body["expires_in"] = 250 // before the roles are looked at again

			return http.StatusOK
		}
		c := newConsole(t, db, idp.use)
		b := c.browser(t)
		before := b.get("/begin").Identity

		idp.clock.Advance(200*time.Second - time.Second)

		if got := b.get("/").Identity; got.Token != before.Token || idp.renewals() != 0 {
			t.Errorf("too early: %d renewals, want none and the same token", idp.renewals())
		}

		idp.clock.Advance(time.Second)
		idp.set(func() { idp.idToken = func(c claims) { c[auth.DefaultRolesClaim] = []string{"ops", "admin"} } })

		// A hundred requests of one session that come together.
		var group sync.WaitGroup

		answers := make([]answer, 100)
		for i := range answers {
			group.Go(func() { answers[i] = b.get("/") })
		}

		group.Wait()

		for _, got := range answers {
			if got.Identity.Token == before.Token || got.Identity.Token != answers[0].Identity.Token || !got.Identity.IsOps() {
				t.Fatalf("got %+v, want dave of Ops with one and the same new token", got)
			}
		}

		if n := idp.renewals(); n != 1 {
			t.Errorf("%d renewals, want 1", n)
		}

		if token, _ := c.auth.LatestToken(); token != answers[0].Identity.Token {
			t.Error("the latest token is an old one")
		}
	})
}

func TestTheLatestTokenIsStillGood(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use)
	c.browser(t).get("/begin")
	idp.clock.Advance(time.Minute)

	later := c.browser(t)
	want := later.get("/begin").Identity

	if token, ok := c.auth.LatestToken(); !ok || token != want.Token {
		t.Errorf("offered %q, %v, want the one that lasts longest", token, ok)
	}

	idp.clock.Advance(10*time.Minute - time.Second)

	if token, ok := c.auth.LatestToken(); !ok || token != want.Token {
		t.Errorf("in its last second: %q, %v, want %q", token, ok, want.Token)
	}

	idp.clock.Advance(time.Second)

	if token, ok := c.auth.LatestToken(); ok || token != "" {
		t.Errorf("when it is over: %q, %v, want none", token, ok)
	}
}

func TestRolesAreReadAgain(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		arrange func(*fakeIDP)
		want    ops.Role
	}{
		"another role": {func(f *fakeIDP) {
			f.idToken = func(c claims) { c[auth.DefaultRolesClaim] = []string{"analyst"} }
		}, ops.RoleAnalyst},
		"no role any more": {func(f *fakeIDP) {
			f.idToken = func(c claims) { delete(c, auth.DefaultRolesClaim) }
		}, ""},
		"no ID token, opaque access token": {func(f *fakeIDP) {
			f.respond = func(_ *http.Request, body claims) int {
				delete(body, "id_token")

				return http.StatusOK
			}
		}, ops.RoleOps},
		"no ID token, the access token speaks": {func(f *fakeIDP) {
			f.access = func(c claims) string {
				c[auth.DefaultRolesClaim] = "admin"

				return f.jwt(c)
			}
			f.respond = func(_ *http.Request, body claims) int {
				delete(body, "id_token")

				return http.StatusOK
			}
		}, ops.RoleAdmin},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			idp := newFakeIDP(t)
			c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use)
			b := c.browser(t)
			b.get("/begin")

			idp.set(func() { test.arrange(idp) })
			idp.clock.Advance(9 * time.Minute)

			got := b.get("/")
			if got.Identity.Username != "dave" || got.Identity.Role != test.want || idp.renewals() != 1 {
				t.Errorf("got %+v, want role %q", got, test.want)
			}

			if _, ok := c.auth.LatestToken(); ok != (test.want == ops.RoleOps) {
				t.Errorf("a token is offered: %v, want %t", ok, test.want == ops.RoleOps)
			}
		})
	}
}

func TestARefusedRenewalEndsTheSession(t *testing.T) {
	t.Parallel()

	for name, arrange := range map[string]func(*fakeIDP){
		"invalid_grant": func(f *fakeIDP) {
			f.respond = func(_ *http.Request, body claims) int {
				clear(body)

				body["error"] = "invalid_grant"

				return http.StatusBadRequest
			}
		},
		"for somebody else": func(f *fakeIDP) { f.idToken = func(c claims) { c["sub"] = "user-2" } },
		"a forged ID token": func(f *fakeIDP) { f.sign = func([]byte) string { return "a.b.c" } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			idp := newFakeIDP(t)
			c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use)
			b := c.browser(t)
			b.get("/begin")

			idp.set(func() { arrange(idp) })
			idp.clock.Advance(9 * time.Minute)

			expectKind(t, b.get("/"), http.StatusUnauthorized, "session ended")

			if n := count(t, c.db, "opsconsole_sessions"); n != 0 {
				t.Errorf("%d rows are left, want none", n)
			}

			if _, ok := c.auth.LatestToken(); ok {
				t.Error("its token is still offered")
			}
		})
	}
}

func TestAProviderThatIsDownEndsNoSession(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use)
	b := c.browser(t)
	b.get("/begin")

	var tried atomic.Int32

	idp.set(func() {
		idp.respond = func(_ *http.Request, body claims) int {
			tried.Add(1)
			clear(body)

			return http.StatusBadGateway
		}
	})
	idp.clock.Advance(9*time.Minute + 30*time.Second)

	for range 5 {
		if got := b.get("/"); got.Identity.Username != "dave" || got.Identity.Token == "" {
			t.Fatalf("while its token lasts: %+v, want dave with a token", got)
		}
	}

	if n := tried.Load(); n != 1 {
		t.Errorf("it was asked %d times at once, want once", n)
	}

	idp.clock.Advance(time.Minute)

	if got := b.get("/"); got.Identity.Username != "dave" || got.Identity.Token != "" {
		t.Errorf("after its token ended: %+v, want dave without a token", got)
	}

	if _, ok := c.auth.LatestToken(); ok {
		t.Error("an expired token is offered")
	}

	idp.set(func() { idp.respond = nil })
	idp.clock.Advance(15 * time.Second)

	if got := b.get("/"); got.Identity.Token == "" {
		t.Errorf("after it came back: %+v, want a token", got)
	}
}

func TestSigningOutDuringARenewalHolds(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use)
	b, other := c.browser(t), c.browser(t)
	id := b.get("/begin").Identity.SessionID
	other.setCookie("opsconsole", b.cookies()["opsconsole"])

	idp.set(func() {
		idp.arrived = func() {
			if err := c.endSession(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
	})
	idp.clock.Advance(9 * time.Minute)

	expectKind(t, b.get("/"), http.StatusUnauthorized, "session ended")
	expectKind(t, other.get("/"), http.StatusUnauthorized, "session ended")
}

func TestTheDemoRenewsItsTokens(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), func(cfg *auth.Config) { cfg.SessionIdle = 2 * time.Hour })
	b := c.browser(t)
	before := b.signIn("olga")

	c.clock.Advance(59*time.Minute + 30*time.Second)

	if got := b.get("/"); got.Identity.Username != "olga" || got.Identity.Token == before.Token || got.Identity.Token == "" {
		t.Errorf("got %+v, want olga with another token", got)
	}
}
