package auth

import (
	"cmp"
	"context"
	"crypto/subtle"
	"database/sql"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

const (
	attemptLifetime = 10 * time.Minute
	// The cookie stays for longer, so that whoever comes late is told so.
	attemptCookieAge = time.Hour
	// attemptsOpen is how many cookies of attempts a browser is let have: with more,
	// its requests would get too big for some proxies.
	attemptsOpen = 20
	// stateTag is how much of the state names the cookie.
	stateTag = 8
)

// attemptStore keeps attempts in cookies, and in a table those that were used.
type attemptStore struct {
	db      *store.DB
	cookies cookies
	now     func() time.Time
}

func (s *attemptStore) cookieName(tag string) string {
	return s.cookies.name("opsconsole-signin-" + tag)
}

// begin sets the cookie of a new attempt, as it is asked for, and gives up the oldest, if there are many.
func (s *attemptStore) begin(w http.ResponseWriter, r *http.Request, asked attempt) (attemptKeys, error) {
	open := map[string]attempt{}

	for _, cookie := range r.Cookies() {
		if strings.HasPrefix(cookie.Name, s.cookieName("")) {
			open[cookie.Name], _ = parseAttempt(cookie.Value)
		}
	}

	oldestFirst := slices.SortedFunc(maps.Keys(open), func(x, y string) int {
		return cmp.Or(open[x].started.Compare(open[y].started), cmp.Compare(x, y))
	})
	for _, name := range oldestFirst[:max(0, len(oldestFirst)-attemptsOpen+1)] {
		s.cookies.set(w, name, "", -1)
	}

	begun := asked
	begun.secret, begun.started, begun.returnTo = newSecret(), s.now(), LocalPath(asked.returnTo)

	keys, err := begun.keys()
	if err != nil {
		return attemptKeys{}, err
	}

	s.cookies.set(w, s.cookieName(keys.state[:stateTag]), begun.cookie(), int(attemptCookieAge/time.Second))

	return keys, nil
}

// silentPatience is how long a browser that was sent to the provider silently, and did not come
// back, is not sent again: the provider may show it a page of trouble.
const silentPatience = time.Minute

// sentSilently reports whether the browser is on such a way, or stuck on it.
func (s *attemptStore) sentSilently(r *http.Request) bool {
	return slices.ContainsFunc(r.Cookies(), func(cookie *http.Cookie) bool {
		sent, ok := parseAttempt(cookie.Value)

		return strings.HasPrefix(cookie.Name, s.cookieName("")) && ok && sent.silent &&
			s.now().Before(sent.started.Add(silentPatience))
	})
}

// take returns the attempt that the state belongs to, once. An attempt that is
// known comes with an error too, for the way back.
func (s *attemptStore) take(w http.ResponseWriter, r *http.Request, state string) (attempt, attemptKeys, error) {
	taken, keys, err := s.find(r, state)
	if err != nil {
		return attempt{}, attemptKeys{}, err
	}

	s.cookies.set(w, s.cookieName(state[:stateTag]), "", -1)

	expires := taken.started.Add(attemptLifetime)
	if s.now().After(expires) {
		return taken, keys, fail(ErrAttemptExpired, "This sign-in took too long: begin again", nil)
	}

	return taken, keys, s.use(r.Context(), state, expires)
}

// find returns the attempt in the request's cookies from which the state follows.
func (s *attemptStore) find(r *http.Request, state string) (attempt, attemptKeys, error) {
	if _, ok := parseSecret(state); ok {
		for _, cookie := range r.CookiesNamed(s.cookieName(state[:stateTag])) {
			found, ok := parseAttempt(cookie.Value)
			if !ok {
				continue
			}

			keys, err := found.keys()
			if err != nil {
				return attempt{}, attemptKeys{}, err
			}

			if subtle.ConstantTimeCompare([]byte(keys.state), []byte(state)) == 1 {
				return found, keys, nil
			}
		}
	}

	used, err := s.wasUsed(r.Context(), state)

	switch {
	case err != nil:
		return attempt{}, attemptKeys{}, err
	case used:
		return attempt{}, attemptKeys{}, replayed()
	default:
		return attempt{}, attemptKeys{},
			fail(ErrAttemptForeign, "This sign-in was not begun in this browser, or the browser keeps no cookies", nil)
	}
}

// use notes that the state was used; a second use is refused.
func (s *attemptStore) use(ctx context.Context, state string, expires time.Time) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx,
			`INSERT INTO opsconsole_sign_ins (state_hash, expires_at) VALUES ($1, $2) ON CONFLICT (state_hash) DO NOTHING`,
			hashOf(state), store.Time{Time: expires})
		if err != nil {
			return fmt.Errorf("use an attempt to sign in: %w", err)
		}

		if rows, err := result.RowsAffected(); err != nil || rows > 0 {
			return err
		}

		return replayed()
	})
}

func (s *attemptStore) wasUsed(ctx context.Context, state string) (used bool, err error) {
	err = s.db.Read().QueryRowContext(ctx,
		`SELECT EXISTS (SELECT 1 FROM opsconsole_sign_ins WHERE state_hash = $1)`, hashOf(state)).Scan(&used)
	if err != nil {
		return false, fmt.Errorf("find an attempt to sign in: %w", err)
	}

	return used, nil
}

func (s *attemptStore) purge(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_sign_ins WHERE expires_at < $1`, store.Time{Time: s.now()})

		return err
	})
}

func replayed() error {
	return fail(ErrAttemptReplayed, "This sign-in was completed before: begin again", nil)
}
