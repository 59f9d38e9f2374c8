package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"

	"golang.org/x/oauth2"
)

// grant is what the provider answered: tokens, and who they are for.
type grant struct {
	who    Identity
	tokens tokens
	// sid is the provider's name of its own session, "" for none.
	sid string
	// checked is set when the roles were looked at again.
	checked bool
}

// redeem turns the code of an attempt into a grant.
func (a *Auth) redeem(ctx context.Context, idp *endpoints, code string, keys attemptKeys) (grant, error) {
	token, err := idp.oauth.Exchange(idp.tokenContext(ctx), code, oauth2.VerifierOption(keys.verifier))
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

	if given.AuthTime = idToken.authTime(); keys.maxAge != 0 {
		if err := idToken.checkAge(keys.maxAge, a.now()); err != nil {
			return grant{}, badToken(err)
		}
	}

	// Without a refresh token the endpoint is asked again later, and what its refusal means then
	// depends on what it says now.
	known := a.gather(ctx, idp, given.Access, idToken.Subject, idToken.claims, given.Refresh == "")

	who, found, err := a.profiler.read(known.sets...)
	if err != nil {
		return grant{}, badToken(err)
	}

	if !found && known.missing != nil {
		return grant{}, known.missing
	}

	given.UserInfo = known.use
	if refuses(known.missing) {
		given.UserInfo = userInfoUseless
	}

	return grant{who: who, tokens: given, sid: idToken.text("sid"), checked: true}, nil
}

// renew spends the refresh token of a session. The roles are read again; where the
// answer says nothing of roles, who it is for stays as it was.
func (a *Auth) renew(ctx context.Context, idp *endpoints, s session) (grant, error) {
	token, err := idp.oauth.TokenSource(idp.tokenContext(ctx), &oauth2.Token{RefreshToken: s.tokens.Refresh}).Token()
	if err != nil {
		return grant{}, idp.failed(err)
	}

	renewed := grant{who: s.who, tokens: newTokens(token, a.now()), sid: s.sid}
	renewed.tokens.UserInfo, renewed.tokens.AuthTime = s.tokens.UserInfo, s.tokens.AuthTime

	var claims map[string]any

	if renewed.tokens.ID == "" {
		renewed.tokens.ID = s.tokens.ID // as good a hint at sign-out
	} else {
		idToken, err := idp.verifyIDToken(ctx, renewed.tokens.ID, renewed.tokens.Access)

		switch {
		case errors.Is(err, ErrUnreachable):
			// The refresh token is spent, so that what came for it is kept, and read the next time.
			renewed.tokens.ID = s.tokens.ID

			return renewed, nil
		case err != nil:
			return grant{}, badToken(err)
		}

		if idToken.Subject != s.who.Subject {
			return grant{}, badToken(fmt.Errorf("the new ID token is for %q, not for %q", idToken.Subject, s.who.Subject))
		}

		claims = idToken.claims
	}

	known := a.gather(ctx, idp, renewed.tokens.Access, s.who.Subject, claims, false)

	switch {
	case !refuses(known.missing):
		renewed.checked = known.missing == nil
	case s.tokens.UserInfo != userInfoUseless:
		return grant{}, known.missing
	default:
		renewed.checked = true // it never answered, and is not needed
		known.missing = nil
	}

	if known.use != "" {
		renewed.tokens.UserInfo = known.use
	}

	if len(known.sets) == 0 {
		return renewed, nil
	}

	who, found, err := a.profiler.read(known.sets...)
	if err != nil {
		return grant{}, badToken(err)
	}

	if found || (claims != nil && known.missing == nil) {
		renewed.who, renewed.checked = who, true
	}

	return renewed, nil
}

// look asks the userinfo endpoint for the roles. Who somebody is stays: other names may
// stand there.
func (a *Auth) look(ctx context.Context, idp *endpoints, s session) (grant, error) {
	seen := grant{who: s.who, tokens: s.tokens, sid: s.sid}

	if idp.discovered.UserInfoEndpoint() == "" {
		seen.tokens.UserInfo = userInfoUseless

		return seen, nil
	}

	info, err := idp.userinfo(ctx, s.tokens.Access, s.who.Subject)
	if err != nil {
		return grant{}, err
	}

	roles, found := a.profiler.findRoles([]map[string]any{info})
	if !found && s.tokens.UserInfo != userInfoHasRoles {
		seen.tokens.UserInfo = userInfoUseless

		return seen, nil
	}

	seen.who.Roles, seen.who.Role, seen.checked = roles, a.profiler.strongest(roles), true
	seen.tokens.UserInfo = userInfoHasRoles

	return seen, nil
}

// gathered is what is known of a subject.
type gathered struct {
	sets []map[string]any
	// use is what the userinfo endpoint was good for, missing why it did not help.
	use     userInfoUse
	missing error
}

// gather returns what is known of the subject: the claims of the ID token, if
// there are any, then those of an access token that is a JWT, then, only if
// something is still missing or always is set, the userinfo endpoint's.
func (a *Auth) gather(
	ctx context.Context, idp *endpoints, accessToken, subject string, idClaims map[string]any, always bool,
) gathered {
	var known gathered

	if idClaims != nil {
		known.sets = append(known.sets, idClaims)
	}

	if access, err := idp.verify(ctx, accessToken, byAnybody); err == nil && access.Subject == subject {
		known.sets = append(known.sets, access.claims)
	}

	if idp.discovered.UserInfoEndpoint() == "" || (!always && a.profiler.complete(known.sets...)) {
		return known
	}

	info, err := idp.userinfo(ctx, accessToken, subject)
	if err != nil {
		a.log.WarnContext(ctx, "the userinfo endpoint did not help", slog.Any("error", err))
		known.missing = err

		return known
	}

	if _, there := a.profiler.findRoles([]map[string]any{info}); there {
		known.use = userInfoHasRoles
	}

	known.sets = append(known.sets, info)

	return known
}

// refuses reports whether an error is the provider's word, and not its silence.
func refuses(err error) bool { return err != nil && !errors.Is(err, ErrUnreachable) }

// badToken says that what the provider sent does not hold, unless the trouble was
// that the provider could not be asked.
func badToken(cause error) error {
	if errors.Is(cause, ErrUnreachable) {
		return cause
	}

	return fail(ErrTokenInvalid, "What the identity provider sent could not be verified", cause)
}
