package auth

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
)

// session is a row of opsconsole_sessions, opened with the secret of its cookie.
type session struct {
	secret secret
	// id is its hash, which the row is found by.
	id         string
	who        Identity // the person alone
	tokens     tokens
	sealed     []byte // the tokens as they stand in the row
	createdAt  time.Time
	lastSeenAt time.Time
	expiresAt  time.Time
	// checkedAt is when the provider last said which roles there are.
	checkedAt time.Time
	sid       string // the provider's name of its own session, "" for none
	renewal   string // the mark of the process that renews the tokens, "" for none
	origin    origin // only while it is made
	// boundTo stands for the settings that it was made with, NULL for any.
	boundTo sql.NullString
	// unreadable is why the row could not be opened.
	unreadable error
}

// find returns the session with the secret that the cookie holds, as its row is now, or
// [ErrSessionEnded].
func (s *sessionStore) find(ctx context.Context, cookie string) (session, error) {
	return s.findBy(ctx, cookie, s.read)
}

// recall is find of a row that was looked at within the last [lookLasts].
func (s *sessionStore) recall(ctx context.Context, cookie string) (session, error) {
	return s.findBy(ctx, cookie, func(ctx context.Context, opens secret, id string) (session, error) {
		return s.remembered.looks.at(ctx, id, s.now, func() (session, error) { return s.read(ctx, opens, id) })
	})
}

func (s *sessionStore) findBy(
	ctx context.Context, cookie string, read func(ctx context.Context, opens secret, id string) (session, error),
) (session, error) {
	opens, ok := parseSecret(cookie)
	if !ok {
		return session{}, sessionEnded(errors.New("the cookie is malformed"))
	}

	if trouble := s.db.CannotRead(); trouble != nil {
		return session{}, fmt.Errorf("find a session: %w", trouble)
	}

	id := hashOf(cookie) // There is one way to write a secret.

	found, err := read(ctx, opens, id)
	if err != nil {
		return session{}, err
	}

	now := s.now()
	found.lastSeenAt = s.remembered.usedSince(id, found.lastSeenAt, now)

	if over := s.over(&found, now); over != nil {
		// A row that cannot be deleted now opens nothing either.
		if err := s.end(ctx, id); err != nil && store.TroubleOf(err) == nil {
			return session{}, err
		}

		return session{}, sessionEnded(over)
	}

	return found, nil
}

// over returns why a session whose row is there is over all the same, nil when it is open.
func (s *sessionStore) over(found *session, now time.Time) error {
	switch {
	case s.remembered.isEnded(found.id):
		return errEndedHere
	case !now.Before(found.expiresAt) || now.Sub(found.lastSeenAt) >= s.idle:
		return errors.New("its time is over")
	case found.boundTo.Valid && found.boundTo.String != s.boundTo:
		return errors.New("it was made with other settings")
	default:
		return found.unreadable
	}
}

// read reads and opens the row of a session.
func (s *sessionStore) read(ctx context.Context, opens secret, id string) (session, error) {
	found := session{secret: opens, id: id}
	who := &found.who

	var (
		roles                                   string
		createdAt, seenAt, expiresAt, checkedAt store.Time
		renewal, sid                            sql.NullString
	)

	err := s.db.Read().QueryRowContext(ctx, `
		SELECT username, subject, email, name, role, roles, tokens, created_at, last_seen_at, expires_at,
			checked_at, renewal, bound_to, sid
		FROM opsconsole_sessions WHERE id_hash = $1`, id,
	).Scan(&who.Username, &who.Subject, &who.Email, &who.Name, &who.Role, &roles,
		&found.sealed, &createdAt, &seenAt, &expiresAt, &checkedAt, &renewal, &found.boundTo, &sid)

	switch {
	case errors.Is(err, sql.ErrNoRows):
		s.remembered.endSeen(id, s.now())

		return session{}, sessionEnded(err)
	case err != nil:
		return session{}, fmt.Errorf("find a session: %w", err)
	}

	found.createdAt, found.lastSeenAt, found.expiresAt = createdAt.Time, seenAt.Time, expiresAt.Time
	found.checkedAt, found.renewal, found.sid = checkedAt.Time, renewal.String, sid.String

	if found.checkedAt.IsZero() {
		found.checkedAt = found.createdAt
	}

	found.unreadable = found.unseal(roles)

	return found, nil
}

func (s *session) unseal(roles string) error {
	plain, err := s.secret.open(s.sealed)
	if err != nil {
		return fmt.Errorf("open the tokens of a session: %w", err)
	}

	if err := errors.Join(json.Unmarshal(plain, &s.tokens), json.Unmarshal([]byte(roles), &s.who.Roles)); err != nil {
		return fmt.Errorf("read a session: %w", err)
	}

	return nil
}

func (s *session) seal() (roles string, err error) {
	plain, err := json.Marshal(s.tokens)
	if err != nil {
		return "", err
	}

	if s.sealed, err = s.secret.seal(plain); err != nil {
		return "", err
	}

	list, err := json.Marshal(s.who.Roles)

	return string(list), err
}

