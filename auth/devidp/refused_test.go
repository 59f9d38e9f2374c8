package devidp_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func TestOnlyWhatItSaysInItsMetadataIsTaken(t *testing.T) {
	t.Parallel()

	p := start(t)

	for code, change := range map[string]url.Values{
		"request_not_supported":     {"request": {"x.y.z"}},
		"request_uri_not_supported": {"request_uri": {"https://evil.example.com/"}},
		"invalid_request":           {"response_mode": {"fragment"}},
		"invalid_scope":             {"scope": {"profile"}},
	} {
		answer := p.do(http.MethodGet, authorization(change), nil).location.Query()
		if answer.Get("error") != code || answer.Get("state") != "the state & more" || answer.Get("code") != "" {
			t.Errorf("%v: %v, want the error %s and the state", change, answer, code)
		}
	}
}

func TestTokensAreMarkedAndHaveNoMoreScopesThanWereAskedFor(t *testing.T) {
	t.Parallel()

	p := start(t)
	tokens := p.tokens()

	access, _ := tokens["access_token"].(string)
	first, _, _ := strings.Cut(access, ".")

	header, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil || !strings.Contains(string(header), `"typ":"at+jwt"`) { // RFC 9068, section 2.1
		t.Errorf("the access token's header is %s, %v, want the typ at+jwt", header, err)
	}

	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}}

	more := url.Values{"scope": {"openid admin"}, "grant_type": refresh["grant_type"], "refresh_token": refresh["refresh_token"]}
	if got := p.do(http.MethodPost, "/oauth/token", more, basic(clientID, clientSecret)); got.json["error"] != "invalid_scope" {
		t.Errorf("more scopes: %+v, want invalid_scope", got)
	}

	renewed := p.do(http.MethodPost, "/oauth/token", refresh, basic(clientID, clientSecret))
	if renewed.status != http.StatusOK || renewed.json["scope"] != tokens["scope"] {
		t.Fatalf("after that: %+v, want 200: what was refused has spent nothing", renewed)
	}

	if id := payload(t, renewed.json["id_token"]); id["auth_time"] != payload(t, tokens["id_token"])["auth_time"] {
		t.Errorf("the renewed ID token says %v, want the auth_time of the sign-in", id)
	}
}

func TestWithoutOfflineAccessThereIsNoRefreshToken(t *testing.T) {
	t.Parallel()

	p := start(t)
	at := p.do(http.MethodGet, authorization(url.Values{"scope": {"openid"}}), nil).location.String()
	chosen := p.do(http.MethodPost, at, url.Values{"username": {"dave"}}).location.String()
	code := p.do(http.MethodGet, chosen, nil).location.Query().Get("code")

	got := p.do(http.MethodPost, "/oauth/token", exchange(code), basic(clientID, clientSecret))
	if got.status != http.StatusOK || got.json["refresh_token"] != nil {
		t.Errorf("got %+v, want 200 and no refresh token", got)
	}

	if again := p.do(http.MethodGet, chosen, nil); again.location.Query().Get("code") != "" {
		t.Errorf("the sign-in led to a second code: %s", again.location)
	}
}

func TestSigningOutLeadsNowhereElse(t *testing.T) {
	t.Parallel()

	p := start(t)
	tokens := p.tokens()

	foreign, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}

	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: foreign}, nil)
	if err != nil {
		t.Fatal(err)
	}

	forged, err := jwt.Signed(signer).Claims(map[string]any{"iss": p.issuer, "aud": clientID, "sub": "dave"}).Serialize()
	if err != nil {
		t.Fatal(err)
	}

	for name, query := range map[string]url.Values{
		"to another address": {"client_id": {clientID}, "post_logout_redirect_uri": {"http://evil.example.com/"}},
		"by another client":  {"client_id": {"x"}},
		"with a forged hint": {"id_token_hint": {forged}},
		"with no token":      {"id_token_hint": {"x"}},
	} {
		if got := p.do(http.MethodGet, "/end_session?"+query.Encode(), nil); got.status != http.StatusBadRequest || got.location.String() != "" {
			t.Errorf("%s: %d to %s, want 400 and no redirect", name, got.status, got.location)
		}
	}

	bearer := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+tokens["access_token"].(string)) }
	if got := p.do(http.MethodGet, "/userinfo", nil, bearer); got.status != http.StatusOK {
		t.Errorf("userinfo after that: %+v, want 200: nobody was signed out", got)
	}
}

// TestItsKeysVerifyWhatItSigns reads the key set as a client does.
func TestItsKeysVerifyWhatItSigns(t *testing.T) {
	t.Parallel()

	p := start(t)
	id, _ := p.tokens()["id_token"].(string)

	var keys jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(p.do(http.MethodGet, "/keys", nil).text), &keys); err != nil {
		t.Fatal(err)
	}

	token, err := jwt.ParseSigned(id, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}

	var claims jwt.Claims
	if err := token.Claims(keys, &claims); err != nil || claims.Subject != "dave" || !slices.Equal(claims.Audience, []string{clientID}) {
		t.Errorf("got %+v, %v, want dave's claims for %s", claims, err, clientID)
	}
}
