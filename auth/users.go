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

// userSeen is [Auth.User] that waits for no database that is known not to answer.
func (a *Auth) userSeen(ctx context.Context, username string) (User, error) {
	if trouble := a.sessions.db.CannotRead(); trouble != nil {
		return User{}, trouble
	}

	return a.User(ctx, username)
}

// User is somebody who was seen here, with the role they had last. It stays when
// their sessions are long gone.
type User struct {
	Username   string
	Email      string
	Name       string
	Role       ops.Role
	LastSeenAt time.Time
}

// User returns what is known of somebody, so that what they left to be done later
// can ask whether they still are who they were. Its error is a RESOURCE_NOT_FOUND
// for a user who was never seen.
func (a *Auth) User(ctx context.Context, username string) (User, error) {
	user := User{Username: username}

	var seen store.Time

	err := a.sessions.db.Read().QueryRowContext(ctx,
		`SELECT email, name, role, last_seen_at FROM opsconsole_users WHERE username = $1`, username,
	).Scan(&user.Email, &user.Name, &user.Role, &seen)

	switch {
	case errors.Is(err, sql.ErrNoRows):
		return User{}, ops.NotFound("user", username)
	case err != nil:
		return User{}, fmt.Errorf("find a user: %w", err)
	}

	user.LastSeenAt = seen.Time

	return user, nil
}

func noteUser(ctx context.Context, tx *sql.Tx, who Identity, now time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO opsconsole_users (username, email, name, role, last_seen_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (username) DO UPDATE
		SET email = excluded.email, name = excluded.name, role = excluded.role, last_seen_at = excluded.last_seen_at`,
		who.Username, who.Email, who.Name, who.Role, store.Time{Time: now})

	return err
}
