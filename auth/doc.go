// Package auth knows who is asking and what they may do.
//
// Somebody proves who they are in one of two ways, and [Auth.Identify] answers
// both with the same [Identity]: a browser holds a session, that [Auth.Start] and
// [Auth.Callback] began at an OpenID Connect provider with the authorization code
// flow, PKCE and a nonce; a script presents an access token of that provider.
//
// An API that signs nobody in has [Tokens] for the second way alone.
//
// A session lives in the database. Its cookie holds a random secret, the table
// only the SHA-256 of it; the provider's tokens are sealed with a key that is
// derived from the secret, so that neither the table alone nor the cookie alone
// yields them. A session gets a new secret at every sign-in, and a secret that the
// table does not know is worth nothing.
//
// An attempt to sign in has a cookie of its own, so that several tabs do not
// disturb each other; state, nonce and PKCE verifier are derived from it. Beginning
// one writes nothing to the database; using one leaves a row, so that it is used once.
//
// The provider is looked up when it is first needed and again until it answers:
// the console starts without it.
//
// Every error that is not a failure of the database is an [ops.Error] that is safe
// to show, with one of the Err values in its chain that says what kind it is.
package auth
