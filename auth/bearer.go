package auth

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/graph-olap/opsconsole/ops"
)

// bearerToken returns the bearer token of the request. One that is presented badly
// is presented, and "" never verifies; other schemes are for somebody else.
func bearerToken(r *http.Request) (token string, presented bool) {
	headers := r.Header.Values("Authorization")
	for _, header := range headers {
		scheme, rest, _ := strings.Cut(header, " ")
		if strings.EqualFold(scheme, "Bearer") {
			token, presented = strings.TrimSpace(rest), true
		}
	}

	if len(headers) > 1 {
		token = ""
	}

	return token, presented
}

// verifyBearer checks an access token: signature, issuer, expiry, and that it is for
// one of the audiences.
func (p *provider) verifyBearer(ctx context.Context, raw string, audiences []string) (verified, error) {
	idp, err := p.get(ctx)
	if err != nil {
		return verified{}, err
	}

	token, err := idp.verify(ctx, raw)

	var expired *oidc.TokenExpiredError

	switch {
	case errors.Is(err, ErrUnreachable):
		return verified{}, err
	case errors.As(err, &expired):
		return verified{}, badBearer("it has expired", err)
	case err != nil:
		return verified{}, badBearer("it is malformed, or not signed by the configured identity provider", err)
	case !slices.ContainsFunc(token.Audience, func(aud string) bool { return slices.Contains(audiences, aud) }):
		return verified{}, badBearer("it is meant for somebody else", nil)
	case token.isIDToken():
		return verified{}, badBearer("it is an ID token, and an access token is wanted", nil)
	default:
		return token, nil
	}
}

// identifyBearer tells whose access token it is.
func (a *Auth) identifyBearer(ctx context.Context, raw string) (Identity, error) {
	token, err := a.provider.verifyBearer(ctx, raw, a.audiences)
	if err != nil {
		return Identity{}, err
	}

	identity, _, err := a.profiler.read(token.claims)
	if err != nil {
		return Identity{}, badBearer("it does not say who its user is", err)
	}

	identity.Token = raw
	identity.SignedInAt = token.IssuedAt
	identity.ExpiresAt = token.Expiry
	identity.Via = ViaBearer

	return identity, nil
}

func badBearer(why string, cause error) *ops.Error {
	return fail(ErrBearerInvalid, "The bearer token was refused: "+why, cause)
}
