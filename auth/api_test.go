package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/go-jose/go-jose/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/ops"
)

// apiTokens verifies the provider's tokens for an API.
func (f *fakeIDP) apiTokens(t *testing.T, adjust ...func(*auth.TokensConfig)) *auth.Tokens {
	t.Helper()

	cfg := auth.TokensConfig{Issuer: f.URL, Audiences: []string{"the api"}, HTTPClient: f.Client(), Now: f.clock.Now}
	for _, a := range adjust {
		a(&cfg)
	}

	tokens, err := auth.NewTokens(cfg)
	if err != nil {
		t.Fatal(err)
	}

	return tokens
}

// apiClaims are those of a good token for the API, changed.
func (f *fakeIDP) apiClaims(change claims) claims {
	all := f.accessClaims()
	all["aud"] = []string{"the api"}
	all[auth.DefaultEmailClaim] = "dave@example.com"
	maps.Copy(all, change)

	return all
}

func TestCallersOfAnAPI(t *testing.T) {
	t.Parallel()

	const roles = auth.DefaultRolesClaim

	idp := newFakeIDP(t)
	now := idp.clock.Now()

	nested := func(c *auth.TokensConfig) {
		c.UsernameClaim, c.EmailClaim, c.RolesClaim = "preferred_username", "email", "/resource_access/graph.olap/roles"
		c.OpsRole = "Platform-Ops"
	}
	inside := func(roles any) claims {
		return claims{"resource_access": map[string]any{"graph.olap": map[string]any{"roles": roles}}}
	}

	for name, test := range map[string]struct {
		change claims
		adjust func(*auth.TokensConfig)
		want   string // user/role, or a code
	}{
		"good":                      {want: "dave@example.com/ops"},
		"ops among others":          {change: claims{roles: []string{"OPS", "admin"}}, want: "dave@example.com/ops"},
		"the strongest":             {change: claims{roles: []string{"analyst", "admin", "analyst"}}, want: "dave@example.com/admin"},
		"one as a text":             {change: claims{roles: "Analyst"}, want: "dave@example.com/analyst"},
		"some that nobody knows":    {change: claims{roles: []any{"reader", 7, nil, "admin"}}, want: "dave@example.com/admin"},
		"no role":                   {change: claims{roles: nil}, want: "MISSING_ROLE"},
		"an empty list":             {change: claims{roles: []string{}}, want: "MISSING_ROLE"},
		"a blank text":              {change: claims{roles: " "}, want: "MISSING_ROLE"},
		"a number":                  {change: claims{roles: 7}, want: "MISSING_ROLE"},
		"no role that is known":     {change: claims{roles: []string{"reader"}}, want: "INVALID_ROLE"},
		"no e-mail":                 {change: claims{auth.DefaultEmailClaim: ""}, want: "UNAUTHORIZED"},
		"an e-mail that is no text": {change: claims{auth.DefaultEmailClaim: []string{"dave"}}, want: "UNAUTHORIZED"},

		"nested":                       {change: inside([]string{"platform-ops"}), adjust: nested, want: "dave/ops"},
		"another word for ops":         {change: inside([]string{"ops"}), adjust: nested, want: "INVALID_ROLE"},
		"another word, and a weak one": {change: inside([]string{"ops", "analyst"}), adjust: nested, want: "dave/analyst"},
		"nested, not there":            {adjust: nested, want: "MISSING_ROLE"},

		"expired":              {change: claims{"exp": now.Add(-time.Minute).Unix()}, want: "UNAUTHORIZED"},
		"never expiring":       {change: claims{"exp": nil}, want: "UNAUTHORIZED"},
		"not yet":              {change: claims{"nbf": now.Add(time.Hour).Unix()}, want: "UNAUTHORIZED"},
		"for another audience": {change: claims{"aud": clientID}, want: "UNAUTHORIZED"},
		"for nobody":           {change: claims{"aud": nil}, want: "UNAUTHORIZED"},
		"of another issuer":    {change: claims{"iss": "https://login.example.com"}, want: "UNAUTHORIZED"},
		"an ID token":          {change: claims{"at_hash": "x"}, want: "UNAUTHORIZED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			tokens := idp.apiTokens(t)
			if test.adjust != nil {
				tokens = idp.apiTokens(t, test.adjust)
			}

			raw := idp.jwt(idp.apiClaims(test.change))
			caller, err := tokens.Verify(t.Context(), raw)

			got := caller.Username + "/" + string(caller.Role)
			if err != nil {
				got = string(ops.AsError(err).Code)
			}

			if got != test.want || (err == nil && caller.Token != raw) {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
		})
	}
}

