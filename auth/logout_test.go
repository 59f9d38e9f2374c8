package auth_test

import (
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

func (f *fakeIDP) logoutClaims(change claims) claims {
	now := f.clock.Now()
	all := claims{
		"iss": f.URL, "aud": clientID, "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": time.Now().String(),
		"sub": "user-1", "sid": "sid-1", "typ": "Logout",
		"events": claims{"http://schemas.openid.net/event/backchannel-logout": claims{}},
	}
	maps.Copy(all, change)

	return all
}

func (b *browser) logout(token string) answer {
	b.t.Helper()

	_, status, text := b.page(http.MethodPost, auth.BackchannelPath, url.Values{"logout_token": {token}})

	return b.read(status, text)
}

// TestTheProviderEndsSessions has two replicas, three people's sessions, and each way to name them.
func TestTheProviderEndsSessions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		idp := newFakeIDP(t)
		first, second := newConsole(t, db, idp.use), newConsole(t, db, idp.use)

		signIn := func(sub, sid string) *browser {
			idp.set(func() {
				idp.idToken = func(c claims) {
					c["sub"] = sub
					if sid != "" {
						c["sid"] = sid
					}
				}
			})

			b := first.browser(t)
			if got := b.get("/begin"); !got.Identity.IsOps() {
				t.Fatalf("got %+v, want dave of Ops", got)
			}

			return b
		}

		nobody := second.browser(t)
		mine, elsewhere, other, old := signIn("user-1", "sid-1"), signIn("user-1", "sid-2"), signIn("user-2", "sid-3"), signIn("user-1", "")
		expect := func(when string, want ...bool) {
			t.Helper()
			idp.clock.Advance(lookLasts) // it was said to another replica

			for i, b := range []*browser{mine, elsewhere, other, old} {
				if got := b.get("/"); got.Identity.IsOps() != want[i] {
					t.Errorf("%s: session %d: %+v, want it signed in: %t", when, i, got, want[i])
				}
			}
		}

		// A sid of somebody else's ends nothing.
		if got := nobody.logout(idp.jwtOf(t, "logout+jwt", idp.logoutClaims(claims{"sub": "user-3"}))); got.Status != http.StatusOK {
			t.Errorf("got %+v, want 200", got)
		}

		expect("another's", true, true, true, true)

		// By sid; one that has none goes by its sub.
		raw := idp.jwtOf(t, "logout+jwt", idp.logoutClaims(nil))
		if got := nobody.logout(raw); got.Status != http.StatusOK || got.Message != "dave" {
			t.Errorf("got %+v, want 200 and dave signed out", got)
		}

		expect("by sid", false, true, true, false)

		if got := nobody.logout(raw); got.Kind != "logout invalid" {
			t.Errorf("a second time: %+v, want logout invalid", got)
		}

		// By sid alone, and by sub alone.
		nobody.logout(idp.jwtOf(t, "logout+jwt", idp.logoutClaims(claims{"sub": nil, "sid": "sid-3"})))
		expect("by sid alone", false, true, false, false)
		nobody.logout(idp.jwtOf(t, "", idp.logoutClaims(claims{"sid": nil})))
		expect("by sub alone", false, false, false, false)

		idp.clock.Advance(time.Hour)

		if err := first.auth.Purge(t.Context()); err != nil || count(t, db, "opsconsole_logout_tokens") != 0 {
			t.Errorf("the used tokens stay: %v, want none left", err)
		}
	})
}

func TestBadLogoutTokensEndNothing(t *testing.T) {
	t.Parallel()

	idp, _, b := checks(t, sqlite(t), func(*fakeIDP) {})
	at := func(d time.Duration) int64 { return idp.clock.Now().Add(d).Unix() }

	for name, test := range map[string]struct {
		typ    string
		change claims
	}{
		"an access token's type": {"at+jwt", nil},
		"another issuer":         {"logout+jwt", claims{"iss": "https://idp.example.com"}},
		"another audience":       {"logout+jwt", claims{"aud": "x"}},
		"no audience":            {"logout+jwt", claims{"aud": nil}},
		"no iat":                 {"logout+jwt", claims{"iat": nil}},
		"from the future":        {"logout+jwt", claims{"iat": at(62 * time.Second)}},
		"expired":                {"logout+jwt", claims{"exp": at(-time.Minute)}},
		"never ending":           {"logout+jwt", claims{"exp": nil}},
		"no jti":                 {"logout+jwt", claims{"jti": nil}},
		"no events":              {"logout+jwt", claims{"events": nil}},
		"another event":          {"logout+jwt", claims{"events": claims{"x": claims{}}}},
		"an event that is none":  {"logout+jwt", claims{"events": claims{"http://schemas.openid.net/event/backchannel-logout": 1}}},
		"a nonce":                {"logout+jwt", claims{"nonce": "n"}},
		"nobody":                 {"logout+jwt", claims{"sub": nil, "sid": nil}},
	} {
		got := b.logout(idp.jwtOf(t, test.typ, idp.logoutClaims(test.change)))
		if got.Kind != "logout invalid" || got.Status != http.StatusUnauthorized {
			t.Errorf("%s: %+v, want 401, logout invalid", name, got)
		}
	}

	for name, raw := range map[string]string{"nothing": "", "no token": "x", "an ID token": idp.jwt(idp.standardClaims())} {
		if got := b.logout(raw); got.Kind != "logout invalid" {
			t.Errorf("%s: %+v, want logout invalid", name, got)
		}
	}

	if got := b.get("/"); !got.Identity.IsOps() {
		t.Errorf("afterwards: %+v, want dave of Ops still", got)
	}
}

func TestWhetherASessionIsOpenIsKnownEverywhere(t *testing.T) {
	t.Parallel()

	db := sqlite(t)
	idp, first, b := checks(t, db, func(*fakeIDP) {})
	second := newConsole(t, db, idp.use)
	id := b.get("/").Identity.SessionID

	open := func(c *console) bool {
		t.Helper()

		open, err := c.auth.IsOpen(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}

		return open
	}

	if !open(first) || !open(second) {
		t.Error("it is not open")
	}

	if err := first.endSession(t.Context(), id); err != nil {
		t.Fatal(err)
	}

	idp.clock.Advance(time.Second)

	if open(first) || open(second) {
		t.Error("it is open still")
	}
}