// insert writes a session and deletes the one it takes the place of.
func (s *sessionStore) insert(ctx context.Context, kept session, old string) error {
	roles, err := kept.seal()
	if err != nil {
		return err
	}

	who := kept.who

	if old != "" {
		s.remembered.endOne(old, s.now())
		defer s.remembered.looks.forget(old)
	}

	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_sessions WHERE id_hash = $1`, old); err != nil {
			return err
		}

		_, err := tx.ExecContext(ctx, `
			INSERT INTO opsconsole_sessions
				(id_hash, username, subject, email, name, role, roles, tokens, created_at, last_seen_at, expires_at,
				checked_at, bound_to, sid, public_id, address, user_agent)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULLIF($14, ''), $15, $16, $17)`,
			kept.id, who.Username, who.Subject, who.Email, who.Name, who.Role, roles, kept.sealed,
			store.Time{Time: kept.createdAt}, store.Time{Time: kept.lastSeenAt}, store.Time{Time: kept.expiresAt},
			store.Time{Time: kept.createdAt}, s.boundTo, kept.sid, rand.Text(), kept.origin.address, kept.origin.userAgent)
		if err != nil {
			return err
		}

		failpoint.Reach(failpoint.SessionOpening)

		return noteUser(ctx, tx, who, kept.createdAt)
	})
}

// replace gives a session what a renewal brought, if its tokens are still those
// that were renewed; else it returns the session as it is by now.
func (s *sessionStore) replace(ctx context.Context, old session, renewed grant) (session, error) {
	kept := old
	kept.who, kept.tokens, kept.sid = renewed.who, renewed.tokens, renewed.sid

	if renewed.checked {
		kept.checkedAt = s.now()
	}

	roles, err := kept.seal()
	if err != nil {
		return session{}, err
	}

	who := kept.who
	replaced := false

	// A look that began before this is committed ends in no memory.
	defer s.remembered.looks.forget(old.id)

	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `
			UPDATE opsconsole_sessions
			SET username = $1, email = $2, name = $3, role = $4, roles = $5, tokens = $6,
				checked_at = $7, bound_to = $8, sid = NULLIF($9, '')
			WHERE id_hash = $10 AND tokens = $11`,
			who.Username, who.Email, who.Name, who.Role, roles, kept.sealed,
			store.Time{Time: kept.checkedAt}, s.boundTo, kept.sid, kept.id, old.sealed)
		if err != nil {
			return err
		}

		rows, err := result.RowsAffected()
		if err != nil || rows == 0 {
			return err
		}

		replaced = true

		failpoint.Reach(failpoint.SessionReplaced)

		return noteUser(ctx, tx, who, s.now())
	})
	if err != nil || replaced {
		return kept, err
	}

	return s.find(ctx, old.secret.text())
}

// endUnchanged ends a session if its tokens are still the same. After an error it is over in this
// process.
func (s *sessionStore) endUnchanged(ctx context.Context, old session) (ended bool, err error) {
	news := s.remembered.endOne(old.id, s.now())
	defer s.remembered.looks.forget(old.id)

	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx,
			`DELETE FROM opsconsole_sessions WHERE id_hash = $1 AND tokens = $2`, old.id, old.sealed)
		if err != nil {
			return err
		}

		rows, err := result.RowsAffected()
		ended = rows > 0

		return err
	})
	if err == nil && !ended && news {
		s.remembered.revive(old.id)
	}

	return ended, err
}

// saw notes that somebody, and their session if they came with one, is in use, and from where.
func (s *sessionStore) saw(ctx context.Context, who Identity, from origin, now time.Time) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE opsconsole_sessions
			SET last_seen_at = $1, address = $2, user_agent = $3, public_id = COALESCE(public_id, $4) WHERE id_hash = $5`,
			store.Time{Time: now}, from.address, from.userAgent, rand.Text(), who.SessionID)
		if err != nil {
			return err
		}

		return noteUser(ctx, tx, who, now)
	})
}

// end ends a session, in this process whatever becomes of its row.
func (s *sessionStore) end(ctx context.Context, hash string) error {
	s.remembered.endOne(hash, s.now())
	defer s.remembered.looks.forget(hash)

	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_sessions WHERE id_hash = $1`, hash)

		failpoint.Reach(failpoint.SessionEnding)

		return err
	})
}

func (s *sessionStore) purge(ctx context.Context) error {
	now := s.now()

	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_sessions WHERE expires_at <= $1 OR last_seen_at <= $2`,
			store.Time{Time: now}, store.Time{Time: now.Add(-s.idle)})
		if err != nil {
			return err
		}

		_, err = tx.ExecContext(ctx, `DELETE FROM opsconsole_logout_tokens WHERE expires_at <= $1`, store.Time{Time: now})

		return err
	})
}

// inTrouble returns why no session can be written, as far as is known.
func (s *sessionStore) inTrouble() error {
	if trouble := s.db.CannotRead(); trouble != nil {
		return trouble
	}

	if trouble := s.db.CannotWrite(); trouble != nil {
		return trouble
	}

	return nil
}

func sessionEnded(cause error) error {
	return fail(ErrSessionEnded, "Your session has ended: sign in again", cause)
}
