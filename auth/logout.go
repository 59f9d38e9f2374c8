package auth

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// BackchannelPath is where a provider says that somebody has signed out there.
const BackchannelPath = "/auth/backchannel-logout"

const (
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
	typeLogout  = "logout+jwt"
	// logoutTimeout is for writing a logout down.
	logoutTimeout = 5 * time.Second
)

// BackchannelLogout ends the sessions that a logout token names, and returns whose they
// were: OpenID Connect Back-Channel Logout 1.0, sections 2.4 to 2.7. That there are none is
// no error. The kinds of its errors are [ErrLogoutInvalid] and [ErrUnreachable]; anything else
// is a failure of the database, after which the sessions are over in this process, and
// [Auth.Remember] ends them everywhere as soon as it can.
//
// Every process looks into the database again within [lookLasts] for requests, and at each beat of
// a stream, so that the sessions are over everywhere.
func (a *Auth) BackchannelLogout(r *http.Request) (whose []Identity, err error) {
	ctx := r.Context()

	idp, err := a.provider.get(ctx)
	if err != nil {
		return nil, err
	}

	token, err := idp.verifyLogoutToken(ctx, r.PostFormValue("logout_token"))
	if err != nil {
		return nil, err
	}

	ended, err := a.endAtOnce(ctx, token)
	if err != nil && !errors.Is(err, ErrLogoutInvalid) {
		a.sessions.remembered.endNamed(token, a.now())
	}

	if err != nil {
		return nil, err
	}

	for _, one := range ended {
		a.latest.forget(one.hash)
		a.log.InfoContext(ctx, "the provider ended a session", slog.String("username", one.username))

		whose = append(whose, Identity{Username: one.username, Issuer: a.profiler.issuer, Subject: one.subject})
	}

	slices.SortFunc(whose, func(x, y Identity) int {
		return cmp.Or(cmp.Compare(x.Username, y.Username), cmp.Compare(x.Subject, y.Subject))
	})

	return slices.CompactFunc(whose, func(x, y Identity) bool { return x.Username == y.Username && x.Subject == y.Subject }), nil
}

// endAtOnce ends the sessions of a token within the time that a provider waits for, also when it
// does not wait: what it has said it may not say again.
func (a *Auth) endAtOnce(ctx context.Context, token logoutToken) ([]endedSession, error) {
	if trouble := a.sessions.db.CannotRead(); trouble != nil {
		return nil, fmt.Errorf("end the sessions of a logout token: %w", trouble)
	}

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logoutTimeout)
	defer cancel()

	return a.sessions.endAt(ctx, token)
}

// logoutToken says whose sessions end: those of a session of the provider, or all of a subject.
type logoutToken struct {
	id, subject, sid string
	expires          time.Time
}

// verifyLogoutToken checks a token as section 2.6 says.
func (e *endpoints) verifyLogoutToken(ctx context.Context, raw string) (logoutToken, error) {
	token, err := e.verify(ctx, raw, byAnybody)

	switch {
	case errors.Is(err, ErrUnreachable):
		return logoutToken{}, err
	case err != nil:
		return logoutToken{}, badLogout("it is malformed, has expired, or is not signed by the configured identity provider", err)
	}

	events, _ := token.claims["events"].(map[string]any)
	_, isLogout := events[logoutEvent].(map[string]any)
	_, hasNonce := token.claims["nonce"]
	found := logoutToken{id: token.text("jti"), subject: token.Subject, sid: token.text("sid"), expires: token.Expiry}

	switch {
	// Older providers write JWT, or nothing; what there is must not be another kind.
	case token.typ != typeLogout && token.typ != "jwt" && token.typ != "":
		return logoutToken{}, badLogout("its header says that it is of another type", nil)
	case !slices.Contains(token.Audience, e.oauth.ClientID):
		return logoutToken{}, badLogout("it is meant for somebody else", nil)
	case !isLogout:
		return logoutToken{}, badLogout("its events claim has no "+logoutEvent, nil)
	case hasNonce:
		return logoutToken{}, badLogout("it has a nonce, as ID tokens have", nil)
	case found.id == "":
		return logoutToken{}, badLogout("it has no jti", nil)
	case found.subject == "" && found.sid == "":
		return logoutToken{}, badLogout("it has neither sub nor sid", nil)
	default:
		return found, nil
	}
}

type endedSession struct{ hash, username, subject string }

// endAt ends the sessions that the token names, once: a second use of it is refused. A session
// that has no sid, as the version before made them, is found by its subject.
func (s *sessionStore) endAt(ctx context.Context, token logoutToken) (ended []endedSession, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		ended = nil

		if err := s.useLogout(ctx, tx, token); err != nil {
			return err
		}

		rows, err := tx.QueryContext(ctx, `
			DELETE FROM opsconsole_sessions
			WHERE (sid = $1 AND $2 IN ('', subject)) OR (subject = $2 AND (sid IS NULL OR $1 = ''))
			RETURNING id_hash, username, subject`, token.sid, token.subject)
		if err != nil {
			return err
		}
		defer rows.Close()

		for rows.Next() {
			var one endedSession
			if err := rows.Scan(&one.hash, &one.username, &one.subject); err != nil {
				return err
			}

			ended = append(ended, one)
		}

		return rows.Err()
	})
	if err == nil {
		for _, one := range ended {
			s.remembered.endOne(one.hash, s.now())
		}
	}

	return ended, err
}

func (s *sessionStore) useLogout(ctx context.Context, tx *sql.Tx, token logoutToken) error {
	result, err := tx.ExecContext(ctx,
		`INSERT INTO opsconsole_logout_tokens (id_hash, expires_at) VALUES ($1, $2) ON CONFLICT (id_hash) DO NOTHING`,
		hashOf(token.id), store.Time{Time: token.expires.Add(clockSkew)})
	if err != nil {
		return err
	}

	if rows, err := result.RowsAffected(); err != nil || rows > 0 {
		return err
	}

	return badLogout("it was used before", nil)
}

func badLogout(why string, cause error) error {
	return fail(ErrLogoutInvalid, "The logout token was refused: "+why, cause)
}
