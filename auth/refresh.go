package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
)

// checkEvery is how old what the provider said of somebody's roles may get.
const checkEvery = 5 * time.Minute

// checkDue reports whether the roles are to be looked at again.
func (s *session) checkDue(now time.Time) bool { return now.Sub(s.checkedAt).Abs() >= checkEvery }

// due reports whether the provider is to be asked now, and can be without the browser.
func (a *Auth) due(s *session, now time.Time) bool {
	if s.tokens.Refresh != "" {
		return s.tokens.renewable(now) || s.checkDue(now)
	}

	return s.checkDue(now) && s.tokens.UserInfo != userInfoUseless && s.tokens.accessAt(now) != ""
}

// renewed returns the session as the provider vouches for it: with new tokens and roles if it
// is time for them. Requests of one session that come together, to whichever process, wait for
// one renewal. A provider that does not answer is waited for with the tokens at hand; one that
// refuses ends the session. A database that cannot be written is waited for as the provider is:
// what came could not be kept, and a refresh token that is spent is spent.
func (a *Auth) renewed(ctx context.Context, s session) (session, error) {
	if now := a.now(); !a.due(&s, now) || a.pauses.paused(now, s.id) || a.sessions.inTrouble() != nil {
		return s, nil //nolint:nilerr // trouble is waited for with the tokens at hand
	}

	return a.inFlight(ctx, s)
}

// inFlight renews it with all who want that at the same time.
func (a *Auth) inFlight(ctx context.Context, s session) (session, error) {
	flight := a.refreshes.DoChan(s.id, func() (any, error) {
		// A refresh token is spent once it is sent: the request that happened to begin
		// must not take the answer with it when it goes.
		return a.refresh(context.WithoutCancel(ctx), s.secret)
	})

	patience := time.NewTimer(renewalPatience)
	defer patience.Stop()

	select {
	case <-ctx.Done():
		return session{}, ctx.Err()
	case <-patience.C:
		return s, nil
	case result := <-flight:
		if store.TroubleOf(result.Err) != nil {
			return s, nil
		}

		fresh, _ := result.Val.(session)

		return fresh, result.Err
	}
}

// The times of a renewal. What is spent at the provider is spent: each step has a time of its
// own, so that one that was slow takes none from the next.
const (
	// renewalPatience is how long a request waits for it, before it goes on with the tokens at hand.
	renewalPatience = providerTimeout
	// claimPatience is how long it waits for another process.
	claimPatience = providerTimeout + claimSilence
	// renewalTimeout has room for discovery, tokens, keys, and userinfo.
	renewalTimeout = 4 * providerTimeout
	// keepingTimeout is for writing down what came.
	keepingTimeout = 10 * time.Second
)

func (a *Auth) refresh(ctx context.Context, id secret) (session, error) {
	s, claim, err := a.claimWithin(ctx, id)
	if err != nil || claim == nil {
		return s, err
	}
	defer claim.release(ctx)

	failpoint.Reach(failpoint.SessionRenewalClaimed)

	given, err := a.ask(ctx, s)

	failpoint.Reach(failpoint.SessionRenewed)

	ctx, cancel := context.WithTimeout(ctx, keepingTimeout)
	defer cancel()

	switch {
	case errors.Is(err, ErrUnreachable):
		a.pauseAfter(err, s)
		a.log.WarnContext(ctx, "a session could not be renewed", slog.Any("error", err))

		return s, nil
	case err != nil:
		return a.endRefused(ctx, s, err)
	case !given.checked && s.tokens.Refresh != "":
		a.pauses.pause(a.now(), s.id) // the tokens are new, but who asks for the roles does not answer
	}

	kept, err := a.sessions.replace(ctx, s, given)
	if given.checked {
		a.vouched(ctx, given.who, true)
	}

	if err != nil && given.who.Role != s.who.Role {
		a.sessions.remembered.endOne(s.id, a.now())

		return session{}, a.notVouched(ctx, s, fmt.Errorf("it names another role, and that cannot be kept: %w", err))
	}

	return kept, err
}

func (a *Auth) claimWithin(ctx context.Context, id secret) (session, *renewalClaim, error) {
	ctx, cancel := context.WithTimeout(ctx, claimPatience)
	defer cancel()

	return a.claim(ctx, id, func(s *session) bool { return a.due(s, a.now()) })
}

// ask has the provider vouch for the session.
func (a *Auth) ask(ctx context.Context, s session) (grant, error) {
	ctx, cancel := context.WithTimeout(ctx, renewalTimeout)
	defer cancel()

	idp, err := a.provider.get(ctx)

	switch {
	case err != nil:
		return grant{}, err
	case s.tokens.Refresh != "":
		return a.renew(ctx, idp, s)
	default:
		return a.look(ctx, idp, s)
	}
}

// endRefused ends a session whose tokens the provider will not renew, unless
// another process has renewed them meanwhile.
func (a *Auth) endRefused(ctx context.Context, s session, cause error) (session, error) {
	ended, err := a.sessions.endUnchanged(ctx, s)
	if err == nil && !ended {
		return a.sessions.find(ctx, s.secret.text())
	}

	return session{}, a.notVouched(ctx, s, errors.Join(cause, err))
}

// vouched tells what the provider says of somebody.
func (a *Auth) vouched(ctx context.Context, who Identity, vouched bool) {
	who.Issuer = a.profiler.issuer
	a.onVouched(ctx, who, vouched)
}

// notVouched is that a session is over, also where its row could not be deleted yet.
func (a *Auth) notVouched(ctx context.Context, s session, cause error) error {
	a.latest.forget(s.id)
	a.vouched(ctx, s.who, false)
	a.log.InfoContext(ctx, "a session ended because the provider did not confirm it",
		slog.String("username", s.who.Username), slog.Any("cause", cause))

	//nolint:errorlint // not wrapped: an error has one kind, and this one's is that the session ended
	return sessionEnded(fmt.Errorf("the provider did not vouch for it: %v", cause))
}
