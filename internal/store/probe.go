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
var ErrCommitUnknown = errors.New("it is not known whether it was committed")

func commitError(err error) error {
	trouble := TroubleOf(&writeError{cause: err})
	broken := trouble != nil && trouble.Kind == Unreadable

	if broken || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("commit: %w: %w", ErrCommitUnknown, err)
	}

	return fmt.Errorf("commit: %w", err)
}

// writeError is an error of a transaction that writes; begun says that it was more than that no
// connection could be had.
type writeError struct {
	cause error
	begun bool
}

func (e *writeError) Error() string { return e.cause.Error() }
func (e *writeError) Unwrap() error { return e.cause }

// failing is why reads or writes fail.
type failing struct {
	mu  sync.Mutex
	why *TroubleError
	// probes counts those that began, judged is the newest whose result counts, stalled how many
	// had begun when one took too long, 0 for none since one answered.
	probes, judged, stalled int
}

// noteWrite remembers the last write that the database could not take, whatever kept it from that:
// whether it can be read is for [DB.ProbeRead] to say. One that it took is no sign of its health: it
// may have needed no room.
func (db *DB) noteWrite(err error) {
	write, writing := errors.AsType[*writeError](err)
	begun := writing && write.begun

	trouble := TroubleOf(err)
	if trouble == nil || trouble.Kind != Unwritable && !begun {
		return
	}

	db.writes.set(&TroubleError{Unwritable, trouble.Words, trouble.Cause})

	if isReadOnly(err) && db.dialect == Postgres {
		db.reconnect()
	}
}

// begin counts a probe.
func (f *failing) begin() (number int) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.probes++

	return f.probes
}

// judge remembers what a probe found, unless one that began later was done before. One that took
// too long says nothing yet: two must, one after the other. It returns what holds now.
func (f *failing) judge(number int, why *TroubleError, late bool) *TroubleError {
	f.mu.Lock()
	defer f.mu.Unlock()

	switch {
	case number < f.judged:
	case late && (f.stalled == 0 || number <= f.stalled):
		f.judged = number
		if f.stalled == 0 {
			f.stalled = f.probes
		}
	default:
		f.judged, f.why = number, why
		if why == nil {
			f.stalled = 0
		}
	}

	return f.why
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

// Wrote reports whether something was written by [DB.Tx] since it was asked last. While
// [DB.CannotWrite] says why nothing can be, it is a sign, and no proof, that this is over.
func (db *DB) Wrote() bool { return db.wrote.Swap(false) }

// CannotRead returns why the last [DB.ProbeRead] failed, nil when it did not.
func (db *DB) CannotRead() *TroubleError { return db.reads.get() }

// ProbeRead reads a row of a table and remembers whether it could, for whoever would rather
// not wait for a database that is known not to answer. That it takes too long counts when it does
// so twice. Its error is a [TroubleError], but for a
// caller who has left.
func (db *DB) ProbeRead(ctx context.Context) error {
	number := db.reads.begin()

	err := db.readVersion(ctx)
	if TroubleOf(err) != nil && ctx.Err() == nil {
		err = db.readVersion(ctx) // it was the connection alone that was ended
	}

	switch {
	case err == nil:
		_ = db.reads.judge(number, nil, false) // whatever holds, this one could read

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
	trouble = db.reads.judge(number, &TroubleError{Unreadable, trouble.Words, trouble.Cause}, errors.Is(err, context.DeadlineExceeded))
	if trouble == nil {
		return nil
	}

	return trouble
}

func (db *DB) readVersion(ctx context.Context) error {
	var version int64

	return db.probe.QueryRowContext(ctx, `SELECT MAX(version_id) FROM `+versionTable).Scan(&version)
}

// probeSize is how much a probe writes, in bytes: several pages of either database, so that it
// finds no room in one that is half empty.
const probeSize = 16 << 10

// ProbeWrite writes, and takes it away again. It is for a database that a write has failed on,
// to find out that it takes some again.
func (db *DB) ProbeWrite(ctx context.Context) error {
	noise := make([]byte, probeSize/2)
	_, _ = rand.Read(noise) // never fails, and cannot be compressed

	err := db.TxInPlace(ctx, func(tx *sql.Tx) error {
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
