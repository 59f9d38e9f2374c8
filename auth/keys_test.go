package auth_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/go-jose/go-jose/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/ops"
)

// publish makes the provider publish its own key beside others.
func (f *fakeIDP) publish(others ...any) {
	own := jose.JSONWebKey{Key: f.key.Public(), KeyID: keyID, Algorithm: oidc.RS256, Use: "sig"}

	f.set(func() {
		f.keys = func() (int, claims) { return http.StatusOK, claims{"keys": append(others, own)} }
	})
}

func verifies(t *testing.T, tokens *auth.Tokens, raw string) ops.Code {
	t.Helper()

	_, err := tokens.Verify(t.Context(), raw)
	if err == nil {
		return ""
	}

	return ops.AsError(err).Code
}

func TestAnOddKeyStopsNoOther(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	idp.publish(
		claims{"kid": "no kty"},
		claims{"kty": "RSA", "kid": "no e", "n": "AQAB"},
		claims{"kty": "RSA", "kid": keyID, "n": "AQAB", "e": "AQAB", "x5c": []string{"no certificate"}},
		claims{"kty": "EC", "crv": "secp256k1", "kid": "k", "x": "AQ", "y": "AQ"},
		claims{"kty": "OKP", "crv": "Ed448", "kid": "o", "x": "AQ"},
		claims{"kty": "oct", "kid": keyID, "k": "c2VjcmV0"},
		claims{"kty": 7}, 7, "a key", nil,
	)

	if code := verifies(t, idp.apiTokens(t), idp.jwt(idp.apiClaims(nil))); code != "" {
		t.Errorf("got %s, want it taken", code)
	}
}

func TestKeysAreFetchedWithinBounds(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	tokens := idp.apiTokens(t)
	good := idp.jwt(idp.apiClaims(nil))

	payload, err := json.Marshal(idp.apiClaims(nil))
	if err != nil {
		t.Fatal(err)
	}

	rotated, strange := newTestKey(), newTestKey()
	known := oidctest.SignIDToken(strange, keyID, oidc.RS256, string(payload))
	unknown := oidctest.SignIDToken(strange, "another key", oidc.RS256, string(payload))

	expect := func(when string, fetches int, raw string, want ops.Code) {
		t.Helper()

		if code := verifies(t, tokens, raw); code != want || idp.requests("/keys") != fetches {
			t.Errorf("%s: got %q after %d fetches, want %q after %d", when, code, idp.requests("/keys"), want, fetches)
		}
	}

	expect("the first", 1, good, "")

	for range 3 {
		expect("a key that is known", 1, known, ops.CodeUnauthorized)
	}

	var group sync.WaitGroup
	for range 20 {
		group.Go(func() { verifies(t, tokens, unknown) })
	}

	group.Wait()
	expect("a key that is not, 21 times", 2, unknown, ops.CodeUnauthorized)

	idp.publish(jose.JSONWebKey{Key: rotated.Public(), KeyID: "next", Algorithm: oidc.RS256})

	next := oidctest.SignIDToken(rotated, "next", oidc.RS256, string(payload))
	nameless := oidctest.SignIDToken(rotated, "", oidc.RS256, string(payload))

	idp.clock.Advance(10*time.Second - time.Millisecond)
	expect("just before", 2, next, ops.CodeUnauthorized)
	idp.clock.Advance(time.Millisecond)
	expect("10 s later", 3, next, "")
	expect("without a key ID", 3, nameless, "")
	expect("the one before", 3, good, "")

	// A fetch that fails is one too, and says nothing of the token.
	idp.set(func() { idp.keys = func() (int, claims) { return http.StatusBadGateway, claims{} } })
	idp.clock.Advance(10 * time.Second)
	expect("it fails", 4, unknown, ops.CodeServiceUnavailable)
	expect("it fails still", 4, unknown, ops.CodeServiceUnavailable)
	expect("what is known goes on", 4, good, "")
}

