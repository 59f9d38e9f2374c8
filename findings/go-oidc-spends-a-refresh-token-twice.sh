#!/usr/bin/env bash
# github.com/coreos/go-oidc/v3 3.21.0 and golang.org/x/oauth2 0.37.0, with Go 1.26.
#
# Believed: with the Endpoint of an oidc.Provider, whose discovery says how clients prove themselves, a code or a refresh token is sent once, and an
# answer such as 502 or invalid_grant comes back as the error.
# Seen: the Endpoint leaves out what discovery says, and oauth2 takes each error, until something has succeeded, for a sign that the client should prove itself
# in the other way: the same code or token is sent at once again, with the secret in the body, and the error is that of the second.
# What was found out is kept in the Config, so it begins anew with each process and with each Config that is made for a request.
# Bites: with rotating refresh tokens. Where the first answer is lost behind a proxy after the provider has spent the token, the second try is the reuse
# after which providers end the whole session (RFC 9700, section 4.14.2); and the one that is logged says invalid_grant instead of 502. Set AuthStyle.
set -euo pipefail

dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"

cat >go.mod <<'MOD'
module finding

go 1.26

require (
	github.com/coreos/go-oidc/v3 v3.21.0
	golang.org/x/oauth2 v0.37.0
)
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func main() {
	var (
		server *httptest.Server
		spent  = map[string]bool{}
	)

	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{
			"issuer": server.URL, "authorization_endpoint": server.URL + "/authorize", "token_endpoint": server.URL + "/token", "jwks_uri": server.URL + "/keys",
			"token_endpoint_auth_methods_supported": []string{"client_secret_basic"},
		})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		token, code := r.FormValue("refresh_token"), 502 // spends the token, and its answer is lost on the way
		if spent[token] {
			code = 400
		}

		_, _, basic := r.BasicAuth()
		fmt.Printf("  the provider is sent %s, secret in the header: %t, in the body: %t, spent before: %t\n", token, basic, r.FormValue("client_secret") != "", spent[token])
		spent[token] = true

		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)

		if code == 400 {
			fmt.Fprint(w, `{"error": "invalid_grant"}`)
		}
	})
	server = httptest.NewServer(mux)

	provider, err := oidc.NewProvider(context.Background(), server.URL)
	if err != nil {
		panic(err)
	}

	for _, style := range []oauth2.AuthStyle{provider.Endpoint().AuthStyle, oauth2.AuthStyleInHeader} {
		config := oauth2.Config{ClientID: "console", ClientSecret: "secret", Endpoint: provider.Endpoint()}
		config.Endpoint.AuthStyle = style
		fmt.Println("AuthStyle", style)

		_, err := config.TokenSource(context.Background(), &oauth2.Token{RefreshToken: fmt.Sprint("token ", style)}).Token()

		var failed *oauth2.RetrieveError
		if !errors.As(err, &failed) {
			panic(err)
		}

		fmt.Println("  the client is told", failed.Response.StatusCode, failed.ErrorCode)
	}
}
GO
go mod tidy 2>/dev/null

got=$(go run . | sed 's/ $//')
echo "$got"
[ "$got" = 'AuthStyle 0
  the provider is sent token 0, secret in the header: true, in the body: false, spent before: false
  the provider is sent token 0, secret in the header: false, in the body: true, spent before: true
  the client is told 400 invalid_grant
AuthStyle 2
  the provider is sent token 2, secret in the header: true, in the body: false, spent before: false
  the client is told 502' ] || { echo "the behavior has changed"; exit 1; }
