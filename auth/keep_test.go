package auth_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/go-jose/go-jose/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestWhatARenewalBroughtIsKept has a process that has no keys yet spend a refresh token while
// the keys cannot be had.
func TestWhatARenewalBroughtIsKept(t *testing.T) {
	t.Parallel()

	idp, c, b := checks(t, sqlite(t), (*fakeIDP).rotate)
	later := newConsole(t, c.db, idp.use).browser(t)
	later.setCookie("opsconsole", b.cookies()["opsconsole"])

	keys := func(status int) {
		own := jose.JSONWebKey{Key: idp.key.Public(), KeyID: keyID, Algorithm: oidc.RS256}
		idp.set(func() { idp.keys = func() (int, claims) { return status, claims{"keys": []any{own}} } })
	}

	keys(http.StatusServiceUnavailable)
	idp.clock.Advance(9 * time.Minute)

	if got := later.get("/"); !got.Identity.IsOps() || idp.renewals() != 1 {
		t.Errorf("without keys: %+v after %d renewals, want Ops after 1", got, idp.renewals())
	}

	keys(http.StatusOK)
	idp.clock.Advance(15 * time.Second)

	if got := later.get("/"); !got.Identity.IsOps() || idp.renewals() != 2 {
		t.Errorf("with keys: %+v after %d renewals, want Ops after 2", got, idp.renewals())
	}
}

func TestATokenEndpointThatHasTooMuchEndsNoSession(t *testing.T) {
	t.Parallel()

	idp, _, b := checks(t, sqlite(t), func(*fakeIDP) {})
	idp.set(func() {
		idp.respond = func(_ *http.Request, body claims) int {
			clear(body)

			body["error"] = "too_many_requests"

			return http.StatusTooManyRequests
		}
	})
	idp.clock.Advance(9 * time.Minute)

	if got := b.get("/"); !got.Identity.IsOps() {
		t.Errorf("got %+v, want dave of Ops", got)
	}
}

// TestStrangersDoNotHideANewKey has somebody use up the fetch of keys just before the provider
// begins to sign with another one.
func TestStrangersDoNotHideANewKey(t *testing.T) {
	t.Parallel()

	idp, c, b := checks(t, sqlite(t), (*fakeIDP).rotate)
	idp.clock.Advance(9 * time.Minute)

	payload, err := json.Marshal(idp.accessClaims())
	if err != nil {
		t.Fatal(err)
	}

	stranger := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	stranger.Header.Set("Authorization", "Bearer "+oidctest.SignIDToken(newTestKey(), "strange", oidc.RS256, string(payload)))

	before := idp.requests("/keys")
	if _, err := c.auth.Identify(stranger); err == nil || idp.requests("/keys") != before+1 {
		t.Fatalf("a stranger: %v after %d fetches, want an error after 1", err, idp.requests("/keys")-before)
	}

	rotated := newTestKey()
	idp.publish(jose.JSONWebKey{Key: rotated.Public(), KeyID: "next", Algorithm: oidc.RS256})
	idp.set(func() {
		idp.sign = func(payload []byte) string { return oidctest.SignIDToken(rotated, "next", oidc.RS256, string(payload)) }
	})

	if got := b.get("/"); !got.Identity.IsOps() || got.Identity.Token == "" {
		t.Errorf("got %+v, want dave of Ops with a token", got)
	}
}

// TestOneSessionsTroubleStopsNoOther has the userinfo endpoint fail for a session without a
// refresh token.
func TestOneSessionsTroubleStopsNoOther(t *testing.T) {
	t.Parallel()

	idp, c, b := checks(t, sqlite(t), func(f *fakeIDP) {
		f.withoutRefresh()
		f.userinfo = func() (int, claims) { return http.StatusOK, f.standardClaims() }
	})

	other := c.browser(t)

	idp.set(func() { idp.respond = nil })
	other.get("/begin")

	rounds := 0

	idp.set(func() {
		idp.userinfo = func() (int, claims) { return http.StatusNotFound, claims{} }
		idp.authorized = func(url.Values) { rounds++ }
	})
	idp.clock.Advance(5 * time.Minute)

	if got := b.get("/"); !got.Identity.IsOps() {
		t.Errorf("got %+v, want dave of Ops", got)
	}

	if got := other.get("/"); !got.Identity.IsOps() || idp.renewals() != 1 {
		t.Errorf("another got %+v after %d renewals, want Ops after 1", got, idp.renewals())
	}

	// What userinfo cannot say, a silent round can.
	if got := b.load("/"); !got.Identity.IsOps() || rounds != 1 {
		t.Errorf("a page load got %+v after %d rounds, want Ops after 1", got, rounds)
	}
}

