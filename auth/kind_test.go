package auth_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// jwtOf signs claims as a token of that type.
func (f *fakeIDP) jwtOf(t *testing.T, typ string, c claims) string {
	t.Helper()

	payload, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}

	options := (&jose.SignerOptions{}).WithHeader("kid", keyID)
	if typ != "" {
		options.WithType(jose.ContentType(typ))
	}

	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: f.key}, options)
	if err != nil {
		t.Fatal(err)
	}

	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}

	compact, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}

	return compact
}

// TestOnlyAccessTokensAreTaken has the tokens of real providers, as far as they tell kinds apart.
func TestOnlyAccessTokensAreTaken(t *testing.T) {
	t.Parallel()

	const plain = "does not say that it is an access token"

	idp := newFakeIDP(t)
	strict, lax := idp.apiTokens(t), idp.apiTokens(t, func(c *auth.TokensConfig) { c.UnmarkedTokens = true })

	for name, test := range map[string]struct {
		typ     string
		claims  claims
		refused string // what the refusal says, "" for none
		lax     bool   // taken with the setting
	}{
		"RFC 9068":                       {typ: "at+jwt", lax: true},
		"RFC 9068, written out":          {typ: "application/AT+jwt", lax: true},
		"Keycloak":                       {typ: "JWT", claims: claims{"typ": "Bearer", "azp": "x"}, lax: true},
		"Keycloak of old, with a nonce":  {typ: "JWT", claims: claims{"typ": "Bearer", "nonce": "n"}, lax: true},
		"Auth0":                          {typ: "JWT", claims: claims{"scope": "openid profile", "azp": "x"}, lax: true},
		"Okta":                           {claims: claims{"cid": "x", "scp": []string{"openid"}, "uid": "y"}, lax: true},
		"Entra, version 1":               {typ: "JWT", claims: claims{"appid": "x", "ver": "1.0"}, lax: true},
		"Entra, version 2":               {typ: "JWT", claims: claims{"scp": "access", "azp": "x"}, lax: true},
		"Cognito":                        {claims: claims{"token_use": "access", "client_id": "the api", "aud": nil}, lax: true},
		"Cognito, for another":           {claims: claims{"token_use": "access", "client_id": "x", "aud": nil}, refused: "somebody else: its audience has to be the api"},
		"no audience, not Cognito's":     {claims: claims{"client_id": "the api", "aud": nil}, refused: "somebody else"},
		"scopes as a list":               {claims: claims{"scope": []string{"ops"}}, lax: true},
		"Dex":                            {claims: claims{"at_hash": "x"}, refused: "an ID token", lax: true},
		"nothing":                        {refused: plain, lax: true},
		"azp alone":                      {typ: "JWT", claims: claims{"azp": "x"}, refused: plain, lax: true},
		"no scope":                       {claims: claims{"scope": " ", "scp": []string{}}, refused: plain, lax: true},
		"oidc-provider's ID token":       {typ: "JWT", refused: plain, lax: true},
		"Zitadel's ID token":             {claims: claims{"client_id": "x", "azp": "x", "at_hash": "y"}, refused: "an ID token", lax: true},
		"an ID token with a nonce":       {claims: claims{"client_id": "x", "nonce": "n"}, refused: "an ID token", lax: true},
		"an ID token in a hybrid flow":   {claims: claims{"scope": "x", "c_hash": "n"}, refused: "an ID token", lax: true},
		"Keycloak's ID token":            {typ: "JWT", claims: claims{"typ": "ID", "scope": "x"}, refused: "an ID token"},
		"Keycloak's refresh token":       {claims: claims{"typ": "Refresh", "scope": "openid"}, refused: "a refresh token"},
		"Keycloak's offline token":       {claims: claims{"typ": "Offline", "scope": "openid"}, refused: "a refresh token"},
		"Keycloak's logout token":        {typ: "logout+jwt", claims: claims{"typ": "Logout", "scope": "x"}, refused: "logout+jwt"},
		"the same, without the header":   {claims: claims{"typ": "Logout", "scope": "x"}, refused: "a logout token"},
		"Cognito's ID token":             {claims: claims{"token_use": "id", "client_id": "x"}, refused: "an ID token"},
		"a logout token":                 {typ: "logout+jwt", claims: claims{"scope": "x"}, refused: "logout+jwt"},
		"a security event":               {claims: claims{"scope": "x", "events": claims{}}, refused: "a security event"},
		"an answer of the introspection": {typ: "token-introspection+jwt", claims: claims{"scope": "x"}, refused: "introspection"},
		"bound to a key":                 {typ: "at+jwt", claims: claims{"typ": "DPoP"}, refused: "DPoP"},
	} {
		all := idp.apiClaims(nil)
		delete(all, "scope")
		maps.Copy(all, test.claims)

		raw := idp.jwtOf(t, test.typ, all)

		_, err := strict.Verify(t.Context(), raw)
		if (err == nil) != (test.refused == "") || (err != nil && !strings.Contains(err.Error(), test.refused)) {
			t.Errorf("%s: got %v, want a refusal with %q", name, err, test.refused)
		}

		if _, err := lax.Verify(t.Context(), raw); (err == nil) != test.lax {
			t.Errorf("%s, where unmarked tokens are taken: got %v, want it taken: %t", name, err, test.lax)
		}
	}
}

// TestIDTokensOfARealProviderAreRefused has those of zitadel's library, which have a
// client_id: from a sign-in and from a renewal.
func TestIDTokensOfARealProviderAreRefused(t *testing.T) {
	t.Parallel()

	var kept []string

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), func(cfg *auth.Config) {
		cfg.HTTPClient = &http.Client{Transport: idTokens{cfg.HTTPClient.Transport, &kept}}
	})
	b := c.browser(t)
	access := b.signIn("dave").Token

	c.clock.Advance(59*time.Minute + 30*time.Second)
	b.get("/")

	if len(kept) != 2 {
		t.Fatalf("%d ID tokens, want 2", len(kept))
	}

	for i, raw := range kept {
		if got := b.call("/", "Bearer "+raw); got.Kind != "bearer invalid" || !strings.Contains(got.Message, "ID token") {
			t.Errorf("ID token %d: %+v, want bearer invalid, as an ID token", i, got)
		}
	}

	if got := b.call("/", "Bearer "+access); got.Identity.Username != "dave" {
		t.Errorf("the access token: %+v, want dave", got)
	}
}

// idTokens keeps the ID tokens that come by.
type idTokens struct {
	http.RoundTripper

	kept *[]string
}

func (k idTokens) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := k.RoundTripper.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/oauth/token") {
		return response, err
	}

	var body struct {
		ID string `json:"id_token"`
	}

	if err := json.NewDecoder(rewound(response)).Decode(&body); err != nil {
		return nil, &url.Error{Op: "read", URL: r.URL.String(), Err: err}
	}

	*k.kept = append(*k.kept, body.ID)

	return response, nil
}

// rewound reads the whole body and puts it back.
func rewound(response *http.Response) *bytes.Reader {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		body = nil
	}

	response.Body = io.NopCloser(bytes.NewReader(body))

	return bytes.NewReader(body)
}
