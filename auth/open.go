package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// openLasts is how old the list of open sessions may be that [Auth.IsOpen] answers from.
const openLasts = 500 * time.Millisecond

// openTimeout is how long all who ask wait for a new one.
const openTimeout = time.Second

// openSessions is what is known of which sessions are open, for all who ask.
type openSessions struct {
	mu     sync.Mutex
	readAt time.Time
	ids    map[string]ops.Role
}

// IsOpen reports whether a session, by its [Identity.SessionID], is still there, whichever
// process ended it. It is for streams that ask every second: one look answers all of them. What
// was ended here is known without the database.
func (a *Auth) IsOpen(ctx context.Context, id string) (bool, error) {
	if a.sessions.remembered.isEnded(id) {
		return false, nil
	}

	if trouble := a.sessions.db.CannotRead(); trouble != nil {
		return false, trouble
	}

	a.open.mu.Lock()
	defer a.open.mu.Unlock()

	if now := a.now(); a.open.ids == nil || now.Sub(a.open.readAt) >= openLasts {
		ctx, cancel := context.WithTimeout(ctx, openTimeout)
		defer cancel()

		ids, err := a.sessions.openNow(ctx)
		if err != nil {
			return false, err
		}

		a.open.ids, a.open.readAt = ids, now
	}

	_, there := a.open.ids[id]

	return there && !a.sessions.remembered.isEnded(id), nil
}

// openNow are the sessions that have a row, and their roles.
func (s *sessionStore) openNow(ctx context.Context) (roles map[string]ops.Role, err error) {
	rows, err := s.db.Read().QueryContext(ctx,
		`SELECT id_hash, role FROM opsconsole_sessions WHERE expires_at > $1`, store.Time{Time: s.now()})
	if err != nil {
		return nil, fmt.Errorf("look which sessions are open: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()

	roles = map[string]ops.Role{}

	for rows.Next() {
		var (
			id   string
			role ops.Role
		)
		if err := rows.Scan(&id, &role); err != nil {
			return nil, err
		}

		roles[id] = role
	}

	return roles, rows.Err()
}
