package idempotency

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	// Retention is how long what was asked for can be asked again.
	Retention = 24 * time.Hour
	// abandonedAfter is how long nothing is heard of a request that is under way, by [store.DB.Now], before it
	// counts as dead: more than it takes from one step to the next.
	abandonedAfter = time.Minute
)

// Keys are the keys kept in a database, which all replicas share.
type Keys struct {
	db  *store.DB
	now func() time.Time
}

// New returns the keys of the database; now is the clock.
func New(db *store.DB, now func() time.Time) *Keys { return &Keys{db: db, now: now} }

// Request is what somebody asks for under a key.
type Request struct {
	// Person is the provider's unchanging name of who asks.
	Person, Method, Path, Key string
	// Kind is the media type of Body.
	Kind string
	Body []byte
}

// id names the request without telling the key, by which a secret can be asked for again.
func (r Request) id() (string, error) { return digest(r.Person, r.Method, r.Path, r.Key) }

func digest(parts ...string) (string, error) {
	data, err := json.Marshal(parts) // so that no two lists read the same
	if err != nil {
		return "", err
	}

	sum := sha256.Sum256(data)

	return hex.EncodeToString(sum[:]), nil
}

// Answer is an answer in JSON that does not change any more.
type Answer struct {
	Status int
	// Location is the header of that name, "" for none.
	Location string
	Body     []byte
}

// Act is what was done under a key before.
type Act struct {
	// Intent is the entry of the audit log that was written first.
	Intent int64
	// Answer is nil where there was none in JSON, or where it was not final.
	Answer *Answer
}

// Claim claims the key for a request. It returns
//   - the claim under which to act, when nothing was done under the key,
//   - what was done under it by the same request,
//   - an IDEMPOTENCY_KEY_REUSED when it came with something else before,
//   - an IDEMPOTENCY_IN_FLIGHT while the same request is under way.
func (k *Keys) Claim(ctx context.Context, r Request) (*Claim, *Act, error) {
	id, err := r.id()
	if err != nil {
		return nil, nil, err
	}

	hash, err := digest(r.Kind, string(r.Body))
	if err != nil {
		return nil, nil, err
	}

	mine := row{ID: id, Owner: rand.Text(), BodyHash: hash}

	var (
		now     time.Time
		claimed bool
		found   row
	)

	err = k.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		if now, err = k.db.Now(ctx, tx, k.now); err != nil {
			return err
		}

		mine.BegunAt, mine.SeenAt = now, now

		if err := forget(ctx, tx, id, now); err != nil {
			return err
		}

		if claimed, err = mine.insert(ctx, tx); err != nil || claimed {
			return err
		}

		found, err = find(ctx, tx, id)

		return err
	})

	switch {
	case errors.Is(err, sql.ErrNoRows): // the other one came to nothing at this moment
		return nil, nil, inFlight()
	case err != nil:
		act, err := k.read(ctx, mine, fmt.Errorf("claim an idempotency key: %w", err))

		return nil, act, err
	case claimed:
		failpoint.Reach(failpoint.KeyClaimed)

		return &Claim{keys: k, id: id, owner: mine.Owner}, nil, nil
	default:
		act, err := found.answer(hash, now)

		return nil, act, err
	}
}

// ErrUnused is in the chain of an error for which a key could not be claimed, and under which nothing was done before.
var ErrUnused = errors.New("nothing was done under the idempotency key before")

// read looks what was done under a key that could not be claimed because of the error: a database that has no room
// can be read. Where it was a wait that ended, the same request may be what was waited for: it cannot be seen yet.
func (k *Keys) read(ctx context.Context, mine row, refused error) (*Act, error) {
	if trouble := store.TroubleOf(refused); trouble == nil || !trouble.TakesNoWrites() {
		return nil, refused
	}

	found, err := find(ctx, k.db.Read(), mine.ID)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, refused
	}

	now, failed := k.db.Now(ctx, k.db.Read(), k.now)

	switch {
	case failed != nil:
		return nil, refused
	case err != nil, found.Owner == mine.Owner, found.forgotten(now):
		return nil, errors.Join(refused, ErrUnused)
	default:
		return found.answer(mine.BodyHash, now)
	}
}

func reused() error {
	return &ops.Error{
		Code:    ops.CodeIdempotencyKeyReused,
		Message: "This Idempotency-Key came with another request before. Nothing was done: send a new key with a new request.",
	}
}

func inFlight() error {
	return &ops.Error{
		Code:    ops.CodeIdempotencyInFlight,
		Message: "The same request is still being carried out. Ask again in a moment, with the same key: it is not done twice.",
	}
}

// Purge deletes the keys under which nothing can be asked again.
func (k *Keys) Purge(ctx context.Context) error {
	return k.db.Tx(ctx, func(tx *sql.Tx) error {
		now, err := k.db.Now(ctx, tx, k.now)
		if err != nil {
			return err
		}

		_, err = tx.ExecContext(ctx, `DELETE FROM opsconsole_idempotency WHERE begun_at < $1`, store.Time{Time: now.Add(-Retention)})

		return err
	})
}

// Recover notes that what a stopped process had under way is not. Only SQLite: its one process
// is this one; on PostgreSQL another replica may be at work, and the time tells.
func (k *Keys) Recover(ctx context.Context) error {
	if k.db.Dialect() != store.SQLite {
		return nil
	}

	return k.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_idempotency WHERE intent IS NULL`); err != nil {
			return err
		}

		_, err := tx.ExecContext(ctx, `UPDATE opsconsole_idempotency SET finished_at = $1 WHERE finished_at IS NULL`,
			store.Time{Time: k.now()})

		return err
	})
}
