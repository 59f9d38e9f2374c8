package auth

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Times around the claim to renew a session's tokens. They pass by this process's timers:
// the clocks of replicas need not agree.
const (
	// claimBeat is how often the process that renews shows that it is alive.
	claimBeat = time.Second
	// claimSilence is after how long without a beat another one takes over.
	claimSilence = 5 * time.Second
	claimPoll    = 50 * time.Millisecond
)

// renewalClaim is the right to renew the tokens of a session. One process has it at a time: a
// refresh token that is used twice costs the whole session where the provider rotates them.
type renewalClaim struct {
	store *sessionStore
	log   *slog.Logger
	hash  string
	mark  string // what stands in the row
	stop  func()
	done  chan struct{}
}

// claim returns the session and the right to renew it, nil when there is no need any more:
// then whoever had it has renewed it, and this is what came of it, or takes longer than ctx
// lasts, and this is the session as it was.
func (a *Auth) claim(ctx context.Context, id secret, due func(*session) bool) (session, *renewalClaim, error) {
	var abandoned string

	for {
		s, err := a.sessions.find(ctx, id.text())
		if err != nil || !due(&s) {
			return s, nil, err
		}

		if s.renewal == "" || s.renewal == abandoned {
			mark := rand.Text()

			taken, err := a.sessions.swapRenewal(ctx, s.id, s.renewal, mark)
			if err != nil {
				return session{}, nil, err
			}

			if taken {
				return s, a.startClaim(ctx, s, mark), nil
			}

			continue
		}

		if abandoned, err = a.sessions.waitRenewal(ctx, s); err != nil {
			return session{}, nil, err
		}

		if ctx.Err() != nil {
			return s, nil, nil //nolint:nilerr // to have waited long enough is no failure
		}
	}
}

// waitRenewal waits until the session's row has no mark, or is gone, or ctx ends. It returns the
// mark when whoever wrote it has been silent for [claimSilence].
func (s *sessionStore) waitRenewal(ctx context.Context, seen session) (abandoned string, err error) {
	silence := time.NewTimer(claimSilence)
	defer silence.Stop()

	poll := time.NewTicker(claimPoll)
	defer poll.Stop()

	for {
		select {
		case <-ctx.Done():
			return "", nil
		case <-silence.C:
			return seen.renewal, nil
		case <-poll.C:
		}

		var mark sql.NullString

		err := s.db.Read().QueryRowContext(ctx,
			`SELECT renewal FROM opsconsole_sessions WHERE id_hash = $1`, seen.id).Scan(&mark)
		if ctx.Err() != nil {
			return "", nil
		}

		switch {
		case errors.Is(err, sql.ErrNoRows):
			return "", nil
		case err != nil:
			return "", fmt.Errorf("wait for a renewal: %w", err)
		case mark.String == "":
			return "", nil
		case mark.String != seen.renewal:
			seen.renewal = mark.String

			silence.Reset(claimSilence)
		}
	}
}

// swapRenewal writes a mark over the one that is expected, "" for none.
func (s *sessionStore) swapRenewal(ctx context.Context, hash, expected, mark string) (swapped bool, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx,
			`UPDATE opsconsole_sessions SET renewal = $1 WHERE id_hash = $2 AND COALESCE(renewal, '') = $3`, mark, hash, expected)
		if err != nil {
			return fmt.Errorf("claim a renewal: %w", err)
		}

		rows, err := result.RowsAffected()
		swapped = rows > 0

		return err
	})

	return swapped, err
}

// startClaim keeps the claim alive until it is released.
func (a *Auth) startClaim(ctx context.Context, s session, mark string) *renewalClaim {
	ctx = context.WithoutCancel(ctx)
	stopped, stop := context.WithCancel(ctx)
	c := &renewalClaim{store: a.sessions, log: a.log, hash: s.id, mark: mark, stop: stop, done: make(chan struct{})}

	go func() {
		defer close(c.done)

		beat := time.NewTicker(claimBeat)
		defer beat.Stop()

		for {
			select {
			case <-stopped.Done():
				return
			case <-beat.C:
			}

			next := rand.Text()

			// Not stopped half way: then nobody would know which mark stands there.
			alive, err := c.store.swapRenewal(ctx, c.hash, c.mark, next)
			if err == nil && !alive {
				return // somebody thought us gone, or the session is
			}

			if err == nil {
				c.mark = next
			}
		}
	}()

	return c
}

// release gives the claim up, so that whoever waits need not wait for its silence.
func (c *renewalClaim) release(ctx context.Context) {
	c.stop()
	<-c.done

	if _, err := c.store.swapRenewal(ctx, c.hash, c.mark, ""); err != nil {
		c.log.WarnContext(ctx, "the claim to a renewal could not be released", slog.Any("error", err))
	}
}
