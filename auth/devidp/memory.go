package devidp

import (
	"crypto/rand"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	requestLifetime      = 10 * time.Minute // of a sign-in on its way, and of its code
	tokenLifetime        = time.Hour        // of ID and access tokens
	refreshTokenLifetime = 24 * time.Hour
)

// request is one sign-in on its way, from the authorization request to the code's exchange.
type request struct {
	grant

	id        string
	state     string
	nonce     string
	challenge string
	expires   time.Time
}

// grant is what tokens are made of.
type grant struct {
	subject  string // "" until somebody is chosen
	scopes   []string
	signedIn time.Time // zero for tokens of scripts
}

func (g grant) has(scope string) bool { return slices.Contains(g.scopes, scope) }

// granted is a token that was given out.
type granted struct {
	grant

	expires time.Time
}

// memory is what the provider knows of sign-ins and of tokens, by what others call them.
type memory struct {
	mu       *sync.Mutex
	requests map[string]request // by id
	codes    map[string]request
	access   map[string]granted
	refresh  map[string]granted
}

func newMemory() memory {
	return memory{
		mu:       new(sync.Mutex),
		requests: map[string]request{}, codes: map[string]request{}, access: map[string]granted{}, refresh: map[string]granted{},
	}
}

// begin keeps a sign-in under a new id.
func (m memory) begin(begun request) request {
	m.mu.Lock()
	defer m.mu.Unlock()

	m.forgetOld()

	begun.id, begun.expires = rand.Text(), time.Now().Add(requestLifetime)
	m.requests[begun.id] = begun

	return begun
}

func (m memory) request(id string) (request, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	found, ok := m.requests[id]

	return found, ok && time.Now().Before(found.expires)
}

// signIn lets somebody into a sign-in that still waits for it.
func (m memory) signIn(id, username string) (ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	waiting, ok := m.requests[id]
	if ok {
		waiting.subject, waiting.signedIn = username, time.Now()
		m.requests[id] = waiting
	}

	return ok
}

// code ends a sign-in that somebody was let into with a code that is good once.
func (m memory) code(id string) (of request, code string, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	of = m.requests[id]
	if of.subject == "" || !time.Now().Before(of.expires) {
		return request{}, "", false
	}

	code = rand.Text()
	m.codes[code] = of
	delete(m.requests, id)

	return of, code, true
}

func (m memory) takeCode(code string) (request, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	found, ok := m.codes[code]
	delete(m.codes, code)

	return found, ok && time.Now().Before(found.expires)
}

// give keeps tokens that are given out; refresh is "" for none.
func (m memory) give(g grant, access, refresh string) {
	m.mu.Lock()
	defer m.mu.Unlock()

	m.forgetOld()

	m.access[access] = granted{grant: g, expires: time.Now().Add(tokenLifetime)}
	if refresh != "" {
		m.refresh[refresh] = granted{grant: g, expires: time.Now().Add(refreshTokenLifetime)}
	}
}

// takeRefresh spends a refresh token, unless more scopes are wanted than it has.
func (m memory) takeRefresh(token string, wanted []string) (g grant, known, allowed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	found, ok := m.refresh[token]
	if !ok || time.Now().After(found.expires) {
		return grant{}, false, false
	}

	for _, scope := range wanted {
		if !found.has(scope) {
			return grant{}, true, false
		}
	}

	delete(m.refresh, token)

	return found.grant, true, true
}

// live is what an access token was given out for.
func (m memory) live(token string) (granted, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	found, ok := m.access[token]

	return found, ok && time.Now().Before(found.expires)
}

func (m memory) revoke(token string) {
	m.mu.Lock()
	defer m.mu.Unlock()

	delete(m.access, token)
	delete(m.refresh, token)
}

// signOut leaves no token of a user good.
func (m memory) signOut(username string) {
	m.mu.Lock()
	defer m.mu.Unlock()

	theirs := func(_ string, token granted) bool { return token.subject == username }
	maps.DeleteFunc(m.access, theirs)
	maps.DeleteFunc(m.refresh, theirs)
}

// forgetOld drops what nobody will ask for again. The lock is held.
func (m memory) forgetOld() {
	now := time.Now()

	for _, requests := range []map[string]request{m.requests, m.codes} {
		maps.DeleteFunc(requests, func(_ string, old request) bool { return now.After(old.expires) })
	}

	for _, tokens := range []map[string]granted{m.access, m.refresh} {
		maps.DeleteFunc(tokens, func(_ string, old granted) bool { return now.After(old.expires) })
	}
}
