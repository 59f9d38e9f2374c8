package auth

import (
	"net/http"
	"time"

	"github.com/gorilla/sessions"

	"github.com/graph-olap/opsconsole/internal/basepath"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
)

// sessionStore is a [sessions.Store] over the table.
type sessionStore struct {
	db       *store.DB
	cookies  cookies
	now      func() time.Time
	lifetime time.Duration
	idle     time.Duration
	// boundTo stands for the settings that say who is let in: a session of others is none.
	boundTo string

	cookieName string
	issuer     string
	// remembered is for when the database cannot be read or written.
	remembered remembered
}

// sessionKey is where a [sessions.Session] keeps its session.
type sessionKey struct{}

func sessionIn(s *sessions.Session) session {
	found, _ := s.Values[sessionKey{}].(session)

	return found
}

// Get implements [sessions.Store]: [sessionStore.New], once a request.
func (s *sessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New implements [sessions.Store]. It returns the session of the request's cookie,
// or a new one: with [ErrSessionEnded] when there was a cookie.
func (s *sessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	result := sessions.NewSession(s, name)
	result.Options = s.cookies.options(0)
	result.IsNew = true

	found, there, err := s.opened(r, name)
	if err != nil || !there {
		return result, err
	}

	result.ID = found.secret.text()
	result.IsNew = false
	result.Values[sessionKey{}] = found

	return result, nil
}

// opened is the session of the request's cookie; there is false where it has none, and the error
// [ErrSessionEnded] where that opens no session.
func (s *sessionStore) opened(r *http.Request, cookie string) (found session, there bool, err error) {
	presented, there := basepath.CookieValue(r, cookie)
	if !there {
		return session{}, false, nil
	}

	found, err = s.recall(r.Context(), presented)

	return found, true, err
}

// Save implements [sessions.Store]. A session is always written under a new
// secret, and the row it had goes: nothing is ever kept under a secret that came
// from a browser. A MaxAge below 0 deletes row and cookie.
func (s *sessionStore) Save(r *http.Request, w http.ResponseWriter, saved *sessions.Session) error {
	var old string
	if secret, ok := parseSecret(saved.ID); ok {
		old = secret.hash()

		LetGo(w.Header())
	}

	if saved.Options.MaxAge < 0 {
		s.cookies.set(w, saved.Name(), "", -1)

		err := s.end(r.Context(), old)

		failpoint.Reach(failpoint.SessionEnded)

		return err
	}

	now := s.now()
	kept := sessionIn(saved)
	kept.secret = newSecret()
	kept.id = kept.secret.hash()
	kept.createdAt, kept.lastSeenAt, kept.expiresAt = now, now, now.Add(s.lifetime)

	if err := s.insert(r.Context(), kept, old); err != nil {
		return err
	}

	failpoint.Reach(failpoint.SessionOpened)

	saved.ID = kept.secret.text()
	saved.IsNew = false
	saved.Values[sessionKey{}] = kept
	s.cookies.set(w, saved.Name(), saved.ID, saved.Options.MaxAge)

	return nil
}
