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
	headers := r.Header["Authorization"]
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

// bearerRules say which of a provider's tokens are taken.
type bearerRules struct {
	audiences []string
	// unmarked lets in tokens that do not say that they are access tokens.
	unmarked bool
}

// Bearer tells who issues the bearer tokens that are taken, and which audiences they may have.
func (a *Auth) Bearer() (issuer string, audiences []string) {
	return a.provider.issuer, slices.Clone(a.bearer.audiences)
}

// verifyBearer checks an access token: signature, issuer, expiry, that it is for one of the
// audiences, and that it is one.
func (p *provider) verifyBearer(ctx context.Context, raw string, rules bearerRules) (verified, error) {
	idp, err := p.get(ctx)
	if err != nil {
		return verified{}, err
	}

	token, err := idp.verify(ctx, raw, byAnybody)

	var expired *oidc.TokenExpiredError

	switch {
	case errors.Is(err, ErrUnreachable):
		return verified{}, err
	case errors.As(err, &expired):
		return verified{}, badBearer("it has expired", err)
	case err != nil:
		return verified{}, badBearer("it is malformed, or not signed by the configured identity provider", err)
	case !token.isFor(rules.audiences):
		return verified{}, badBearer("it is meant for somebody else: its audience has to be "+strings.Join(rules.audiences, " or "), nil)
	}

	if err := token.checkKind(rules.unmarked); err != nil {
		return verified{}, badBearer(err.Error(), nil)
	}

	return token, nil
}

// identifyBearer tells whose access token it is.
func (a *Auth) identifyBearer(ctx context.Context, raw string) (Identity, error) {
	token, err := a.provider.verifyBearer(ctx, raw, a.bearer)
	if err != nil {
		return Identity{}, err
	}

	identity, _, err := a.profiler.read(token.claims)
	if err != nil {
		return Identity{}, badBearer("it does not say who its user is", err)
	}

	identity.Token = raw
	identity.SignedInAt = token.IssuedAt
	identity.AuthTime = token.authTime()
	identity.ExpiresAt = token.Expiry
	identity.Via = ViaBearer

	return identity, nil
}

func badBearer(why string, cause error) *ops.Error {
	return fail(ErrBearerInvalid, "The bearer token was refused: "+why, cause)
}
