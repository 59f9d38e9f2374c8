package auth_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// withoutRefresh makes the provider give no refresh tokens.
func (f *fakeIDP) withoutRefresh() {
	f.respond = func(_ *http.Request, body claims) int {
		delete(body, "refresh_token")

		return http.StatusOK
	}
}

// load is a page load of a browser; get is what a script of the page does.
func (b *browser) load(target string) answer {
	b.t.Helper()

	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+target, http.NoBody)
	if err != nil {
		b.t.Fatal(err)
	}

	request.Header.Set("Accept", "text/html,*/*;q=0.8")
	request.Header.Set("Sec-Fetch-Dest", "document")

	response, err := b.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()

	var read answer
	if err := json.NewDecoder(response.Body).Decode(&read); err != nil { //nolint:musttag // as in browser.read
		b.t.Fatal(err)
	}

	read.Status = response.StatusCode

	return read
}

func checks(t *testing.T, db *store.DB, arrange func(*fakeIDP)) (*fakeIDP, *console, *browser) {
	t.Helper()

	idp := newFakeIDP(t)
	arrange(idp)

	c := newConsole(t, db, idp.use)
	b := c.browser(t)

	if got := b.get("/begin"); !got.Identity.IsOps() {
		t.Fatalf("signed in as %+v, want dave of Ops", got)
	}

	return idp, c, b
}

func sqlite(t *testing.T) *store.DB {
	t.Helper()

	return storetest.Open(t, storetest.SQLiteURL(t))
}

// TestALostRoleIsLostWithinMinutes has each way to check the roles again.
func TestALostRoleIsLostWithinMinutes(t *testing.T) {
	t.Parallel()

	lost := func(c claims) { c[auth.DefaultRolesClaim] = []string{"analyst"} }
	info := func(f *fakeIDP, change func(c claims)) func() (int, claims) {
		return func() (int, claims) {
			body := f.standardClaims()
			change(body)

			return http.StatusOK, body
		}
	}

	for name, test := range map[string]struct {
		arrange, lose func(*fakeIDP)
		ask           func(*browser, string) answer
	}{
		"by refresh": {
			func(*fakeIDP) {}, func(f *fakeIDP) { f.idToken = lost }, (*browser).get,
		},
		"by refresh, in a stream": {
			func(*fakeIDP) {}, func(f *fakeIDP) { f.idToken = lost },
			func(b *browser, _ string) answer { return b.get("/recheck") },
		},
		"by userinfo": {
			func(f *fakeIDP) {
				f.withoutRefresh()
				f.userinfo = info(f, func(claims) {})
			},
			func(f *fakeIDP) { f.userinfo = info(f, lost) }, (*browser).get,
		},
		"by userinfo, which had them and has none": {
			func(f *fakeIDP) {
				f.withoutRefresh()
				f.idToken = func(c claims) { delete(c, auth.DefaultRolesClaim) }
				f.userinfo = info(f, func(claims) {})
			},
			func(f *fakeIDP) { f.userinfo = info(f, func(c claims) { delete(c, auth.DefaultRolesClaim) }) }, (*browser).get,
		},
		"by a silent round": {
			(*fakeIDP).withoutRefresh, func(f *fakeIDP) { f.idToken = lost }, (*browser).load,
		},
		"by a silent round, as userinfo says nothing of roles": {
			func(f *fakeIDP) {
				f.withoutRefresh()
				f.userinfo = info(f, func(c claims) { delete(c, auth.DefaultRolesClaim) })
			},
			func(f *fakeIDP) { f.idToken = lost }, (*browser).load,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			idp, c, b := checks(t, sqlite(t), test.arrange)
			idp.set(func() { test.lose(idp) })

			idp.clock.Advance(5*time.Minute - time.Second)

			if got := test.ask(b, "/jobs?x=1"); !got.Identity.IsOps() {
				t.Errorf("just before: %+v, want dave of Ops still", got)
			}

			idp.clock.Advance(time.Second)

			got := test.ask(b, "/jobs?x=1")
			if got.Identity.Username != "dave" || got.Identity.IsOps() {
				t.Errorf("got %+v, want dave without Ops", got)
			}

			if _, ok := c.auth.LatestToken(); ok {
				t.Error("the token is offered still")
			}

			if user, err := c.auth.User(t.Context(), "dave"); err != nil || user.Role == ops.RoleOps {
				t.Errorf("the user is remembered as %+v, %v, want a role other than ops", user, err)
			}
		})
	}
}

