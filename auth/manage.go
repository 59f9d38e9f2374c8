package auth

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Session is one that is open, as operators may see it.
type Session struct {
	// ID names it, and has nothing to do with its cookie. It is "" for one that the version before
	// made, until it is used.
	ID       string
	Username string
	Issuer   string
	Subject  string
	Role     ops.Role

	SignedInAt time.Time
	LastSeenAt time.Time
	// ExpiresAt is when it ends at the latest, IdleAt when it does unless it is used.
	ExpiresAt, IdleAt time.Time
	// Address and UserAgent are where and with what it was used last, to the minute; "" where that is not known.
	Address, UserAgent string

	hash string
}

// IsOf reports whether it is the session by which somebody was identified.
func (s Session) IsOf(who Identity) bool { return s.hash == who.SessionID }

// SessionsMost is how many sessions [Auth.Sessions] lists.
const SessionsMost = 1000

// Sessions lists the open sessions, those seen last first, and tells how many there are.
func (a *Auth) Sessions(ctx context.Context) (list []Session, total int, err error) {
	list, err = a.sessions.list(ctx, "", SessionsMost)
	if err != nil || len(list) < SessionsMost {
		return list, len(list), err
	}

	where, args := a.sessions.isOpen("")

	err = a.sessions.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM opsconsole_sessions WHERE `+where, args...).Scan(&total)
	if err != nil {
		return nil, 0, fmt.Errorf("count the sessions: %w", err)
	}

	return list, total, nil
}

// Session returns the open session of that ID, or a RESOURCE_NOT_FOUND.
func (a *Auth) Session(ctx context.Context, id string) (Session, error) {
	list, err := a.sessions.list(ctx, "public_id = $3", 1, id)
	if err == nil && len(list) == 0 {
		err = ops.NotFound("session", ops.Clip(id))
	}

	if err != nil {
		return Session{}, err
	}

	return list[0], nil
}

// SessionsOf returns all open sessions of somebody, or a RESOURCE_NOT_FOUND when there are none.
func (a *Auth) SessionsOf(ctx context.Context, subject string) ([]Session, error) {
	list, err := a.sessions.list(ctx, "subject = $3", -1, subject)
	if err == nil && len(list) == 0 {
		err = ops.NotFound("session of the subject", ops.Clip(subject))
	}

	return list, err
}

// EndSessions ends sessions: here at once, and everywhere in two seconds. One that is over
// already is no error. After an error they are over in this process alone, until [Auth.Remember] could end them everywhere.
func (a *Auth) EndSessions(ctx context.Context, list ...Session) error {
	var errs []error

	for _, one := range list {
		a.latest.forget(one.hash)
		errs = append(errs, a.sessions.end(ctx, one.hash))
	}

	return errors.Join(errs...)
}

// isOpen is the condition that open sessions fulfil, and another one if there is more.
func (s *sessionStore) isOpen(more string, args ...any) (where string, all []any) {
	now := s.now()
	where = `expires_at > $1 AND last_seen_at > $2`

	if more != "" {
		where += " AND " + more
	}

	return where, append([]any{store.Time{Time: now}, store.Time{Time: now.Add(-s.idle)}}, args...)
}

// list reads the open sessions that fulfil a condition, no more than most; -1 is all.
func (s *sessionStore) list(ctx context.Context, more string, most int, args ...any) (list []Session, err error) {
	where, args := s.isOpen(more, args...)

	limit := ""
	if most >= 0 {
		limit = fmt.Sprintf(" LIMIT %d", most)
	}

	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT id_hash, public_id, username, subject, role, created_at, last_seen_at, expires_at, address, user_agent
		FROM opsconsole_sessions WHERE `+where+` ORDER BY last_seen_at DESC, id_hash`+limit, args...)
	if err != nil {
		return nil, fmt.Errorf("list the sessions: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()

	for rows.Next() {
		var (
			one                          = Session{Issuer: s.issuer}
			createdAt, seenAt, expiresAt store.Time
			id, address, agent           sql.NullString
		)

		err := rows.Scan(&one.hash, &id, &one.Username, &one.Subject, &one.Role, &createdAt, &seenAt, &expiresAt, &address, &agent)
		if err != nil {
			return nil, fmt.Errorf("list the sessions: %w", err)
		}

		one.ID, one.Address, one.UserAgent = id.String, address.String, agent.String
		one.SignedInAt, one.ExpiresAt = createdAt.Time, expiresAt.Time
		one.LastSeenAt = s.remembered.usedSince(one.hash, seenAt.Time, s.now())
		one.IdleAt = one.LastSeenAt.Add(s.idle)

		if !s.remembered.isEnded(one.hash) {
			list = append(list, one)
		}
	}

	return list, rows.Err()
}

// Purge deletes the sessions and the attempts to sign in that are over. Each
// sign-in does it too; a console that nobody signs in to wants it now and then.
func (a *Auth) Purge(ctx context.Context) error {
	return errors.Join(a.sessions.purge(ctx), a.attempts.purge(ctx))
}
