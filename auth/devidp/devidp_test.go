package devidp_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const (
	clientID     = "opsconsole"
	clientSecret = "secret"
	verifier     = "0123456789012345678901234567890123456789012"
	challenge    = "_RpfHqw8pAZIomzVUE7sjRmHSM543WVdC4o-Kc4_3C0"
	callback     = "http://console.example.com/auth/callback"
	signedOut    = "http://console.example.com/login"
)

func TestDiscoveryBelowAPath(t *testing.T) {
	t.Parallel()

	p := start(t)
	document := p.do(http.MethodGet, "/.well-known/openid-configuration", nil).json

	for name, want := range map[string]string{
		"issuer": "", "authorization_endpoint": "/authorize", "token_endpoint": "/oauth/token", "userinfo_endpoint": "/userinfo",
		"jwks_uri": "/keys", "end_session_endpoint": "/end_session",
	} {
		if document[name] != p.issuer+want {
			t.Errorf("%s is %v, want %s", name, document[name], p.issuer+want)
		}
	}

	keys, _ := p.do(http.MethodGet, "/keys", nil).json["keys"].([]any)
	if len(keys) != 1 {
		t.Fatalf("keys %v, want one", keys)
	}

	if key, _ := keys[0].(map[string]any); key["d"] != nil || key["kty"] != "RSA" {
		t.Error("the published key has the private half in it")
	}
}

func TestWhatTheTokensSay(t *testing.T) {
	t.Parallel()

	p := start(t)
	tokens := p.tokens()

	id, access := payload(t, tokens["id_token"]), payload(t, tokens["access_token"])
	expectPlatformClaims(t, id)
	expectPlatformClaims(t, access)

	if id["nonce"] != "n" || id["at_hash"] == nil || access["iss"] != p.issuer {
		t.Errorf("ID token %v, access token %v, want the nonce n, an at_hash and the issuer %s", id, access, p.issuer)
	}

	if audience, _ := access["aud"].([]any); len(audience) != 1 || audience[0] != clientID {
		t.Errorf("the access token is for %v, want %s alone", access["aud"], clientID)
	}

	if asked, ok := access["auth_time"].(float64); !ok || asked != id["auth_time"] {
		t.Errorf("the access token has auth_time %v, the ID token %v, want the same", access["auth_time"], id["auth_time"])
	}

	bearer := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+tokens["access_token"].(string)) }
	expectPlatformClaims(t, p.do(http.MethodGet, "/userinfo", nil, bearer).json)

	hint := url.Values{"id_token_hint": {tokens["id_token"].(string)}, "post_logout_redirect_uri": {signedOut}, "state": {"s"}}

	out := p.do(http.MethodGet, "/end_session?"+hint.Encode(), nil)
	if out.location.String() != signedOut+"?state=s" {
		t.Errorf("signing out leads to %s (%d), want %s?state=s", out.location, out.status, signedOut)
	}

	if got := p.do(http.MethodGet, "/userinfo", nil, bearer); got.status < 400 {
		t.Errorf("the token is good after signing out: %+v, want a refusal", got)
	}

	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}}
	if got := p.do(http.MethodPost, "/oauth/token", refresh, basic(clientID, clientSecret)); got.json["error"] != "invalid_grant" {
		t.Errorf("the refresh token is good after signing out: %+v, want invalid_grant", got)
	}
}

func TestTokensAreRevoked(t *testing.T) {
	t.Parallel()

	p := start(t)
	tokens := p.tokens()

	access, _ := tokens["access_token"].(string)
	refresh, _ := tokens["refresh_token"].(string)

	introspect := func() map[string]any {
		return p.do(http.MethodPost, "/oauth/introspect", url.Values{"token": {access}}, basic(clientID, clientSecret)).json
	}
	if got := introspect(); got["active"] != true || got["username"] != "dave" {
		t.Errorf("introspection %v, want an active token of dave's", got)
	}

	for _, token := range []string{access, refresh} {
		got := p.do(http.MethodPost, "/revoke", url.Values{"token": {token}}, basic(clientID, clientSecret))
		if got.status != http.StatusOK {
			t.Errorf("revocation: %+v, want 200", got)
		}
	}

	if got := introspect(); got["active"] != false || got["username"] != nil {
		t.Errorf("introspection after revocation %v, want it inactive, of nobody", got)
	}

	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}
	if got := p.do(http.MethodPost, "/oauth/token", form, basic(clientID, clientSecret)); got.json["error"] != "invalid_grant" {
		t.Errorf("renewing after revocation: %+v, want invalid_grant", got)
	}
}

