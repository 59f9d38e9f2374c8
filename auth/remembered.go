package auth

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// remembered are the sessions whose rows this process has read. While the database cannot be
// read they let people in who look, and do nothing; see decision 70.
type remembered struct {
	mu       sync.Mutex
	sessions map[string]rememberedSession
	// ended are those that were ended here and whose rows could not be deleted yet.
	ended map[string]bool
}

type rememberedSession struct {
	who Identity
	// until is when it ends if nobody uses it any more, tokenUntil when its access token does.
	until, tokenUntil time.Time
	// sid is the provider's name of its own session, "" for none.
	sid string
	// usedAt is when it was used and that could not be written down.
	usedAt time.Time
}

// keep remembers a session as its row has it.
func (m *remembered) keep(one rememberedSession) {
	m.mu.Lock()
	defer m.mu.Unlock()

	if m.sessions == nil {
		m.sessions, m.ended = map[string]rememberedSession{}, map[string]bool{}
	}

	one.usedAt = m.sessions[one.who.SessionID].usedAt
	m.sessions[one.who.SessionID] = one
}

// use notes that a session was used, as its row cannot.
func (m *remembered) use(id string, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()

	if one, known := m.sessions[id]; known {
		one.usedAt = at
		m.sessions[id] = one
	}
}

// usedSince returns the later of what a session's row says of its use and what is noted here.
func (m *remembered) usedSince(id string, seen time.Time) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()

	if used := m.sessions[id].usedAt; used.After(seen) {
		return used
	}

	return seen
}

// find returns who a session is of, as it was when its row was last read. What asks since then is
// no use of it: it ends as if nobody had.
func (m *remembered) find(id string, now time.Time) (Identity, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	one, known := m.sessions[id]
	if !known || m.ended[id] || !now.Before(one.until) {
		return Identity{}, false
	}

	if !now.Before(one.tokenUntil) {
		one.who.Token = ""
	}

	return one.who, true
}

// end notes that a session is over, whatever its row says. Those that this process never saw
// are left to their rows.
func (m *remembered) end(is func(id string, one rememberedSession) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	for id, one := range m.sessions {
		if is(id, one) {
			m.ended[id] = true
		}
	}
}

func (m *remembered) endOne(id string) {
	m.end(func(known string, _ rememberedSession) bool { return known == id })
}

// endNamed ends the sessions that a logout token names, as [sessionStore.endAt] does.
func (m *remembered) endNamed(token logoutToken) {
	m.end(func(_ string, one rememberedSession) bool {
		sameSubject := token.subject == one.who.Subject

		return token.sid != "" && one.sid == token.sid && (token.subject == "" || sameSubject) ||
			sameSubject && (one.sid == "" || token.sid == "")
	})
}

func (m *remembered) isEnded(id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()

	return m.ended[id]
}

// over are the sessions that were ended here and have a row still.
func (m *remembered) over() []string {
	m.mu.Lock()
	defer m.mu.Unlock()

	return slices.Sorted(maps.Keys(m.ended))
}

// keepOnly forgets all sessions but those whose rows are there.
func (m *remembered) keepOnly(open map[string]bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	maps.DeleteFunc(m.sessions, func(id string, _ rememberedSession) bool { return !open[id] })
	maps.DeleteFunc(m.ended, func(id string, _ bool) bool { return !open[id] })
}

// RememberEvery is the time between two calls of [Auth.Remember].
const RememberEvery = 5 * time.Second

// Remember sees to it that no session is remembered that was ended, by whichever process, and
// ends those whose end could not be written down before. What it returns is a failure of the
// database, during which everything stays as it is.
func (a *Auth) Remember(ctx context.Context) error {
	for _, id := range a.sessions.remembered.over() {
		if err := a.sessions.end(ctx, id); err != nil {
			return err
		}
	}

	open, err := a.sessions.ids(ctx)
	if err != nil {
		return err
	}

	a.sessions.remembered.keepOnly(open)

	return nil
}

// fromMemory tells who sent a request that only looks, while cause says that the database
// cannot be read.
func (a *Auth) fromMemory(r *http.Request, cause error) (Identity, bool) {
	trouble := store.TroubleOf(cause)
	if trouble == nil || trouble.Kind != store.Unreadable || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		return Identity{}, false
	}

	id, ok := a.sessions.presented(r)
	if !ok {
		return Identity{}, false
	}

	return a.sessions.remembered.find(id, a.now())
}

// presented is the id of the session whose cookie the request has.
func (s *sessionStore) presented(r *http.Request) (id string, ok bool) {
	cookies := r.CookiesNamed(s.cookieName)
	if len(cookies) == 0 {
		return "", false
	}

	secret, ok := parseSecret(cookies[0].Value)

	return secret.hash(), ok
}

var errEndedHere = errors.New("it was ended here, and its row is still to be deleted")
