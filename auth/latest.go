package auth

import (
	"sync"
	"time"
)

// latestTokens remembers, in memory alone, the access tokens of the Ops sessions
// that this process has seen.
type latestTokens struct {
	mu       sync.Mutex
	sessions map[string]latestToken
}

type latestToken struct {
	token string
	until time.Time
}

// LatestToken returns an access token of an Ops session that was seen by this
// process and is still good, the one that lasts longest; ok is false when there is
// none. It is for polling a control plane that wants a user's token.
func (a *Auth) LatestToken() (token string, ok bool) {
	l := &a.latest
	now := a.now()

	l.mu.Lock()
	defer l.mu.Unlock()

	var best latestToken

	for id, one := range l.sessions {
		switch {
		case !now.Before(one.until):
			delete(l.sessions, id)
		case one.until.After(best.until):
			best = one
		}
	}

	return best.token, best.token != ""
}

// remember keeps the token of an identity that came with a session, or forgets it
// when it is not, or no more, one of Ops.
func (l *latestTokens) remember(who Identity, until time.Time) {
	if who.Token == "" || !who.IsOps() {
		l.forget(who.SessionID)

		return
	}

	l.mu.Lock()
	defer l.mu.Unlock()

	if l.sessions == nil {
		l.sessions = make(map[string]latestToken)
	}

	l.sessions[who.SessionID] = latestToken{token: who.Token, until: until}
}

func (l *latestTokens) forget(sessionID string) {
	l.mu.Lock()
	defer l.mu.Unlock()

	delete(l.sessions, sessionID)
}
