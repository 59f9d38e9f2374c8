package opsapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/ops"
)

// knows is a verifier that knows one token.
type knows struct{}

func (knows) Verify(_ context.Context, token string) (ops.Caller, error) {
	if token != "good" {
		return ops.Caller{}, &ops.Error{Code: ops.CodeUnauthorized, Message: "The token is not good"}
	}

	return ops.Caller{Username: "dave", Role: ops.RoleOps}, nil
}

func (knows) Wanted() (string, []string) { return "https://id.example.com", []string{"a", "b"} }

func TestAuthenticator(t *testing.T) {
	t.Parallel()

	const near, far = "10.1.2.3:5000", "192.0.2.1:5000"

	networks := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	all := opsapi.Authenticator{Bearer: knows{}, HeaderNetworks: networks, InternalKey: "k3y"}

	for name, test := range map[string]struct {
		authenticator opsapi.Authenticator
		peer          string
		headers       string // name: value, one a line
		want          string // user/role, or a code
	}{
		"nothing":                  {all, near, "", "UNAUTHORIZED"},
		"a token":                  {all, far, "Authorization: Bearer good", "dave/ops"},
		"a token, spelt otherwise": {all, far, "Authorization: bearer   good ", "dave/ops"},
		"a token before all else": {
			all, near,
			"Authorization: Bearer good\nX-Username: carol\nX-User-Role: admin\nX-Internal-Api-Key: k3y",
			"dave/ops",
		},
		"a wrong token is not passed over": {
			all, near,
			"Authorization: Bearer bad\nX-Username: dave\nX-User-Role: ops\nX-Internal-Api-Key: k3y",
			"UNAUTHORIZED",
		},
		"two tokens":     {all, far, "Authorization: Bearer good\nAuthorization: Bearer good", "UNAUTHORIZED"},
		"an empty token": {all, near, "Authorization: Bearer \nX-Internal-Api-Key: k3y", "UNAUTHORIZED"},
		"another scheme": {all, near, "Authorization: Basic ZGF2ZTpnb29k\nX-Internal-Api-Key: k3y", "UNAUTHORIZED"},
		"a token where none is known": {
			opsapi.Authenticator{HeaderNetworks: networks},
			near,
			"Authorization: Bearer good\nX-Username: dave\nX-User-Role: ops",
			"UNAUTHORIZED",
		},
		"headers":                  {all, near, "X-Username: carol\nX-User-Role: ADMIN", "carol/admin"},
		"headers over IPv6":        {all, "[fd00::1%eth0]:5000", "X-Username: carol\nX-User-Role: admin", "carol/admin"},
		"headers over mapped IPv4": {all, "[::ffff:10.1.2.3]:5000", "X-Username: carol\nX-User-Role: admin", "carol/admin"},
		"headers before the key": {
			all, near,
			"X-Username: carol\nX-User-Role: admin\nX-Internal-Api-Key: k3y",
			"carol/admin",
		},
		"headers without a role":     {all, near, "X-Username: carol", "MISSING_ROLE"},
		"headers with an empty role": {all, near, "X-Username: carol\nX-User-Role: ", "MISSING_ROLE"},
		"headers with another role": {
			all, near,
			"X-Username: carol\nX-User-Role: root\nX-Internal-Api-Key: k3y",
			"INVALID_ROLE",
		},
		"headers with two roles":    {all, near, "X-Username: carol\nX-User-Role: analyst\nX-User-Role: ops", "INVALID_ROLE"},
		"headers with two names":    {all, near, "X-Username: carol\nX-Username: dave\nX-User-Role: ops", "UNAUTHORIZED"},
		"headers without a name":    {all, near, "X-User-Role: ops", "UNAUTHORIZED"},
		"headers with a blank name": {all, near, "X-Username:  \nX-User-Role: ops", "UNAUTHORIZED"},
		"headers from afar":         {all, far, "X-Username: dave\nX-User-Role: ops", "UNAUTHORIZED"},
		"headers that claim to be near": {
			all, far,
			"X-Username: dave\nX-User-Role: ops\nX-Forwarded-For: 10.1.2.3\nX-Real-IP: 10.1.2.3",
			"UNAUTHORIZED",
		},
		"headers from a socket": {all, "@", "X-Username: dave\nX-User-Role: ops", "UNAUTHORIZED"},
		"headers that nobody believes": {
			opsapi.Authenticator{InternalKey: "k3y"},
			near,
			"X-Username: dave\nX-User-Role: ops",
			"UNAUTHORIZED",
		},
		// Today's client library sends a name beside its key.
		"a key, and headers from afar": {all, far, "X-Username: carol\nX-Internal-Api-Key: k3y", "internal/ops"},
		"a key":                        {all, far, "X-Internal-Api-Key: k3y", "internal/ops"},
		"a key's own caller": {
			opsapi.Authenticator{InternalKey: "k3y", InternalCaller: ops.Caller{Username: "worker", Role: ops.RoleAdmin}},
			far, "X-Internal-Api-Key: k3y", "worker/admin",
		},
		"a wrong key":          {all, near, "X-Internal-Api-Key: key", "UNAUTHORIZED"},
		"half a key":           {all, near, "X-Internal-Api-Key: k3", "UNAUTHORIZED"},
		"two keys":             {all, near, "X-Internal-Api-Key: k3y\nX-Internal-Api-Key: k3y", "UNAUTHORIZED"},
		"an empty key":         {all, near, "X-Internal-Api-Key: ", "UNAUTHORIZED"},
		"no key is configured": {opsapi.Authenticator{}, near, "X-Internal-Api-Key: ", "UNAUTHORIZED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/ops/state", nil)
			r.RemoteAddr = test.peer

			for line := range strings.Lines(test.headers) {
				name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
				r.Header.Add(name, value)
			}

			caller, err := test.authenticator.Caller(r)

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

// What the demo believes of its own machine, a web page in that machine's browser must not
// make use of, nor whoever comes by a proxy that runs there.
func TestDirectHeaders(t *testing.T) {
	t.Parallel()

	here := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	direct := opsapi.Authenticator{HeaderNetworks: here, DirectHeaders: true}
	gateway := opsapi.Authenticator{HeaderNetworks: here}

	for name, test := range map[string]struct {
		authenticator opsapi.Authenticator
		host          string
		header        string // name and value
		want          bool
	}{
		"by address":           {direct, "127.0.0.1:8081", "", true},
		"without a port":       {direct, "127.0.0.1", "", true},
		"by name":              {direct, "localhost:8081", "", true},
		"by name, in capitals": {direct, "LOCALHOST:8081", "", true},
		"over IPv6":            {direct, "[::1]:8081", "", true},

		"a name that was made to lead here": {direct, "rebound.example:8081", "", false},
		"one that looks like here":          {direct, "127.0.0.1.example:8081", "", false},
		"another address":                   {direct, "192.0.2.1:8081", "", false},
		"no name":                           {direct, "", "", false},
		"for somebody":                      {direct, "127.0.0.1:8081", "X-Forwarded-For: 192.0.2.1", false},
		"for somebody, by RFC 7239":         {direct, "127.0.0.1:8081", "Forwarded: for=192.0.2.1", false},
		"under another name":                {direct, "127.0.0.1:8081", "X-Forwarded-Host: demo.example", false},
		"through a proxy":                   {direct, "127.0.0.1:8081", "Via: 1.1 proxy", false},

		"a gateway beside it": {gateway, "platform.example", "X-Forwarded-For: 192.0.2.1", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/ops/state", nil)
			r.RemoteAddr, r.Host = "127.0.0.1:5000", test.host
			r.Header.Set(ops.HeaderUsername, "dave")
			r.Header.Set(ops.HeaderUserRole, "ops")

			if name, value, ok := strings.Cut(test.header, ": "); ok {
				r.Header.Set(name, value)
			}

			caller, err := test.authenticator.Caller(r)
			if believed := err == nil && caller.Username == "dave"; believed != test.want {
				t.Errorf("got %+v, %v, want dave believed: %t", caller, err, test.want)
			}

			if err != nil && ops.AsError(err).Code != ops.CodeUnauthorized {
				t.Errorf("got %v, want %s", err, ops.CodeUnauthorized)
			}
		})
	}
}

// A platform behind this one is told the caller's own token.
func TestAuthenticatorKeepsTheToken(t *testing.T) {
	t.Parallel()

	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer good")

	if caller, err := (opsapi.Authenticator{Bearer: knows{}}).Caller(r); err != nil || caller.Token != "good" {
		t.Errorf("got %+v, %v, want the token good", caller, err)
	}
}
