package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
)

// signingAlgorithms are the asymmetric ones: with those, a key of the provider's
// published set is the only thing that can have signed.
func signingAlgorithms() []string {
	return []string{
		oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512,
		oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
	}
}

// verified is a token whose signature, issuer and expiry hold.
type verified struct {
	*oidc.IDToken

	claims map[string]any
}

// verify checks a JWT of the provider, of whatever audience. Its error is plain
// when the token does not hold, and an [ErrUnreachable] when the provider's keys
// cannot be had.
func (e *endpoints) verify(ctx context.Context, raw string) (verified, error) {
	keys := &fetchWatch{KeySet: e.keys}
	verifier := oidc.NewVerifier(e.issuer, keys, &oidc.Config{
		SkipClientIDCheck:    true, // an access token is for other audiences too; the callers look
		SupportedSigningAlgs: signingAlgorithms(),
		Now:                  e.now,
	})

	token, err := verifier.Verify(ctx, raw)

	if keys.failure != nil {
		return verified{}, e.silent(keys.failure)
	}

	if err != nil {
		return verified{}, err
	}

	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return verified{}, err
	}

	return verified{IDToken: token, claims: claims}, nil
}

// fetchWatch notes that keys could not be fetched, which the verifier reports as
// a bad signature.
type fetchWatch struct {
	oidc.KeySet

	failure error
}

// VerifySignature implements [oidc.KeySet].
func (w *fetchWatch) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := w.KeySet.VerifySignature(ctx, jwt)
	if errors.Unwrap(err) != nil { // a bad signature wraps nothing, a failed fetch its cause
		w.failure = err
	}

	return payload, err
}

// verifyIDToken checks also what is particular to an ID token: that it is for this
// client, and belongs to the access token beside it.
func (e *endpoints) verifyIDToken(ctx context.Context, raw, accessToken string) (verified, error) {
	token, err := e.verify(ctx, raw)
	if err != nil {
		return verified{}, err
	}

	if !slices.Contains(token.Audience, e.oauth.ClientID) {
		return verified{}, fmt.Errorf("the ID token is for %q", token.Audience)
	}

	if party, ok := token.claims["azp"]; ok && party != e.oauth.ClientID {
		return verified{}, fmt.Errorf("the ID token was issued to %q", party)
	}

	if token.AccessTokenHash != "" {
		if err := token.VerifyAccessToken(accessToken); err != nil {
			return verified{}, err
		}
	}

	return token, nil
}

// isIDToken tells an ID token from an access token, as far as claims can: only the
// former says who signed in, and it travels in URLs at sign-out.
func (v verified) isIDToken() bool {
	kind, _ := v.claims["typ"].(string)

	return kind == "ID" || v.claims["at_hash"] != nil || v.claims["c_hash"] != nil ||
		(v.Nonce != "" && kind != "Bearer")
}
