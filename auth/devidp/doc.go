// Package devidp is the identity provider of the demo: a complete OpenID Connect
// provider, with the authorization code flow and PKCE, JWT access tokens, refresh
// tokens, userinfo and sign-out, whose sign-in page asks for no password. It shows
// the accounts there are and lets anybody be any of them, so it speaks to this
// machine alone and is never for more than a demonstration.
//
// It keeps everything in memory and makes its signing key when it starts. Its
// handler wants whole paths: mount it where the path of its issuer says.
//
// A script needs no browser. It may walk through the sign-in page, which takes the
// field username, or fetch an access token at once:
//
//	curl -d username=dave http://127.0.0.1:8080/demo-idp/demo-token
//
// which answers {"access_token", "token_type", "expires_in"} as RFC 6749 has it.
package devidp
