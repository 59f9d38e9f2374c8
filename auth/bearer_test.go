package auth_test

import (
	"encoding/json"
	"io"
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

// call sends a request with these Authorization headers.
func (b *browser) call(target string, headers ...string) answer {
	b.t.Helper()

	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+target, nil)
	if err != nil {
		b.t.Fatal(err)
	}

	request.Header["Authorization"] = headers

	response, err := b.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()

	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}

	return b.read(response.StatusCode, string(text))
}

func TestAScriptOfTheDemo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		c := newConsole(t, db)
		b := c.browser(t)

		_, status, text := b.page(http.MethodPost, "/demo-idp/demo-token", url.Values{"username": {"dave"}})

		var token struct {
			AccessToken string `json:"access_token"`
			TokenType   string `json:"token_type"`
			ExpiresIn   int    `json:"expires_in"`
		}
		if err := json.Unmarshal([]byte(text), &token); err != nil || status != http.StatusOK ||
			token.TokenType != "Bearer" || token.ExpiresIn < 3500 || token.ExpiresIn > 3600 {
			t.Fatalf("status %d, %v, want 200 and a Bearer token for an hour: %s", status, err, text)
		}

		got := b.call("/jobs", "Bearer "+token.AccessToken)

		who := got.Identity
		if got.Status != http.StatusOK || who.Username != "dave" || who.Email != "dave@graph-olap.example.com" || !who.IsOps() ||
			who.Via != auth.ViaBearer || who.Token != token.AccessToken || who.SessionID != "" || !who.ExpiresAt.After(who.SignedInAt) {
			t.Errorf("got %+v, want 200 and dave of Ops by the bearer token, with no session", got)
		}

		if user, err := c.auth.User(t.Context(), "dave"); err != nil || user.Role != ops.RoleOps {
			t.Errorf("the user is remembered as %+v, %v, want dave with the role ops", user, err)
		}

		if n := count(t, db, "opsconsole_sessions"); n != 0 || len(b.cookies()) != 0 {
			t.Errorf("a bearer token made %d sessions and the cookies %v, want none", n, b.cookies())
		}

		if _, ok := c.auth.LatestToken(); ok {
			t.Error("a script's token is offered to others")
		}

		c.clock.Advance(2 * time.Hour)
		expectKind(t, b.call("/jobs", "Bearer "+token.AccessToken), http.StatusUnauthorized, "bearer invalid")
	})
}

func TestBearerTokens(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use, func(cfg *auth.Config) { cfg.Audiences = []string{"the api"} })
	b := c.browser(t)

	token := func(change func(c claims)) string {
		made := idp.accessClaims()
		if change != nil {
			change(made)
		}

		return idp.jwt(made)
	}
	good := token(nil)

	for name, header := range map[string]string{
		"good":             "Bearer " + good,
		"lower case":       "bearer  " + good + " ",
		"another audience": "Bearer " + token(func(c claims) { c["aud"] = []string{"x", "the api"} }),
		"a nonce in an access token": "Bearer " + token(func(c claims) {
			c["nonce"], c["typ"] = "x", "Bearer"
		}),
	} {
		if got := b.call("/", header); got.Status != http.StatusOK || got.Identity.Username != "dave" {
			t.Errorf("%s: %+v, want 200 for dave", name, got)
		}
	}

	noRoles := token(func(c claims) { delete(c, auth.DefaultRolesClaim) })
	if got := b.call("/", "Bearer "+noRoles); got.Identity.Role != "" || got.Status != http.StatusOK {
		t.Errorf("without roles: %+v, want 200 and no role", got)
	}

	bad := map[string][]string{
		"empty":               {"Bearer"},
		"blank":               {"Bearer  "},
		"opaque":              {"Bearer xyz"},
		"two headers":         {"Bearer " + good, "Bearer " + good},
		"beside another":      {"Basic eDp5", "Bearer " + good},
		"cut":                 {"Bearer " + good[:len(good)-5]},
		"the wrong audience":  {"Bearer " + token(func(c claims) { c["aud"] = "another" })},
		"no audience":         {"Bearer " + token(func(c claims) { delete(c, "aud") })},
		"the wrong issuer":    {"Bearer " + token(func(c claims) { c["iss"] = "https://idp.example.com" })},
		"expired":             {"Bearer " + token(func(c claims) { c["exp"] = idp.clock.Now().Add(-time.Minute).Unix() })},
		"not yet":             {"Bearer " + token(func(c claims) { c["nbf"] = idp.clock.Now().Add(time.Hour).Unix() })},
		"no expiry":           {"Bearer " + token(func(c claims) { delete(c, "exp") })},
		"no subject":          {"Bearer " + token(func(c claims) { delete(c, "sub") })},
		"an ID token":         {"Bearer " + token(func(c claims) { c["at_hash"] = "x" })},
		"an ID token, nonce":  {"Bearer " + token(func(c claims) { c["nonce"] = "x" })},
		"an ID token, by typ": {"Bearer " + token(func(c claims) { c["typ"] = "ID" })},
		"no signature":        {"Bearer " + strings.Join(strings.Split(good, ".")[:2], ".") + "."},
	}

	for name, headers := range bad {
		got := b.call("/", headers...)
		if got.Kind != "bearer invalid" || got.Status != http.StatusUnauthorized {
			t.Errorf("%s: %+v, want 401, bearer invalid", name, got)
		}
	}

	// Also beside a session that is good: what is presented is what counts.
	b.get("/begin")

	if got := b.get("/"); got.Identity.Via != auth.ViaSession {
		t.Fatalf("the session: %+v, want dave's by session", got)
	}

	for name, headers := range bad {
		if got := b.call("/", headers...); got.Kind != "bearer invalid" {
			t.Errorf("%s, beside a session: %+v, want bearer invalid", name, got)
		}
	}

	if got := b.call("/", "Basic eDp5"); got.Identity.Via != auth.ViaSession {
		t.Errorf("a scheme that is not ours: %+v, want it by session", got)
	}
}

func TestABearerTokenWhileTheProviderIsDown(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use)
	b := c.browser(t)
	good := "Bearer " + idp.jwt(idp.accessClaims())

	idp.set(func() { idp.down = true })
	expectKind(t, b.call("/", good), http.StatusServiceUnavailable, "unreachable")

	idp.set(func() { idp.down = false })
	b.get("/begin")

	// Discovered, but the keys were never fetched.
	late := newConsole(t, c.db, idp.use)
	expectKind(t, late.browser(t).call("/", "Bearer x"), http.StatusUnauthorized, "bearer invalid")
	idp.set(func() { idp.down = true })
	expectKind(t, late.browser(t).call("/", good), http.StatusServiceUnavailable, "unreachable")

	// With the keys at hand it is not needed.
	if got := b.call("/", good); got.Identity.Username != "dave" {
		t.Errorf("with the keys at hand: %+v, want dave", got)
	}
}