func TestAKeyThatWasTakenBackIsNotTakenForEver(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	tokens := idp.apiTokens(t)

	if code := verifies(t, tokens, idp.jwt(idp.apiClaims(nil))); code != "" {
		t.Fatal(code)
	}

	idp.set(func() { idp.keys = func() (int, claims) { return http.StatusOK, claims{"keys": []any{}} } })
	idp.clock.Advance(time.Hour)

	if code := verifies(t, tokens, idp.jwt(idp.apiClaims(nil))); code != ops.CodeUnauthorized {
		t.Errorf("after an hour: %q, want %q", code, ops.CodeUnauthorized)
	}
}

func TestDiscoveryIsReadAgain(t *testing.T) {
	t.Parallel()

	const path = "/.well-known/openid-configuration"

	idp := newFakeIDP(t)
	tokens := idp.apiTokens(t)
	good := func() string { return idp.jwt(idp.apiClaims(nil)) }
	expect := func(when string, reads int) {
		t.Helper()

		if code := verifies(t, tokens, good()); code != "" || idp.requests(path) != reads {
			t.Errorf("%s: got %q after %d reads, want %d", when, code, idp.requests(path), reads)
		}
	}

	expect("at first", 1)
	expect("again", 1)
	idp.clock.Advance(time.Hour)
	expect("an hour later", 2)

	// It is down for the next: what is known goes on.
	idp.clock.Advance(time.Hour)
	idp.set(func() { idp.down = true })
	expect("while it is down", 2)
	expect("while it is down still", 2)
	idp.set(func() { idp.down = false })
	idp.clock.Advance(10 * time.Second)
	expect("back", 3)

	// The keys move.
	rotated := newTestKey()

	idp.set(func() {
		idp.document = func(document claims) { document["jwks_uri"] = idp.URL + "/moved" }
		idp.moved = claims{"keys": []any{jose.JSONWebKey{Key: rotated.Public(), KeyID: "moved", Algorithm: oidc.RS256}}}
	})
	idp.clock.Advance(10 * time.Second)

	payload, err := json.Marshal(idp.apiClaims(nil))
	if err != nil {
		t.Fatal(err)
	}

	moved := oidctest.SignIDToken(rotated, "moved", oidc.RS256, string(payload))
	if first, second := verifies(t, tokens, moved), verifies(t, tokens, moved); first != ops.CodeUnauthorized || second != "" {
		t.Errorf("a key that moved: %q, then %q, want %q, then none", first, second, ops.CodeUnauthorized)
	}
}

func TestTheTimesOfTokens(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	tokens := idp.apiTokens(t)
	now := idp.clock.Now()
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }

	for name, test := range map[string]struct {
		change claims
		good   bool
	}{
		"expired by less than the leeway": {claims{"exp": at(-58 * time.Second)}, true},
		"expired":                         {claims{"exp": at(-time.Minute)}, false},
		"not yet, by less":                {claims{"nbf": at(58 * time.Second)}, true},
		"not yet":                         {claims{"nbf": at(62 * time.Second)}, false},
		"issued ahead, by less":           {claims{"iat": at(58 * time.Second)}, true},
		"issued ahead":                    {claims{"iat": at(62 * time.Second)}, false},
		"never issued":                    {claims{"iat": nil}, false},
		"issued by a word":                {claims{"iat": "now"}, false},
	} {
		if code := verifies(t, tokens, idp.jwt(idp.apiClaims(test.change))); (code == "") != test.good {
			t.Errorf("%s: got %q, want it taken: %t", name, code, test.good)
		}
	}
}

func TestTokensAreCompact(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	good := idp.jwt(idp.apiClaims(nil))
	parts := strings.Split(good, ".")

	flat, err := json.Marshal(map[string]string{"protected": parts[0], "payload": parts[1], "signature": parts[2]})
	if err != nil {
		t.Fatal(err)
	}

	if code := verifies(t, idp.apiTokens(t), string(flat)); code != ops.CodeUnauthorized {
		t.Errorf("JSON is taken: %q, want %q", code, ops.CodeUnauthorized)
	}
}
