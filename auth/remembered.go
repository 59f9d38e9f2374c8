package auth

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/basepath"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// remembered are the sessions whose rows this process has read. While the database cannot be
// read they let people in who look, and do nothing; see decision 70.
type remembered struct {
	mu       sync.Mutex
	sessions map[string]rememberedSession
	// ended are those that were ended here, and when: whoever read a row just before it was
	// deleted brings none of them back.
	ended map[string]time.Time
	// logouts are the logout tokens, by their ids, that could not be written down yet.
	logouts map[string]logoutToken

	looks looks
}

const (
	// endedLasts is how long an ended session is known at least once its row is gone.
	endedLasts = time.Minute
	// maxStrangers is how many sessions that this process never saw it holds for ended.
	maxStrangers = 10_000
	// maxLogouts is how many logout tokens wait for the database.
	maxLogouts = 1_000
)

type rememberedSession struct {
	who Identity
	// until is when it ends if nobody uses it any more, tokenUntil when its access token does.
	until, tokenUntil time.Time
	// sid is the provider's name of its own session, "" for none.
	sid string
	// usedAt is when it was used last and that was, or was to be, written down.
	usedAt time.Time
}

// keep remembers a session as its row has it.
func (m *remembered) keep(one rememberedSession) {
	m.mu.Lock()
	defer m.mu.Unlock()

	if m.sessions == nil {
		m.sessions = map[string]rememberedSession{}
	}

	one.usedAt = m.sessions[one.who.SessionID].usedAt
	m.sessions[one.who.SessionID] = one
}

// use notes that a session was used, unless somebody did since seen. What this process has not seen
// it leaves to whoever asks.
func (m *remembered) use(id string, seen, now time.Time) (noted bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	one, known := m.sessions[id]
	if !known {
		return true
	}

	if one.usedAt.After(seen) && !one.usedAt.After(now) {
		return false
	}

	one.usedAt = now
	m.sessions[id] = one

	return true
}

// usedSince returns the later of what a session's row says of its use and what is noted here, unless the clock was set
// back since that.
func (m *remembered) usedSince(id string, seen, now time.Time) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()

	if used := m.sessions[id].usedAt; used.After(seen) && !used.After(now) {
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
	if _, ended := m.ended[id]; !known || ended || !now.Before(one.until) {
		return Identity{}, false
	}

	if !now.Before(one.tokenUntil) {
		one.who.Token = ""
	}

	return one.who, true
}

// endOne notes that a session is over, whatever its row says. It reports whether that is news.
func (m *remembered) endOne(id string, now time.Time) (news bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	m.looks.forget(id)

	_, seen := m.sessions[id]
	if _, over := m.ended[id]; over || !seen && len(m.ended) >= maxStrangers+len(m.sessions) {
		return false
	}

	m.bury(id, now)

	return true
}

// endSeen is endOne of a session that this process has seen: its row is gone.
func (m *remembered) endSeen(id string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()

	if _, seen := m.sessions[id]; seen {
		m.bury(id, now)
	}
}

// endNamed ends the sessions that a logout token names, as [sessionStore.endAt] does, and keeps
// the token for those that this process never saw.
func (m *remembered) endNamed(token logoutToken, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()

	for id, one := range m.sessions {
		sameSubject := token.subject == one.who.Subject
		if token.sid != "" && one.sid == token.sid && (token.subject == "" || sameSubject) ||
			sameSubject && (one.sid == "" || token.sid == "") {
			m.bury(id, now)
		}
	}

	if m.logouts == nil {
		m.logouts = map[string]logoutToken{}
	}

	if len(m.logouts) < maxLogouts {
		m.logouts[token.id] = token
	}
}

func (m *remembered) bury(id string, now time.Time) {
	if m.ended == nil {
		m.ended = map[string]time.Time{}
	}

	m.ended[id] = now
	m.looks.forget(id)
}

// revive takes back that a session is over.
func (m *remembered) revive(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()

	delete(m.ended, id)
}

func (m *remembered) isEnded(id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()

	_, ended := m.ended[id]

	return ended
}

// waiting are the logout tokens that could not be written down yet.
func (m *remembered) waiting() []logoutToken {
	m.mu.Lock()
	defer m.mu.Unlock()

	return slices.Collect(maps.Values(m.logouts))
}

func (m *remembered) wroteDown(token logoutToken) {
	m.mu.Lock()
	defer m.mu.Unlock()

	delete(m.logouts, token.id)
}

// keepOnly forgets all sessions but those whose rows are there and name the same role.
// Those that nobody has used for so long that they are over are forgotten too.
func (m *remembered) keepOnly(open map[string]ops.Role, idle time.Duration, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()

	maps.DeleteFunc(m.sessions, func(id string, one rememberedSession) bool {
		role, there := open[id]
		unused := !now.Before(one.until) && now.Sub(one.usedAt) >= idle

		return !there || role != one.who.Role || unused
	})
	m.looks.keepOnly(func(id string) bool {
		_, known := m.sessions[id]

		return known
	})
	maps.DeleteFunc(m.ended, func(id string, at time.Time) bool {
		_, there := open[id]

		return !there && now.Sub(at) >= endedLasts
	})
}

// isEmpty reports whether nothing is remembered that the database could say anything of.
func (m *remembered) isEmpty() bool {
	m.mu.Lock()
	defer m.mu.Unlock()

	return len(m.sessions) == 0 && len(m.ended) == 0 && len(m.logouts) == 0
}

// RememberEvery is the time between two calls of [Auth.Remember].
const RememberEvery = 5 * time.Second

// Remember sees to it that no session is remembered that was ended or lost its role, by whichever
// process, and ends those whose end could not be written down before. What it returns is a failure
// of the database, during which everything that it kept from being done stays to be done.
func (a *Auth) Remember(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, RememberEvery)
	defer cancel()

	memory := &a.sessions.remembered
	memory.looks.keepFresh(a.now())

	if memory.isEmpty() {
		return nil
	}

	var errs []error

	for _, token := range memory.waiting() {
		_, err := a.sessions.endAt(ctx, token)
		if err == nil || errors.Is(err, ErrLogoutInvalid) { // it was used before
			memory.wroteDown(token)
		} else {
			errs = append(errs, err)
		}
	}

	open, err := a.sessions.openNow(ctx)
	if err != nil {
		return errors.Join(append(errs, err)...)
	}

	for id := range open {
		if memory.isEnded(id) {
			errs = append(errs, a.sessions.end(ctx, id))
		}
	}

	memory.keepOnly(open, a.sessions.idle, a.now())

	return errors.Join(errs...)
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
	cookie, there := basepath.CookieValue(r, s.cookieName)
	if !there {
		return "", false
	}

	secret, ok := parseSecret(cookie)

	return secret.hash(), ok
}

var errEndedHere = errors.New("it was ended here, and its row is still to be deleted")
