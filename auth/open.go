package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// openLasts is how old the list of open sessions may be that [Auth.IsOpen] answers from.
const openLasts = 500 * time.Millisecond

// openSessions is what is known of which sessions are open, for all who ask.
type openSessions struct {
	mu     sync.Mutex
	readAt time.Time
	ids    map[string]bool
}

// IsOpen reports whether a session, by its [Identity.SessionID], is still there, whichever
// process ended it. It is for streams that ask every second: one look answers all of them.
func (a *Auth) IsOpen(ctx context.Context, id string) (bool, error) {
	a.open.mu.Lock()
	defer a.open.mu.Unlock()

	if now := a.now(); a.open.ids == nil || now.Sub(a.open.readAt) >= openLasts {
		ids, err := a.sessions.ids(ctx)
		if err != nil {
			return false, err
		}

		a.open.ids, a.open.readAt = ids, now
	}

	return a.open.ids[id] && !a.sessions.remembered.isEnded(id), nil
}

func (s *sessionStore) ids(ctx context.Context) (ids map[string]bool, err error) {
	rows, err := s.db.Read().QueryContext(ctx,
		`SELECT id_hash FROM opsconsole_sessions WHERE expires_at > $1`, store.Time{Time: s.now()})
	if err != nil {
		return nil, fmt.Errorf("look which sessions are open: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()

	ids = map[string]bool{}

	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}

		ids[id] = true
	}

	return ids, rows.Err()
}