// TestTokensThatAnybodyCouldMake has the usual ways to make one without the key.
func TestTokensThatAnybodyCouldMake(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	_, strange := testKeys()

	payload, err := json.Marshal(idp.apiClaims(nil))
	if err != nil {
		t.Fatal(err)
	}

	public, err := x509.MarshalPKIXPublicKey(idp.key.Public())
	if err != nil {
		t.Fatal(err)
	}

	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	good := idp.jwt(idp.apiClaims(nil))
	parts := strings.Split(good, ".")
	another := strings.Split(idp.jwt(idp.apiClaims(claims{"sub": "8"})), ".")

	bringing, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: strange}, &jose.SignerOptions{
		EmbedJWK: true, ExtraHeaders: map[jose.HeaderKey]any{"jku": "https://keys.example.com", "x5u": "https://keys.example.com"},
	})
	if err != nil {
		t.Fatal(err)
	}

	brought, err := bringing.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}

	itsKey, err := brought.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}

	for name, token := range map[string]string{
		"a key that it brings, and names":   itsKey,
		"another's key":                     oidctest.SignIDToken(strange, keyID, oidc.RS256, string(payload)),
		"another's key, other algorithm":    oidctest.SignIDToken(elliptical, keyID, oidc.ES256, string(payload)),
		"the public key as a shared secret": oidctest.SignIDToken(public, keyID, "HS256", string(payload)),
		"the same, as PEM": oidctest.SignIDToken(
			pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), keyID, "HS256", string(payload)),
		"a shared secret":  oidctest.SignIDToken([]byte(strings.Repeat("k", 32)), keyID, "HS256", string(payload)),
		"none":             "eyJhbGciOiJub25lIn0." + parts[1] + ".",
		"None":             "eyJhbGciOiJOb25lIn0." + parts[1] + ".",
		"no signature":     parts[0] + "." + parts[1] + ".",
		"half a signature": parts[0] + "." + parts[1] + "." + parts[2][:len(parts[2])/2],
		"another payload":  parts[0] + "." + another[1] + "." + parts[2],
		"no token":         "good",
		"dots":             "..",
	} {
		_, err := idp.apiTokens(t).Verify(t.Context(), token)
		if e := ops.AsError(err); e == nil || e.Code != ops.CodeUnauthorized || strings.Contains(e.Message, token) {
			t.Errorf("%s: got %v, want UNAUTHORIZED without the token in it", name, err)
		}
	}

	if _, err := idp.apiTokens(t).Verify(t.Context(), good); err != nil {
		t.Errorf("the good one: %v, want it taken", err)
	}
}

// TestAnAPIWhileTheProviderIsDown checks that a token is neither taken nor refused
// then, and that the verifier recovers by itself.
func TestAnAPIWhileTheProviderIsDown(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	good := idp.jwt(idp.apiClaims(nil))

	set := func(down bool) { idp.set(func() { idp.down = down }) }
	set(true)

	tokens := idp.apiTokens(t)
	unavailable := func(when string) {
		t.Helper()

		_, err := tokens.Verify(t.Context(), good)
		if e := ops.AsError(err); e == nil || e.Code != ops.CodeServiceUnavailable || !errors.Is(err, auth.ErrUnreachable) {
			t.Errorf("%s: got %v, want SERVICE_UNAVAILABLE, unreachable", when, err)
		}
	}

	unavailable("before it was ever there")
	set(false)

	// It tells where its keys are, and then has them not.
	if _, err := tokens.Verify(t.Context(), "malformed"); err == nil {
		t.Error("taken")
	}

	set(true)
	unavailable("without keys")
	set(false)

	if _, err := tokens.Verify(t.Context(), good); err != nil {
		t.Errorf("back again: %v, want it taken", err)
	}

	set(true)

	if _, err := tokens.Verify(t.Context(), good); err != nil {
		t.Errorf("down again, with keys known: %v, want it taken", err)
	}
}

func TestNewTokensRefuses(t *testing.T) {
	t.Parallel()

	for _, config := range []auth.TokensConfig{
		{},
		{Issuer: "https://login.example.com"},
		{Audiences: []string{"the api"}},
		{Issuer: "login.example.com", Audiences: []string{"the api"}},
		{Issuer: "https://login.example.com", Audiences: []string{"the api"}, RolesClaim: "/a~b"},
	} {
		if _, err := auth.NewTokens(config); err == nil {
			t.Errorf("%+v is accepted", config)
		}
	}
}
