package controlplane

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	usernameMax = 255
	// loginEvery is how precise last_login_at is: a caller who polls must not write
	// with every call.
	loginEvery = time.Hour
	// loginTimeout bounds the write of it, which nobody needs to wait for.
	loginTimeout = 500 * time.Millisecond
)

// allowOps lets only active users through whose role is exactly ops.
func (s session) allowOps(ctx context.Context) error {
	if err := s.allowAny(ctx); err != nil {
		return err
	}

	return s.requireOps()
}

func (s session) requireOps() error {
	if role, _ := ops.ParseRole(string(s.caller.Role)); role != ops.RoleOps {
		return ops.InsufficientRole(ops.RoleOps, role)
	}

	return nil
}

// allowAny lets active users of any role through, and adds a caller who was not seen before.
func (s session) allowAny(ctx context.Context) error {
	if err := checkIdentity(s.caller); err != nil {
		return err
	}

	user, err := s.user(ctx)
	if err != nil {
		return databaseUnavailable(err)
	}

	return s.allow(user)
}

// allow lets active users through.
func (s session) allow(user user) error {
	if !user.active {
		return &ops.Error{
			Code:    ops.CodeUserDisabled,
			Message: fmt.Sprintf("The account %s is disabled", s.caller.Username),
		}
	}

	return nil
}

func databaseUnavailable(cause error) error {
	return ops.Unavailable("database", "The platform's database does not answer").Because(cause)
}

func checkIdentity(caller ops.Caller) error {
	switch name := caller.Username; {
	case name == "":
		return &ops.Error{Code: ops.CodeUnauthorized, Message: "Authentication required"}
	case len(name) > usernameMax || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return &ops.Error{
			Code:    ops.CodeUnauthorized,
			Message: fmt.Sprintf("A username must be at most %d bytes of UTF-8, without control characters", usernameMax),
		}
	}

	if caller.Role == "" {
		return &ops.Error{Code: ops.CodeMissingRole, Message: "The caller has no role"}
	}

	if _, ok := ops.ParseRole(string(caller.Role)); !ok {
		return &ops.Error{Code: ops.CodeInvalidRole, Message: "The caller's role must be analyst, admin or ops"}
	}

	return nil
}

type user struct {
	active    bool
	lastLogin nullTime
}

// user returns the caller's row. It writes only when there is none yet, or when
// the last login in it is old.
func (s session) user(ctx context.Context) (user, error) {
	found, err := s.findUser(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		if err := s.addUser(ctx); err != nil {
			return user{}, err
		}

		return s.findUser(ctx)
	}

	if err != nil {
		return user{}, err
	}

	if found.active {
		s.keepLogin(ctx, found)
	}

	return found, nil
}

// keepLogin is no reason to refuse a call when it fails.
func (s session) keepLogin(ctx context.Context, found user) {
	now := s.now()
	if found.lastLogin.Time != nil && now.Sub(found.lastLogin.Time.Time) < loginEvery {
		return
	}

	ctx, cancel := context.WithTimeout(ctx, loginTimeout)
	defer cancel()

	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE users SET last_login_at = $1 WHERE username = $2`, store.Time{Time: now}, s.caller.Username)

		return err
	})
	if err != nil {
		s.logger.WarnContext(ctx, "the last login could not be recorded", "username", s.caller.Username, "error", err)
	}
}

func (s session) findUser(ctx context.Context) (user, error) {
	return s.users.Do(ctx, s.caller.Username, func(ctx context.Context) (found user, err error) {
		var active int

		err = s.db.Read().QueryRowContext(ctx, `SELECT is_active, last_login_at FROM users WHERE username = $1`, s.caller.Username).
			Scan(&active, &found.lastLogin)
		found.active = active != 0

		return found, err
	})
}

// addUser takes the caller's own address, and one made from the name when there is
// none or it is somebody else's.
func (s session) addUser(ctx context.Context) error {
	made := s.caller.Username
	if !strings.Contains(made, "@") {
		made += "@users.invalid"
	}

	for _, email := range []string{s.caller.Email, made, s.caller.Username + "@users.invalid"} {
		if email == "" || !ops.Storable(email) {
			continue
		}

		var added int64

		err := s.db.Tx(ctx, func(tx *sql.Tx) error {
			result, err := tx.ExecContext(ctx, `
				INSERT INTO users (username, email, display_name, created_at, updated_at, last_login_at, is_active)
				VALUES ($1, $2, $1, $3, $3, $3, 1)
				ON CONFLICT DO NOTHING`,
				s.caller.Username, email, store.Time{Time: s.now()})
			if err != nil {
				return err
			}

			added, err = result.RowsAffected()

			return err
		})
		if err != nil {
			return fmt.Errorf("add the user: %w", err)
		}

		if added > 0 {
			return nil
		}

		// The address is taken, or another call has just added the user.
		if _, err := s.findUser(ctx); !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}

	return errors.New("add the user: every address for it is taken")
}
