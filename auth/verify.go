package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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

// parseSigned reads a token as RFC 7519 has it: a JWS in its compact form.
func parseSigned(raw string) (*jose.JSONWebSignature, error) {
	return jose.ParseSignedCompact(raw, signingAlgorithms())
}

// clockSkew is how far the clocks of the provider and of the console may be apart.
const clockSkew = time.Minute

// verified is a token whose signature, issuer and times hold.
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
func (e *endpoints) verify(ctx context.Context, raw string, sent sender) (verified, error) {
	signed, err := parseSigned(raw)
	if err != nil {
		return verified{}, err
	}

	header := signed.Signatures[0].Header
	payload, err := e.keys.verify(ctx, signed, sent)

	switch {
	case errors.Is(err, errUnknownKey):
		e.doubted.Store(true) // its keys may be elsewhere by now

		return verified{}, err
	case errors.Is(err, errSignature):
		return verified{}, err
	case err != nil:
		return verified{}, e.silent(err)
	}

	token, err := oidc.NewVerifier(e.issuer, verifiedPayload(payload), &oidc.Config{
		SkipClientIDCheck:    true, // an access token is for other audiences too; the callers look
		SkipExpiryCheck:      true, // checkTimes does
		SupportedSigningAlgs: []string{header.Algorithm},
	}).Verify(ctx, raw)
	if err != nil {
		return verified{}, err
	}

	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return verified{}, err
	}

	typ, _ := header.ExtraHeaders[jose.HeaderType].(string)
	typ = strings.TrimPrefix(strings.ToLower(typ), "application/")
	found := verified{IDToken: token, typ: typ, claims: claims}

	return found, found.checkTimes(e.now())
}

// text returns a claim that is text, "" for none.
func (v verified) text(name string) string {
	value, _ := v.claims[name].(string)

	return value
}

// verifiedPayload is what a signature was verified over.
type verifiedPayload []byte

// VerifySignature implements [oidc.KeySet].
func (p verifiedPayload) VerifySignature(context.Context, string) ([]byte, error) { return p, nil }

// checkTimes checks exp, nbf and iat: RFC 7519, section 4.1. iat is required.
func (v verified) checkTimes(now time.Time) error {
	notBefore, _ := v.claims["nbf"].(float64)
	_, issued := v.claims["iat"].(float64)

	switch earliest := now.Add(clockSkew); {
	case !now.Add(-clockSkew).Before(v.Expiry):
		return &oidc.TokenExpiredError{Expiry: v.Expiry}
	case !issued:
		return errors.New("it does not say when it was issued (iat)")
	case v.IssuedAt.After(earliest):
		return fmt.Errorf("it was issued in the future, at %s (iat)", v.IssuedAt)
	case float64(earliest.Unix()) < notBefore:
		return errors.New("it is not good yet (nbf)")
	default:
		return nil
	}
}

// verifyIDToken checks also what is particular to an ID token: that it is for this
// client, and belongs to the access token beside it.
func (e *endpoints) verifyIDToken(ctx context.Context, raw, accessToken string) (verified, error) {
	token, err := e.verify(ctx, raw, byProvider)
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
