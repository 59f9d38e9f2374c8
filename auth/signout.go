package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// signOutPatience is how long a sign-out waits for a provider that it does not know yet.
const signOutPatience = 2 * time.Second

// SignOut ends the session of the request, deletes its cookie, and returns where to
// send the browser: to the provider's own sign-out, which comes back to
// [SignedOutPath], or there at once if the provider has none or does not answer.
// After an error the session may still be open.
func (a *Auth) SignOut(w http.ResponseWriter, r *http.Request) (redirect string, err error) {
	ctx := r.Context()

	opened, err := a.sessions.New(r, a.sessions.cookieName)
	if err != nil && !errors.Is(err, ErrSessionEnded) {
		return "", err
	}

	opened.Options = a.sessions.cookies.options(-1)
	if err := opened.Save(r, w); err != nil {
		return "", err
	}

	if opened.IsNew {
		return a.signedOut, nil
	}

	ended := sessionIn(opened)

	a.latest.forget(ended.secret.hash())
	a.log.InfoContext(ctx, "signed out", slog.String("username", ended.who.Username))

	return a.providerSignOut(ctx, ended.tokens.ID), nil
}

func (a *Auth) providerSignOut(ctx context.Context, idToken string) string {
	ctx, cancel := context.WithTimeout(ctx, signOutPatience)
	defer cancel()

	idp, err := a.provider.get(ctx)
	if err != nil || idp.EndSession == "" {
		return a.signedOut
	}

	target, err := url.Parse(idp.EndSession)
	if err != nil {
		return a.signedOut
	}

	query := target.Query()
	query.Set("client_id", a.clientID)
	query.Set("id_token_hint", idToken)
	query.Set("post_logout_redirect_uri", a.signedOut)
	target.RawQuery = query.Encode()

	return target.String()
}
