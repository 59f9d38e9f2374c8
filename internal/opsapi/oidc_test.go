package opsapi_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/ops"
)

// issue starts a provider, and returns its address and a token for dave.
func issue(t *testing.T) (issuer, token string) {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	idp := &oidctest.Server{
		PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k1", Algorithm: oidc.ES256}},
		Algorithms: []string{oidc.ES256},
	}
	server := httptest.NewServer(idp)
	t.Cleanup(server.Close)
	idp.SetIssuer(server.URL)

	claims, err := json.Marshal(map[string]any{
		"iss": server.URL, "aud": "graph-olap", "sub": "7", "scope": "ops",
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
		auth.DefaultEmailClaim: "dave@example.com", auth.DefaultRolesClaim: []string{"analyst", "ops"},
	})
	if err != nil {
		t.Fatal(err)
	}

	return server.URL, oidctest.SignIDToken(key, "k1", oidc.ES256, string(claims))
}

// TestBearerTokens has a client call with a token that auth verifies, as in serve.
func TestBearerTokens(t *testing.T) {
	t.Parallel()

	issuer, token := issue(t)

	tokens, err := auth.NewTokens(auth.TokensConfig{Issuer: issuer, Audiences: []string{"graph-olap"}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}

	server := sqliteWorld(t).serve(t, func(c *opsapi.Config) { c.Authenticate.Bearer = tokens })

	client, err := ops.NewClient(ops.ClientConfig{BaseURL: server.URL, Credentials: ops.Passthrough()})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(client.CloseIdleConnections)

	config, err := client.As(ops.Caller{Token: token}).UpdateExportConfig(t.Context(), ops.ExportUpdate{MaxDurationSeconds: 60})
	if err != nil || config.UpdatedBy == nil || *config.UpdatedBy != "dave@example.com" {
		t.Errorf("got %+v, %v, want it updated by dave@example.com", config, err)
	}

	_, err = client.As(ops.Caller{Token: "bad"}).GetExportConfig(t.Context())
	if e := ops.AsError(err); e == nil || e.Code != ops.CodeUnauthorized || !strings.Contains(e.Message, "refused") {
		t.Errorf("got %v, want %s: refused", err, ops.CodeUnauthorized)
	}
}