// TestUserinfoIsTriedAtTheSignIn tells an endpoint that never takes this token from one that
// takes it no more.
func TestUserinfoIsTriedAtTheSignIn(t *testing.T) {
	t.Parallel()

	idp, _, b := checks(t, sqlite(t), func(f *fakeIDP) {
		f.withoutRefresh()
		f.userinfo = func() (int, claims) { return http.StatusUnauthorized, claims{} }
	})
	idp.clock.Advance(5 * time.Minute)

	if got := b.get("/"); !got.Identity.IsOps() {
		t.Errorf("one that never took it: %+v, want Ops still", got)
	}

	idp, _, b = checks(t, sqlite(t), func(f *fakeIDP) {
		f.withoutRefresh()
		f.userinfo = func() (int, claims) { return http.StatusOK, f.standardClaims() }
	})
	idp.set(func() {
		idp.userinfo = func() (int, claims) {
			body := idp.standardClaims()
			delete(body, auth.DefaultRolesClaim)

			return http.StatusOK, body
		}
	})
	idp.clock.Advance(5 * time.Minute)

	if got := b.get("/"); got.Identity.Username != "dave" || got.Identity.IsOps() {
		t.Errorf("one that says nothing of roles any more: %+v, want dave without Ops", got)
	}
}

// TestABrowserThatDoesNotComeBackIsNotSentAgain has the provider keep it.
func TestABrowserThatDoesNotComeBackIsNotSentAgain(t *testing.T) {
	t.Parallel()

	idp, c, b := checks(t, sqlite(t), (*fakeIDP).withoutRefresh)
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	expect := func(when string, want int) {
		t.Helper()

		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL+"/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}

		request.Header.Set("Sec-Fetch-Dest", "document")

		response, err := b.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()

		if response.StatusCode != want {
			t.Errorf("%s: got %s, want %d", when, response.Status, want)
		}
	}

	idp.clock.Advance(5 * time.Minute)
	expect("it is time", http.StatusSeeOther)
	expect("it came back by itself", http.StatusOK)
	idp.clock.Advance(time.Minute)
	expect("a minute later", http.StatusSeeOther)
	idp.clock.Advance(4*time.Minute - time.Second)
	expect("just before the token ends", http.StatusSeeOther)
	idp.clock.Advance(time.Second)
	expect("nothing else is left", http.StatusSeeOther)
}

// TestAProcessThatTakesLongIsNotWaitedForWithoutEnd has another one that renews, and does not end.
func TestAProcessThatTakesLongIsNotWaitedForWithoutEnd(t *testing.T) {
	t.Parallel()

	idp, c, b := checks(t, sqlite(t), func(*fakeIDP) {})
	idp.clock.Advance(9 * time.Minute)

	ctx, stop := context.WithCancel(t.Context())
	beats := make(chan struct{})

	go func() {
		defer close(beats)

		for ctx.Err() == nil {
			_, _ = c.db.Write().ExecContext(ctx, `UPDATE opsconsole_sessions SET renewal = $1`, rand.Text())

			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}()

	<-time.After(100 * time.Millisecond)

	worldtest.Within(t, 13*time.Second, func() {
		if got := b.get("/"); !got.Identity.IsOps() {
			t.Errorf("got %+v, want Ops", got)
		}
	})

	stop()
	<-beats
}

func TestAKeyIsForItsAlgorithm(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	idp.set(func() {
		own := jose.JSONWebKey{Key: idp.key.Public(), KeyID: keyID, Algorithm: oidc.PS256}
		idp.keys = func() (int, claims) { return http.StatusOK, claims{"keys": []any{own}} }
	})

	if code := verifies(t, idp.apiTokens(t), idp.jwt(idp.apiClaims(nil))); code != ops.CodeUnauthorized {
		t.Errorf("got %q, want %q", code, ops.CodeUnauthorized)
	}
}

func TestATokenThatIsBoundToAKeyIsNotTaken(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	for _, bound := range []claims{{"jkt": "x"}, {"x5t#S256": "x"}} {
		if code := verifies(t, idp.apiTokens(t), idp.jwt(idp.apiClaims(claims{"cnf": bound}))); code != ops.CodeUnauthorized {
			t.Errorf("%v: got %q, want %q", bound, code, ops.CodeUnauthorized)
		}
	}
}
