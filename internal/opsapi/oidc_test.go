package opsapi_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/ops"
)

// issuer signs tokens; it can be down.
type issuer struct {
	*httptest.Server

	key  *ecdsa.PrivateKey
	down atomic.Bool
	asks atomic.Int32
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	idp := &oidctest.Server{
		PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k1", Algorithm: oidc.ES256}},
		Algorithms: []string{oidc.ES256},
	}
	i := &issuer{key: key}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.asks.Add(1)

		if i.down.Load() {
			http.Error(w, "down", http.StatusBadGateway)

			return
		}

		idp.ServeHTTP(w, r)
	}))
	t.Cleanup(i.Close)
	idp.SetIssuer(i.URL)

	return i
}

// claims are those of a good token, changed.
func (i *issuer) claims(change map[string]any) map[string]any {
	claims := map[string]any{
		"iss": i.URL, "aud": []string{"graph-olap"}, "sub": "7", "exp": time.Now().Add(time.Hour).Unix(),
		opsapi.DefaultEmailClaim: "dave@example.com", opsapi.DefaultRolesClaim: []string{"analyst", "ops"},
	}
	maps.Copy(claims, change)

	return claims
}

func (i *issuer) token(t *testing.T, change map[string]any) string {
	t.Helper()

	claims, err := json.Marshal(i.claims(change))
	if err != nil {
		t.Fatal(err)
	}

	return oidctest.SignIDToken(i.key, "k1", oidc.ES256, string(claims))
}

func (i *issuer) verifier(t *testing.T, adjust ...func(*opsapi.OIDCConfig)) *opsapi.OIDC {
	t.Helper()

	config := opsapi.OIDCConfig{Issuer: i.URL, Audience: "graph-olap"}
	for _, a := range adjust {
		a(&config)
	}

	verifier, err := opsapi.NewOIDC(config)
	if err != nil {
		t.Fatal(err)
	}

	return verifier
}

func TestOIDCClaims(t *testing.T) {
	t.Parallel()

	const roles = opsapi.DefaultRolesClaim

	idp := newIssuer(t)

	nested := func(c *opsapi.OIDCConfig) {
		c.UsernameClaim, c.EmailClaim, c.RolesClaim = "preferred_username", "email", "resource_access.graph.olap.roles"
		c.OpsRole = "Platform-Ops"
	}
	inside := func(roles any) map[string]any {
		return map[string]any{
			"preferred_username": "dave", "email": "dave@example.com",
			"resource_access": map[string]any{"graph.olap": map[string]any{"roles": roles}},
		}
	}

	for name, test := range map[string]struct {
		change map[string]any
		adjust func(*opsapi.OIDCConfig)
		want   string // user/role, or a code
	}{
		"good":             {want: "dave@example.com/ops"},
		"ops among others": {change: map[string]any{roles: []string{"OPS", "admin"}}, want: "dave@example.com/ops"},
		"the strongest": {
			change: map[string]any{roles: []string{"analyst", "admin", "analyst"}}, want: "dave@example.com/admin",
		},
		"one as a text":             {change: map[string]any{roles: "Analyst"}, want: "dave@example.com/analyst"},
		"some that nobody knows":    {change: map[string]any{roles: []any{"reader", 7, nil, "admin"}}, want: "dave@example.com/admin"},
		"no role":                   {change: map[string]any{roles: nil}, want: "MISSING_ROLE"},
		"an empty list":             {change: map[string]any{roles: []string{}}, want: "MISSING_ROLE"},
		"a blank text":              {change: map[string]any{roles: " "}, want: "MISSING_ROLE"},
		"a number":                  {change: map[string]any{roles: 7}, want: "MISSING_ROLE"},
		"no role that is known":     {change: map[string]any{roles: []string{"reader"}}, want: "INVALID_ROLE"},
		"no e-mail":                 {change: map[string]any{opsapi.DefaultEmailClaim: ""}, want: "UNAUTHORIZED"},
		"an e-mail that is no text": {change: map[string]any{opsapi.DefaultEmailClaim: []string{"dave"}}, want: "UNAUTHORIZED"},
		"nested":                    {change: inside([]string{"platform-ops"}), adjust: nested, want: "dave/ops"},
		"another word for ops":      {change: inside([]string{"ops"}), adjust: nested, want: "INVALID_ROLE"},
		"another word, and a weak one": {
			change: inside([]string{"ops", "analyst"}), adjust: nested, want: "dave/analyst",
		},
		"nested, not there": {adjust: nested, want: "UNAUTHORIZED"},

		"expired":              {change: map[string]any{"exp": time.Now().Add(-time.Second).Unix()}, want: "UNAUTHORIZED"},
		"never expiring":       {change: map[string]any{"exp": nil}, want: "UNAUTHORIZED"},
		"not yet":              {change: map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}, want: "UNAUTHORIZED"},
		"for another audience": {change: map[string]any{"aud": "somebody-else"}, want: "UNAUTHORIZED"},
		"for nobody":           {change: map[string]any{"aud": nil}, want: "UNAUTHORIZED"},
		"of another issuer":    {change: map[string]any{"iss": "https://login.example.com"}, want: "UNAUTHORIZED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			verifier := idp.verifier(t)
			if test.adjust != nil {
				verifier = idp.verifier(t, test.adjust)
			}

			caller, err := verifier.Verify(t.Context(), idp.token(t, test.change))

			got := caller.Username + "/" + string(caller.Role)
			if err != nil {
				got = string(ops.AsError(err).Code)
			}

			if got != test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
		})
	}
}

