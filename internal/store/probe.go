package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
)

// ErrCommitUnknown is in the chain of an error after which a transaction may or may not
// have been committed: the connection broke before the database said so.
var ErrCommitUnknown = errors.New("whether it was committed is not known")

func commitError(err error) error {
	trouble := TroubleOf(err)
	broken := trouble != nil && trouble.Kind == Unreadable

	if broken || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("commit: %w: %w", ErrCommitUnknown, err)
	}

	return fmt.Errorf("commit: %w", err)
}

// failing is why reads or writes fail.
type failing struct {
	mu  sync.Mutex
	why *TroubleError
}

// note remembers the last write that the database could not take. One that it took is no
// sign of its health: it may have needed no room.
func (f *failing) note(err error) {
	if trouble := TroubleOf(err); trouble != nil && trouble.Kind == Unwritable {
		f.set(trouble)
	}
}

func (f *failing) set(why *TroubleError) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.why = why
}

func (f *failing) get() *TroubleError {
	f.mu.Lock()
	defer f.mu.Unlock()

	return f.why
}

// CannotWrite returns why a write failed that no [DB.ProbeWrite] has succeeded since, nil
// when none has failed.
func (db *DB) CannotWrite() *TroubleError { return db.writes.get() }

// CannotRead returns why the last [DB.ProbeRead] failed, nil when it did not.
func (db *DB) CannotRead() *TroubleError { return db.reads.get() }

// ProbeRead reads a row of a table and remembers whether it could, for whoever would rather
// not wait for a database that is known not to answer. Its error is a [TroubleError], but for a
// caller who has left.
func (db *DB) ProbeRead(ctx context.Context) error {
	var version int64

	err := db.read.QueryRowContext(ctx, `SELECT MAX(version_id) FROM `+versionTable).Scan(&version)

	switch {
	case err == nil:
		db.reads.set(nil)

		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	}

	trouble := TroubleOf(err)

	switch {
	case trouble != nil:
	case errors.Is(err, context.DeadlineExceeded):
		trouble = &TroubleError{Unreadable, "it does not answer", err}
	default:
		trouble = &TroubleError{Unreadable, "it answers with an error of its own", err}
	}

	// Whatever keeps it from being read, it cannot be read.
	trouble = &TroubleError{Unreadable, trouble.Words, trouble.Cause}
	db.reads.set(trouble)

	return trouble
}

// probeSize is how much a probe writes, in bytes: several pages of either database, so that it
// finds no room in one that is half empty.
const probeSize = 16 << 10

// ProbeWrite writes, and takes it away again. It is for a database that a write has failed on,
// to find out that it takes some again.
func (db *DB) ProbeWrite(ctx context.Context) error {
	noise := make([]byte, probeSize/2)
	_, _ = rand.Read(noise) // never fails, and cannot be compressed

	err := db.Tx(ctx, func(tx *sql.Tx) error {
		id := rand.Text()

		_, err := tx.ExecContext(ctx, `INSERT INTO opsconsole_probes (id, noise) VALUES ($1, $2)`, id, hex.EncodeToString(noise))
		if err != nil {
			return err
		}

		_, err = tx.ExecContext(ctx, `DELETE FROM opsconsole_probes WHERE id = $1`, id)

		return err
	})
	if err == nil {
		db.writes.set(nil)
	}

	return err
}
