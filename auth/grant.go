package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// grant is what the provider answered: tokens, and who they are for.
type grant struct {
	who    Identity
	tokens tokens
}

// redeem turns the code of an attempt into a grant.
func (a *Auth) redeem(ctx context.Context, idp *endpoints, code string, keys attemptKeys) (grant, error) {
	ctx = oidc.ClientContext(ctx, idp.client)

	token, err := idp.oauth.Exchange(ctx, code, oauth2.VerifierOption(keys.verifier))
	if err != nil {
		return grant{}, idp.failed(err)
	}

	given := newTokens(token, a.now())
	if given.ID == "" {
		return grant{}, badToken(errors.New("the token endpoint sent no ID token"))
	}

	idToken, err := idp.verifyIDToken(ctx, given.ID, given.Access)
	if err != nil {
		return grant{}, badToken(err)
	}

	if subtle.ConstantTimeCompare([]byte(idToken.Nonce), []byte(keys.nonce)) != 1 {
		return grant{}, badToken(errors.New("the ID token has another nonce"))
	}

	sets, missing := a.gather(ctx, idp, given.Access, idToken.Subject, idToken.claims)

	who, found, err := a.profiler.read(sets...)
	if err != nil {
		return grant{}, badToken(err)
	}

	if !found && missing != nil {
		return grant{}, missing
	}

	return grant{who: who, tokens: given}, nil
}

// renew spends the refresh token of a session. The roles are read again; where the
// answer says nothing of roles, who it is for stays as it was.
func (a *Auth) renew(ctx context.Context, idp *endpoints, s session) (grant, error) {
	ctx = oidc.ClientContext(ctx, idp.client)

	token, err := idp.oauth.TokenSource(ctx, &oauth2.Token{RefreshToken: s.tokens.Refresh}).Token()
	if err != nil {
		return grant{}, idp.failed(err)
	}

	renewed := grant{who: s.who, tokens: newTokens(token, a.now())}

	var claims map[string]any

	if renewed.tokens.ID == "" {
		renewed.tokens.ID = s.tokens.ID // as good a hint at sign-out
	} else {
		idToken, err := idp.verifyIDToken(ctx, renewed.tokens.ID, renewed.tokens.Access)
		if err != nil {
			return grant{}, badToken(err)
		}

		if idToken.Subject != s.who.Subject {
			return grant{}, badToken(fmt.Errorf("the new ID token is for %q, not for %q", idToken.Subject, s.who.Subject))
		}

		claims = idToken.claims
	}

	sets, missing := a.gather(ctx, idp, renewed.tokens.Access, s.who.Subject, claims)
	if len(sets) == 0 {
		return renewed, nil
	}

	who, found, err := a.profiler.read(sets...)
	if err != nil {
		return grant{}, badToken(err)
	}

	if found || (claims != nil && missing == nil) {
		renewed.who = who
	}

	return renewed, nil
}

// gather returns what is known of the subject: the claims of the ID token, if
// there are any, then those of an access token that is a JWT, then, only if
// something is still missing, the userinfo endpoint's. The error is the latter's.
func (a *Auth) gather(
	ctx context.Context, idp *endpoints, accessToken, subject string, idClaims map[string]any,
) (sets []map[string]any, missing error) {
	if idClaims != nil {
		sets = append(sets, idClaims)
	}

	if access, err := idp.verify(ctx, accessToken); err == nil && access.Subject == subject {
		sets = append(sets, access.claims)
	}

	if idp.discovered.UserInfoEndpoint() == "" || a.profiler.complete(sets...) {
		return sets, nil
	}

	info, err := idp.userinfo(ctx, accessToken, subject)
	if err != nil {
		a.log.WarnContext(ctx, "the userinfo endpoint did not help", slog.Any("error", err))

		return sets, err
	}

	return append(sets, info), nil
}

func (e *endpoints) userinfo(ctx context.Context, accessToken, subject string) (map[string]any, error) {
	info, err := e.discovered.UserInfo(ctx, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: accessToken}))
	if err != nil {
		return nil, e.failed(err)
	}

	if info.Subject != subject {
		return nil, badToken(fmt.Errorf("the userinfo endpoint speaks of %q, not of %q", info.Subject, subject))
	}

	var claims map[string]any

	return claims, info.Claims(&claims)
}

// badToken says that what the provider sent does not hold, unless the trouble was
// that the provider could not be asked.
func badToken(cause error) error {
	if errors.Is(cause, ErrUnreachable) {
		return cause
	}

	return fail(ErrTokenInvalid, "What the identity provider sent could not be verified", cause)
}