// TestOIDCSignatures gives tokens that anybody could have made.
func TestOIDCSignatures(t *testing.T) {
	t.Parallel()

	idp, other := newIssuer(t), newIssuer(t)
	good := idp.token(t, nil)
	header, rest, _ := strings.Cut(good, ".")
	payload, signature, _ := strings.Cut(rest, ".")

	claims, err := json.Marshal(idp.claims(nil))
	if err != nil {
		t.Fatal(err)
	}

	for name, token := range map[string]string{
		"another's key":    other.token(t, map[string]any{"iss": idp.URL}),
		"a shared secret":  oidctest.SignIDToken([]byte(strings.Repeat("k", 32)), "k1", "HS256", string(claims)),
		"none":             "eyJhbGciOiJub25lIn0." + payload + ".",
		"no signature":     header + "." + payload + ".",
		"half a signature": header + "." + payload + "." + signature[:len(signature)/2],
		"another payload":  header + "." + strings.Split(idp.token(t, map[string]any{"sub": "8"}), ".")[1] + "." + signature,
		"no token":         "good",
		"dots":             "..",
	} {
		_, err := idp.verifier(t).Verify(t.Context(), token)
		if e := ops.AsError(err); e == nil || e.Code != ops.CodeUnauthorized || strings.Contains(e.Message, token) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestOIDCWhenTheIssuerIsDown checks that a token is neither taken nor refused then,
// and that the verifier recovers by itself.
func TestOIDCWhenTheIssuerIsDown(t *testing.T) {
	t.Parallel()

	idp := newIssuer(t)
	idp.down.Store(true)

	verifier := idp.verifier(t)
	if idp.asks.Load() != 0 {
		t.Error("the issuer is asked before there is a token")
	}

	unavailable := func(when string) {
		t.Helper()

		_, err := verifier.Verify(t.Context(), idp.token(t, nil))
		if e := ops.AsError(err); e == nil || e.Code != ops.CodeServiceUnavailable || errors.Unwrap(e) == nil {
			t.Errorf("%s: got %v", when, err)
		}
	}

	unavailable("before it was ever there")
	idp.down.Store(false)

	// It tells where its keys are, and then has them not.
	if _, err := verifier.Verify(t.Context(), "malformed"); err == nil {
		t.Error("taken")
	}

	idp.down.Store(true)
	unavailable("without keys")
	idp.down.Store(false)

	if _, err := verifier.Verify(t.Context(), idp.token(t, nil)); err != nil {
		t.Errorf("back again: %v", err)
	}

	idp.down.Store(true)

	if _, err := verifier.Verify(t.Context(), idp.token(t, nil)); err != nil {
		t.Errorf("down again, with keys known: %v", err)
	}
}

func TestOIDCOverREST(t *testing.T) {
	t.Parallel()

	idp := newIssuer(t)
	server := sqliteWorld(t).serve(t, func(c *opsapi.Config) { c.Authenticate.Bearer = idp.verifier(t) })

	client, err := ops.NewClient(ops.ClientConfig{BaseURL: server.URL, Credentials: ops.Passthrough()})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(client.CloseIdleConnections)

	config, err := client.As(ops.Caller{Token: idp.token(t, nil)}).
		UpdateExportConfig(t.Context(), ops.ExportUpdate{MaxDurationSeconds: 60})
	if err != nil || config.UpdatedBy == nil || *config.UpdatedBy != "dave@example.com" {
		t.Errorf("got %+v, %v", config, err)
	}

	_, err = client.As(ops.Caller{Token: "bad"}).GetExportConfig(t.Context())
	if e := ops.AsError(err); e == nil || e.Code != ops.CodeUnauthorized || !strings.Contains(e.Message, "not valid") {
		t.Errorf("got %v", err)
	}
}

func TestNewOIDCRefuses(t *testing.T) {
	t.Parallel()

	for _, config := range []opsapi.OIDCConfig{{}, {Issuer: "https://login.example.com"}, {Audience: "graph-olap"}} {
		if _, err := opsapi.NewOIDC(config); err == nil {
			t.Errorf("%+v is accepted", config)
		}
	}
}
