package devidp

import (
	"net/http"

	"github.com/go-jose/go-jose/v4"
)

// Scopes that mean something here. Others are left out of what is granted.
const (
	scopeOpenID  = "openid"
	scopeOffline = "offline_access"
)

func scopes() []string { return []string{scopeOpenID, "profile", "email", scopeOffline} }

// discover answers with the metadata of OpenID Connect Discovery 1.0, section 3.
func (p *provider) discover(w http.ResponseWriter, _ *http.Request) {
	byClient := []string{"client_secret_basic", "client_secret_post"}

	answer(w, http.StatusOK, map[string]any{
		"issuer":                                p.Issuer,
		"authorization_endpoint":                p.Issuer + authorizePath,
		"token_endpoint":                        p.Issuer + tokenPath,
		"introspection_endpoint":                p.Issuer + introspectionPath,
		"userinfo_endpoint":                     p.Issuer + userinfoPath,
		"revocation_endpoint":                   p.Issuer + revocationPath,
		"end_session_endpoint":                  p.Issuer + endSessionPath,
		"jwks_uri":                              p.Issuer + keysPath,
		"scopes_supported":                      scopes(),
		"response_types_supported":              []string{"code"},
		"response_modes_supported":              []string{"query"},
		"grant_types_supported":                 []string{grantCode, grantRefresh},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{string(jose.RS256)},
		"code_challenge_methods_supported":      []string{methodS256},
		"request_parameter_supported":           false,
		"request_uri_parameter_supported":       false,

		"token_endpoint_auth_methods_supported":         byClient,
		"introspection_endpoint_auth_methods_supported": byClient,
		"revocation_endpoint_auth_methods_supported":    byClient,

		"claims_supported": []string{
			"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "azp", "at_hash",
			"name", "preferred_username", "email", "email_verified", claimEmail, claimRoles,
		},
	})
}

// keys answers with the key set of RFC 7517, the public half alone.
func (p *provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{p.key.Public()}})
}