func TestCodesAndRefreshTokensAreUsedOnce(t *testing.T) {
	t.Parallel()

	p := start(t)
	code := p.code()

	first := p.do(http.MethodPost, "/oauth/token", exchange(code), basic(clientID, clientSecret))
	if first.status != http.StatusOK {
		t.Fatalf("the first use: %+v, want 200", first)
	}

	second := p.do(http.MethodPost, "/oauth/token", exchange(code), basic(clientID, clientSecret))
	if second.status != http.StatusBadRequest || second.json["error"] != "invalid_grant" {
		t.Errorf("the second use: %+v, want 400, invalid_grant", second)
	}

	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.json["refresh_token"].(string)}}

	renewed := p.do(http.MethodPost, "/oauth/token", refresh, basic(clientID, clientSecret))
	if renewed.status != http.StatusOK || renewed.json["refresh_token"] == first.json["refresh_token"] {
		t.Fatalf("renewing: %+v, want 200 and another refresh token", renewed)
	}

	expectPlatformClaims(t, payload(t, renewed.json["id_token"]))

	again := p.do(http.MethodPost, "/oauth/token", refresh, basic(clientID, clientSecret))
	if again.status != http.StatusBadRequest || again.json["error"] != "invalid_grant" {
		t.Errorf("renewing again: %+v, want 400, invalid_grant", again)
	}
}

func TestWhatTheTokenEndpointRefuses(t *testing.T) {
	t.Parallel()

	p := start(t)

	with := func(name, value string) func(url.Values) {
		return func(form url.Values) { form.Set(name, value) }
	}

	for name, test := range map[string]struct {
		change func(url.Values)
		auth   func(*http.Request)
		status int
		code   string
	}{
		"no grant type":         {with("grant_type", ""), basic(clientID, clientSecret), 400, "invalid_request"},
		"another grant type":    {with("grant_type", "password"), basic(clientID, clientSecret), 400, "unsupported_grant_type"},
		"another code":          {with("code", "x"), basic(clientID, clientSecret), 400, "invalid_grant"},
		"another verifier":      {with("code_verifier", strings.Repeat("x", 43)), basic(clientID, clientSecret), 400, "invalid_grant"},
		"no verifier":           {with("code_verifier", ""), basic(clientID, clientSecret), 400, "invalid_request"},
		"another redirect URI":  {with("redirect_uri", "http://evil.example.com/"), basic(clientID, clientSecret), 400, "invalid_grant"},
		"a wrong secret":        {nil, basic(clientID, "x"), 401, "invalid_client"},
		"another client":        {nil, basic("x", clientSecret), 401, "invalid_client"},
		"no client":             {nil, nil, 401, "invalid_client"},
		"a secret of bad codes": {nil, basic(clientID, "%zz"), 400, "invalid_request"},
		"a form of bad codes": {nil, func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader("grant_type=authorization_code&code=%zz"))
			r.ContentLength = -1
		}, 400, "invalid_request"},
		"a form that is too big": {with("x", strings.Repeat("x", 100_000)), basic(clientID, clientSecret), 400, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			form := exchange(p.code())
			if test.change != nil {
				test.change(form)
			}

			var change []func(*http.Request)
			if test.auth != nil {
				change = append(change, test.auth)
			}

			got := p.do(http.MethodPost, "/oauth/token", form, change...)
			if got.status != test.status || got.json["error"] != test.code || got.json["access_token"] != nil {
				t.Errorf("got %d %s, want %d, %q and no access token", got.status, got.text, test.status, test.code)
			}
		})
	}
}

func TestWhatTheAuthorizationEndpointRefuses(t *testing.T) {
	t.Parallel()

	p := start(t)

	for name, test := range map[string]struct {
		change url.Values
		code   string // "" when it must not redirect at all
	}{
		"another redirect URI": {url.Values{"redirect_uri": {"http://evil.example.com/"}}, ""},
		"another client":       {url.Values{"client_id": {"x"}}, ""},
		"no PKCE":              {url.Values{"code_challenge": {""}}, "invalid_request"},
		"plain PKCE":           {url.Values{"code_challenge_method": {"plain"}}, "invalid_request"},
		"an implicit flow":     {url.Values{"response_type": {"id_token token"}}, ""},
		"without a page":       {url.Values{"prompt": {"none"}}, "login_required"},
	} {
		got := p.do(http.MethodGet, authorization(test.change), nil)

		if test.code == "" {
			if got.status != http.StatusBadRequest || got.location.String() != "" {
				t.Errorf("%s: %d to %s, want 400 and no redirect", name, got.status, got.location)
			}

			continue
		}

		answer := got.location.Query()
		if got.status != http.StatusFound || answer.Get("error") != test.code || answer.Get("state") != "the state & more" {
			t.Errorf("%s: %d to %s, want 302 with the error %s and the state", name, got.status, got.location, test.code)
		}
	}
}
