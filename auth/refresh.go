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

// renewed returns the session with new tokens if it is time for them. Requests of
// one session that come together wait for one renewal. A provider that does not
// answer is waited for with the tokens at hand; one that refuses ends the session.
func (a *Auth) renewed(ctx context.Context, s session) (session, error) {
	now := a.now()
	if !s.tokens.renewable(now) || now.UnixNano() < a.refreshPausedUntil.Load() {
		return s, nil
	}

	flight := a.refreshes.DoChan(s.secret.hash(), func() (any, error) {
		// A refresh token is spent once it is sent: the request that happened to begin
		// must not take the answer with it when it goes.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*providerTimeout)
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

func (a *Auth) refresh(ctx context.Context, id secret) (session, error) {
	s, err := a.sessions.find(ctx, id.text())
	if err != nil || !s.tokens.renewable(a.now()) { // somebody else was faster
		return s, err
	}

	idp, err := a.provider.get(ctx)

	var given grant
	if err == nil {
		given, err = a.renew(ctx, idp, s)
	}

	switch {
	case errors.Is(err, ErrUnreachable):
		a.refreshPausedUntil.Store(a.now().Add(refreshPause).UnixNano())
		a.log.WarnContext(ctx, "the tokens of a session could not be renewed", slog.Any("error", err))

		return s, nil
	case err != nil:
		return a.endRefused(ctx, s, err)
	default:
		return a.sessions.replace(ctx, s, given)
	}
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
	a.log.InfoContext(ctx, "a session ended, as its tokens were not renewed",
		slog.String("username", s.who.Username), slog.Any("cause", cause))

	//nolint:errorlint // not wrapped: an error has one kind, and this one's is that the session ended
	return session{}, sessionEnded(fmt.Errorf("its tokens were not renewed: %v", cause))
}
