package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// signingAlgorithms are the asymmetric ones: with those, a key of the provider's
// published set is the only thing that can have signed.
func signingAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
		jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
}

// verified is a token whose signature, issuer and expiry hold.
type verified struct {
	*oidc.IDToken

	// typ is the media type in the header, in lower case and without "application/": RFC 7515,
	// section 4.1.9.
	typ    string
	claims map[string]any
}

// verify checks a JWT of the provider, of whatever audience. Its error is plain
// when the token does not hold, and an [ErrUnreachable] when the provider's keys
// cannot be had.
func (e *endpoints) verify(ctx context.Context, raw string) (verified, error) {
	jws, err := jose.ParseSignedCompact(raw, signingAlgorithms())
	if err != nil {
		return verified{}, err
	}

	keys := &fetchWatch{KeySet: e.keys}
	verifier := oidc.NewVerifier(e.issuer, keys, &oidc.Config{
		SkipClientIDCheck:    true, // an access token is for other audiences too; the callers look
		SupportedSigningAlgs: []string{jws.Signatures[0].Header.Algorithm},
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

	typ, _ := jws.Signatures[0].Header.ExtraHeaders[jose.HeaderType].(string)
	typ = strings.TrimPrefix(strings.ToLower(typ), "application/")

	return verified{IDToken: token, typ: typ, claims: claims}, nil
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
