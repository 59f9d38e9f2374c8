package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// refreshPause is how long nobody tries to renew tokens after the provider did not
// answer, so that requests do not queue up behind it.
const refreshPause = 15 * time.Second

// checkEvery is how old what the provider said of somebody's roles may get.
const checkEvery = 5 * time.Minute

// checkDue reports whether the roles are to be looked at again.
func (s session) checkDue(now time.Time) bool { return !now.Before(s.checkedAt.Add(checkEvery)) }

// due reports whether the provider is to be asked now, and can be without the browser.
func (a *Auth) due(s session) bool {
	now := a.now()
	if s.tokens.Refresh != "" {
		return s.tokens.renewable(now) || s.checkDue(now)
	}

	return s.checkDue(now) && s.tokens.UserInfo != userInfoUseless && s.tokens.accessAt(now) != ""
}

func (a *Auth) paused() bool { return a.now().UnixNano() < a.refreshPausedUntil.Load() }

func (a *Auth) pause() { a.refreshPausedUntil.Store(a.now().Add(refreshPause).UnixNano()) }

// renewed returns the session as the provider vouches for it: with new tokens and roles if it
// is time for them. Requests of one session that come together, to whichever process, wait for
// one renewal. A provider that does not answer is waited for with the tokens at hand; one that
// refuses ends the session.
func (a *Auth) renewed(ctx context.Context, s session) (session, error) {
	if !a.due(s) || a.paused() {
		return s, nil
	}

	flight := a.refreshes.DoChan(s.secret.hash(), func() (any, error) {
		// A refresh token is spent once it is sent: the request that happened to begin
		// must not take the answer with it when it goes.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewalTimeout)
		defer cancel()

		return a.refresh(ctx, s.secret)
	})

	select {
	case <-ctx.Done():
		return session{}, ctx.Err()
	case result := <-flight:
		fresh, _ := result.Val.(session)

		return fresh, result.Err
	}
}

// renewalTimeout has room for the calls of a renewal, after one that another process gave up.
const renewalTimeout = 3*providerTimeout + claimSilence

func (a *Auth) refresh(ctx context.Context, id secret) (session, error) {
	s, claim, err := a.claim(ctx, id, a.due)
	if err != nil || claim == nil {
		return s, err
	}
	defer claim.release(context.WithoutCancel(ctx))

	idp, err := a.provider.get(ctx)

	var given grant

	switch {
	case err != nil:
	case s.tokens.Refresh != "":
		given, err = a.renew(ctx, idp, s)
	default:
		given, err = a.look(ctx, idp, s)
	}

	switch {
	case errors.Is(err, ErrUnreachable):
		a.pause()
		a.log.WarnContext(ctx, "a session could not be renewed", slog.Any("error", err))

		return s, nil
	case err != nil:
		return a.endRefused(ctx, s, err)
	case !given.checked && s.tokens.Refresh != "":
		a.pause() // the tokens are new, but who asks for the roles does not answer
	}

	return a.sessions.replace(ctx, s, given)
}

// endRefused ends a session whose tokens the provider will not renew, unless
// another process has renewed them meanwhile.
func (a *Auth) endRefused(ctx context.Context, s session, cause error) (session, error) {
	ended, err := a.sessions.endUnchanged(ctx, s)
	if err != nil {
		return session{}, err
	}

	if !ended {
		return a.sessions.find(ctx, s.secret.text())
	}

	a.latest.forget(s.secret.hash())
	a.log.InfoContext(ctx, "a session ended, as the provider did not vouch for it",
		slog.String("username", s.who.Username), slog.Any("cause", cause))

	//nolint:errorlint // not wrapped: an error has one kind, and this one's is that the session ended
	return session{}, sessionEnded(fmt.Errorf("the provider did not vouch for it: %v", cause))
}
