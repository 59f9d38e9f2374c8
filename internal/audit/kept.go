package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// kept is how far the log was found whole, as it is kept for the next run and for other replicas: under
// the code of a key, so that whoever can write the table cannot move it forward. An older one
// in its place has more looked at, none has all.
type kept struct {
	Head

	// WholeAt is when all up to it was last looked at.
	WholeAt time.Time `json:"whole_at"`
	// at is when it was written here.
	at time.Time
}

// keepEvery bounds how much is looked at once more after a crash.
const keepEvery = 5 * time.Minute

// vouched is the text whose code a kept statement has.
func vouched(chain, statement string) string {
	return "opsconsole audit verified\n" + chain + "\n" + statement
}

// keep writes down what was found, where there is a key and it is time.
func (l *Log) keep(ctx context.Context, v *verification) error {
	now := l.now()
	sound := v.sound() && v.tail.Found() == "" && v.tail.MissingKey == "" && !v.wholeAt.IsZero()

	due := !v.wholeAt.Equal(v.kept.WholeAt) || v.tail.Reached.Seq != v.kept.Seq && now.Sub(v.kept.at).Abs() >= keepEvery
	if l.Keys.Use == "" || !sound || !due {
		return nil
	}

	found := kept{Head: v.tail.Reached, WholeAt: v.wholeAt, at: now}

	statement, err := json.Marshal(found)
	if err != nil {
		return fmt.Errorf("keep what was verified: %w", err)
	}

	chain := keyed + l.Keys.Use

	_, err = l.db.Write().ExecContext(ctx, `
		INSERT INTO opsconsole_audit_verified (id, statement, chain, mac) VALUES (1, $1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET statement = excluded.statement, chain = excluded.chain, mac = excluded.mac`,
		string(statement), chain, l.Keys.code(chain, vouched(chain, string(statement))))
	if err != nil {
		return fmt.Errorf("keep what was verified: %w", err)
	}

	v.kept = found

	return nil
}

// readKept returns what was kept; ok is false where nothing is that a key vouches for.
func (l *Log) readKept(ctx context.Context) (found kept, ok bool, err error) {
	if len(l.Keys.secrets) == 0 {
		return kept{}, false, nil
	}

	var statement, chain, code string

	err = l.db.Read().QueryRowContext(ctx, `SELECT statement, chain, mac FROM opsconsole_audit_verified WHERE id = 1`).
		Scan(&statement, &chain, &code)
	if errors.Is(err, sql.ErrNoRows) {
		return kept{}, false, nil
	}

	if err != nil {
		return kept{}, false, fmt.Errorf("read what was verified: %w", err)
	}

	if !l.Keys.fits(chain, vouched(chain, statement), code) {
		return kept{}, false, nil
	}

	if err := json.Unmarshal([]byte(statement), &found); err != nil {
		return kept{}, false, fmt.Errorf("read what was verified: %w", err)
	}

	return found, true, nil
}

// anotherDid reports whether another replica has looked through the log meanwhile. Where that
// cannot be read it is looked through here.
func (l *Log) anotherDid(ctx context.Context, v *verification, now time.Time) bool {
	found, ok, err := l.readKept(ctx)
	if err != nil || !ok || now.Sub(found.WholeAt).Abs() >= wholeEvery {
		return false
	}

	v.wholeAt, v.kept = found.WholeAt, found

	return true
}
