package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Session is one that is open, as others may see it.
type Session struct {
	// ID names it to [Auth.EndSession].
	ID         string
	Username   string
	Role       ops.Role
	SignedInAt time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time
}

// Sessions lists the open sessions, the newest first.
func (a *Auth) Sessions(ctx context.Context) (list []Session, err error) {
	now := a.now()

	rows, err := a.sessions.db.Read().QueryContext(ctx, `
		SELECT id_hash, username, role, created_at, last_seen_at, expires_at
		FROM opsconsole_sessions WHERE expires_at > $1 AND last_seen_at > $2
		ORDER BY created_at DESC, id_hash`,
		store.Time{Time: now}, store.Time{Time: now.Add(-a.sessions.idle)})
	if err != nil {
		return nil, fmt.Errorf("list the sessions: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()

	for rows.Next() {
		var (
			one                          Session
			createdAt, seenAt, expiresAt store.Time
		)
		if err := rows.Scan(&one.ID, &one.Username, &one.Role, &createdAt, &seenAt, &expiresAt); err != nil {
			return nil, err
		}

		one.SignedInAt, one.LastSeenAt, one.ExpiresAt = createdAt.Time, seenAt.Time, expiresAt.Time
		list = append(list, one)
	}

	return list, rows.Err()
}

// EndSession ends a session by its ID; one that is over already is no error.
func (a *Auth) EndSession(ctx context.Context, id string) error {
	a.latest.forget(id)

	return a.sessions.end(ctx, id)
}

// Purge deletes the sessions and the attempts to sign in that are over. Each
// sign-in does it too; a console that nobody signs in to wants it now and then.
func (a *Auth) Purge(ctx context.Context) error {
	return errors.Join(a.sessions.purge(ctx), a.attempts.purge(ctx))
}
