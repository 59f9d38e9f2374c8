package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// isPageLoad reports whether the browser loads a whole page, so that it can be sent to the
// provider and come back: Fetch Metadata Request Headers, where the browser sends them.
func isPageLoad(r *http.Request) bool {
	if r.Method != http.MethodGet || r.Header.Get("Hx-Request") != "" {
		return false
	}

	// With what was typed in a longer address nobody would come back.
	if uri := r.URL.RequestURI(); LocalPath(uri) != uri {
		return false
	}

	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" {
		return dest == "document"
	}

	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// confirmation says what is left to do for a session that has no refresh token: the browser is
// sent to the provider when the roles were not looked at otherwise, and without that the
// session ends with its access token. A provider that is down changes neither.
func (a *Auth) confirmation(r *http.Request, s *session, mayConfirm bool) error {
	ctx := r.Context()
	now := a.now()
	over := s.tokens.over(now)

	if s.tokens.Refresh != "" || (!over && !s.checkDue(now)) {
		return nil
	}

	if !over && a.attempts.sentSilently(r) {
		return nil
	}

	// What comes back could not be written down.
	mayConfirm = mayConfirm && isPageLoad(r) && a.sessions.inTrouble() == nil

	if mayConfirm && !a.pauses.paused(now, everybody) {
		// A browser that is sent to a provider that does not answer does not come back.
		err := a.provider.answers(ctx)
		if err == nil {
			return fail(ErrConfirm, "Your session has to be confirmed: load the page again", nil)
		}

		a.pauses.pause(a.now(), everybody)
		a.log.WarnContext(ctx, "a session could not be confirmed", slog.Any("error", err))
	}

	if !over {
		return nil
	}

	// The row stays for a page load that has it confirmed.
	a.latest.forget(s.id)

	return sessionEnded(errors.New("its access token has ended, and there is no refresh token"))
}

// Confirm begins a way to the provider and back on which nobody is asked anything, and returns
// where the browser has to go: OpenID Connect Core 1.0, section 3.1.2.1, prompt=none. It is
// for a request that was answered with an [ErrConfirm]; [Auth.Callback] completes it.
func (a *Auth) Confirm(w http.ResponseWriter, r *http.Request) (next string, err error) {
	opened, err := a.sessions.New(r, a.sessions.cookieName)
	if err != nil {
		return "", err
	}

	idp, err := a.provider.get(r.Context())
	if err != nil {
		return "", err
	}

	keys, err := a.attempts.begin(w, r, attempt{returnTo: r.URL.RequestURI(), silent: true})
	if err != nil {
		return "", err
	}

	return idp.signInURL(keys.state,
		oidc.Nonce(keys.nonce), oauth2.S256ChallengeOption(keys.verifier),
		oauth2.SetAuthURLParam("prompt", "none"), oauth2.SetAuthURLParam("id_token_hint", sessionIn(opened).tokens.ID)), nil
}

// confirmed completes what [Auth.Confirm] began.
func (a *Auth) confirmed(r *http.Request, keys attemptKeys) (Identity, error) {
	ctx := r.Context()

	opened, err := a.sessions.New(r, a.sessions.cookieName)
	if err != nil {
		return Identity{}, err
	}

	s := sessionIn(opened)
	if opened.IsNew {
		return Identity{}, sessionEnded(errors.New("it ended while it was confirmed"))
	}

	given, err := a.confirmedGrant(ctx, s, r, keys)

	switch {
	case errors.Is(err, ErrUnreachable):
		a.pauses.pause(a.now(), everybody)
		a.log.WarnContext(ctx, "a session could not be confirmed", slog.Any("error", err))
	case err != nil:
		s, err = a.endRefused(ctx, s, err)
	default:
		a.vouched(ctx, given.who, true)
		s, err = a.sessions.replace(ctx, s, given)
	}

	if err != nil && !errors.Is(err, ErrUnreachable) {
		return Identity{}, err
	}

	return a.identityOf(&s), nil
}

func (a *Auth) confirmedGrant(ctx context.Context, s session, r *http.Request, keys attemptKeys) (grant, error) {
	idp, err := a.provider.get(ctx)
	if err != nil {
		return grant{}, err
	}

	code, err := idp.answer(r.URL.Query())
	if err != nil {
		return grant{}, err
	}

	given, err := a.redeem(ctx, idp, code, keys)
	if err == nil && given.who.Subject != s.who.Subject {
		err = badToken(fmt.Errorf("%q is signed in there, and not %q", given.who.Subject, s.who.Subject))
	}

	if given.tokens.AuthTime.IsZero() {
		given.tokens.AuthTime = s.tokens.AuthTime
	}

	return given, err
}

// answers asks the provider for its discovery document, to know that it is there.
func (p *provider) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, discoveryPatience)
	defer cancel()

	_, err := p.shared(ctx, p.discover)

	return err
}
