package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
)

// SignedOut is how a sign-out ended. The session here is over in any case.
type SignedOut struct {
	// ProviderURL is the provider's own sign-out, which comes back to [SignedOutPath]; "" where
	// the browser is to go there at once.
	ProviderURL string
	// Still says why the user is signed in at the provider still.
	Still StillSignedIn
}

// StillSignedIn is why a sign-out did not reach the provider, "" when it did, as far as is known.
type StillSignedIn string

// Why it did not.
const (
	NoProviderSignOut StillSignedIn = "no-sign-out" // the provider has none: OpenID Connect RP-Initiated Logout 1.0
	ProviderDown      StillSignedIn = "down"
)

// SignOut ends the session of the request and deletes its cookie. After an error the session
// may still be open to who has a copy of its cookie, but not in this process: while the
// database is in trouble, [Auth.Remember] ends it as soon as it can.
//
// Send the browser to ProviderURL by a page, not by a redirect: browsers hold all that follows a
// form to the form-action of its page, and a provider's sign-out may lead anywhere.
func (a *Auth) SignOut(w http.ResponseWriter, r *http.Request) (SignedOut, error) {
	ctx := r.Context()

	opened, err := a.sessions.New(r, a.sessions.cookieName)
	if err != nil && !errors.Is(err, ErrSessionEnded) {
		if !errors.Is(err, context.Canceled) { // whoever left is told nothing, and keeps the cookie
			id, _ := a.sessions.presented(r)
			a.latest.forget(id)
			a.sessions.remembered.endOne(id, a.now())
			a.sessions.cookies.set(w, a.sessions.cookieName, "", -1)
			LetGo(w.Header())
		}

		return SignedOut{}, err
	}

	if !opened.IsNew {
		a.latest.forget(sessionIn(opened).id)
	}

	opened.Options = a.sessions.cookies.options(-1)
	if err := opened.Save(r, w); err != nil {
		return SignedOut{}, err
	}

	if opened.IsNew {
		return SignedOut{}, nil
	}

	ended := sessionIn(opened)

	a.log.InfoContext(ctx, "signed out", slog.String("username", ended.who.Username))

	return a.providerSignOut(ctx, ended.tokens.ID), nil
}

func (a *Auth) providerSignOut(ctx context.Context, idToken string) SignedOut {
	// A browser that is sent to a provider that does not answer does not come back.
	if err := a.provider.answers(ctx); err != nil {
		a.log.WarnContext(ctx, "somebody could not be signed out at the identity provider", slog.Any("error", err))

		return SignedOut{Still: ProviderDown}
	}

	idp, err := a.provider.get(ctx)
	if err != nil {
		return SignedOut{Still: ProviderDown}
	}

	target, err := url.Parse(idp.EndSession)
	if err != nil || target.Host == "" {
		return SignedOut{Still: NoProviderSignOut}
	}

	query := target.Query()
	query.Set("client_id", a.clientID)
	query.Set("id_token_hint", idToken)
	query.Set("post_logout_redirect_uri", a.signedOut)
	target.RawQuery = query.Encode()

	return SignedOut{ProviderURL: target.String()}
}