func TestASilentRoundAsksNobodyAndKeepsTheSession(t *testing.T) {
	t.Parallel()

	idp, c, b := checks(t, sqlite(t), (*fakeIDP).withoutRefresh)
	before := b.get("/").Identity
	cookie := b.cookies()["opsconsole"]

	var asked []url.Values

	idp.set(func() { idp.authorized = func(query url.Values) { asked = append(asked, query) } })

	for round := 1; round <= 3; round++ {
		idp.clock.Advance(5 * time.Minute)

		// Only a page load goes there.
		if got := b.get("/"); got.Identity.Token == "" || len(asked) != round-1 {
			t.Fatalf("round %d: a script's request got %+v after %d rounds, want a token and %d rounds", round, got, len(asked), round-1)
		}

		// Nor with what would be lost on the way.
		if got := b.load("/review?message=" + strings.Repeat("x", 2000)); got.Identity.Token == "" || len(asked) != round-1 {
			t.Fatalf("round %d: a long address got %+v after %d rounds, want a token and %d rounds", round, got, len(asked), round-1)
		}

		got := b.load("/jobs?x=1")
		if got.Path != "/jobs?x=1" || !got.Identity.IsOps() || len(asked) != round {
			t.Fatalf("round %d: got %+v after %d rounds, want /jobs?x=1 for Ops and %d rounds", round, got, len(asked), round)
		}

		after := got.Identity
		if after.Token == before.Token || after.ExpiresAt != before.ExpiresAt || after.SessionID != before.SessionID ||
			b.cookies()["opsconsole"] != cookie {
			t.Errorf("round %d: before %+v, after %+v, want another token, the same session, cookie and end", round, before, after)
		}
	}

	for _, query := range asked {
		if query.Get("prompt") != "none" || query.Get("id_token_hint") == "" || query.Get("nonce") == "" {
			t.Errorf("asked with %v, want prompt=none, an id_token_hint and a nonce", query)
		}
	}

	if n := count(t, c.db, "opsconsole_sessions"); n != 1 {
		t.Errorf("%d sessions, want 1", n)
	}
}

func TestASilentRoundThatFails(t *testing.T) {
	t.Parallel()

	refuse := func(code string) func(*fakeIDP) {
		return func(f *fakeIDP) {
			f.authorize = func(answer url.Values) {
				answer.Del("code")
				answer.Set("error", code)
			}
		}
	}

	for name, test := range map[string]struct {
		arrange func(*fakeIDP)
		kind    string
	}{
		"nobody is signed in there": {refuse("login_required"), "session ended"},
		"somebody else is":          {func(f *fakeIDP) { f.idToken = func(c claims) { c["sub"] = "user-2" } }, "session ended"},
		"the answer is forged":      {func(f *fakeIDP) { f.sign = func([]byte) string { return "a.b.c" } }, "session ended"},
		"it cannot just now":        {refuse("temporarily_unavailable"), ""},
		"it is down":                {func(f *fakeIDP) { f.down = true }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			idp, c, b := checks(t, sqlite(t), (*fakeIDP).withoutRefresh)
			idp.set(func() { test.arrange(idp) })
			idp.clock.Advance(5 * time.Minute)

			got := b.load("/jobs")
			if got.Kind != test.kind || (test.kind == "" && !got.Identity.IsOps()) || (test.kind != "" && got.ReturnTo != "/jobs") {
				t.Errorf("got %+v, want kind %q (of Ops if empty, else back to /jobs)", got, test.kind)
			}

			if n := count(t, c.db, "opsconsole_sessions"); (n == 1) != (test.kind == "") {
				t.Errorf("%d sessions are left, want one: %t", n, test.kind == "")
			}
		})
	}
}

// TestASessionEndsWithItsAccessToken has one that nothing can renew but a page load.
func TestASessionEndsWithItsAccessToken(t *testing.T) {
	t.Parallel()

	idp, c, b := checks(t, sqlite(t), (*fakeIDP).withoutRefresh)

	idp.clock.Advance(10*time.Minute - time.Second)

	if got := b.get("/"); !got.Identity.IsOps() {
		t.Errorf("just before: %+v, want dave of Ops", got)
	}

	idp.clock.Advance(time.Second)
	expectKind(t, b.get("/"), http.StatusUnauthorized, "session ended")
	expectKind(t, b.get("/recheck"), http.StatusUnauthorized, "session ended")

	if _, ok := c.auth.LatestToken(); ok {
		t.Error("its token is offered still")
	}

	if got := b.load("/"); !got.Identity.IsOps() || got.Identity.Token == "" {
		t.Errorf("a page load: %+v, want dave of Ops with a token", got)
	}

	if got := b.get("/"); !got.Identity.IsOps() {
		t.Errorf("afterwards: %+v, want dave of Ops", got)
	}
}

func TestWhatUserinfoSaysOfASession(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		status int
		sub    string
		ends   bool
	}{
		"it knows them":        {http.StatusOK, "user-1", false},
		"it refuses the token": {http.StatusUnauthorized, "", true},
		"it forbids it":        {http.StatusForbidden, "", true},
		"it is of another":     {http.StatusOK, "user-2", true},
		"it is of nobody":      {http.StatusOK, "", true},
		"it has too much":      {http.StatusTooManyRequests, "", false},
		"it fails":             {http.StatusInternalServerError, "", false},
		"its proxy fails":      {http.StatusBadGateway, "", false},
	} {
		for _, refresh := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				idp, _, b := checks(t, sqlite(t), func(f *fakeIDP) {
					if !refresh {
						f.withoutRefresh()
					}

					f.idToken = func(c claims) { delete(c, auth.DefaultRolesClaim) }
					f.userinfo = func() (int, claims) { return http.StatusOK, f.standardClaims() }
				})

				idp.set(func() {
					idp.userinfo = func() (int, claims) {
						body := idp.standardClaims()
						body["sub"] = test.sub

						return test.status, body
					}
				})
				idp.clock.Advance(5 * time.Minute)

				for range 3 {
					got := b.get("/")
					if (test.ends && got.Status != http.StatusUnauthorized) || (!test.ends && !got.Identity.IsOps()) {
						t.Errorf("got %+v, want the session ended: %t", got, test.ends)
					}
				}
			})
		}
	}
}

// TestASessionIsBoundToItsSettings starts the console anew with each of them changed.
func TestASessionIsBoundToItsSettings(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		change option
		out    bool
	}{
		"nothing":         {func(*auth.Config) {}, false},
		"another secret":  {func(cfg *auth.Config) { cfg.ClientSecret = "x" }, false},
		"the client":      {func(cfg *auth.Config) { cfg.ClientID = "x" }, true},
		"the roles claim": {func(cfg *auth.Config) { cfg.RolesClaim = "roles" }, true},
		"the Ops role":    {func(cfg *auth.Config) { cfg.OpsRole = "operators" }, true},
		"the issuer":      {func(cfg *auth.Config) { cfg.Issuer = "https://idp.example.com" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			idp, c, b := checks(t, sqlite(t), func(*fakeIDP) {})
			again := newConsole(t, c.db, idp.use, test.change).browser(t)
			again.setCookie("opsconsole", b.cookies()["opsconsole"])

			if got := again.get("/"); (got.Kind == "session ended") != test.out {
				t.Errorf("got %+v, want the session ended: %t", got, test.out)
			}
		})
	}
}

// TestASessionOfTheVersionBefore has none of the columns that came later.
func TestASessionOfTheVersionBefore(t *testing.T) {
	t.Parallel()

	idp, c, b := checks(t, sqlite(t), func(*fakeIDP) {})

	_, err := c.db.Write().ExecContext(t.Context(),
		`UPDATE opsconsole_sessions SET renewal = NULL, checked_at = NULL, bound_to = NULL, sid = NULL`)
	if err != nil {
		t.Fatal(err)
	}

	if got := b.get("/"); !got.Identity.IsOps() {
		t.Errorf("got %+v, want dave of Ops", got)
	}

	idp.clock.Advance(5 * time.Minute)

	if got := b.get("/"); !got.Identity.IsOps() || idp.renewals() != 1 {
		t.Errorf("got %+v after %d renewals, want dave of Ops and 1 renewal", got, idp.renewals())
	}
}
