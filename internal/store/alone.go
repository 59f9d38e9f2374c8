package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// aloneLock is the advisory lock of [DB.Alone].
const aloneLock = 0x6f7073616c6f6e65 // "opsalone"

// Alone runs fn while no other replica runs one on the same PostgreSQL database: they
// wait their turn. It is for what replicas that start together would do at once. fn is given
// connections whose statements may take their time, and a context that ends when the turn is
// lost; it must not call Alone. SQLite has one process.
//
// The lock is held by a transaction that says again and again that this process is there: one
// that stands still, or whose host is gone, loses it as it would any other lock.
func (db *DB) Alone(ctx context.Context, fn func(ctx context.Context, pool *sql.DB) error) (err error) {
	if db.dialect != Postgres {
		return fn(ctx, db.write)
	}

	pool := db.patient()
	defer func() { err = errors.Join(err, pool.Close()) }()

	tx, err := pool.BeginTx(ctx, db.txOptions())
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // there is nothing in it but the lock

	if err := takeTurn(ctx, pool, tx); err != nil {
		return err
	}

	turn, end := context.WithCancelCause(ctx)
	ended := make(chan struct{})

	go func() {
		defer close(ended)

		if err := stayAlive(turn, tx, cmp.Or(db.limits.IdleInTransaction/3, time.Second)); err != nil {
			end(fmt.Errorf("another replica may have begun the same, as this one stood still: %w", err))
		}
	}()

	err = fn(turn, pool)
	if lost := context.Cause(turn); lost != nil {
		err = errors.Join(lost, err)
	}

	end(nil)
	<-ended

	return err
}

// turnTimeout is how long another replica is waited for, before whoever looks after this one is told.
const turnTimeout = time.Minute

// takeTurn waits for the lock; an error says who has it.
func takeTurn(ctx context.Context, pool *sql.DB, tx *sql.Tx) error {
	waiting, cancel := context.WithTimeout(ctx, turnTimeout)
	defer cancel()

	_, err := tx.ExecContext(waiting, `SELECT pg_advisory_xact_lock($1)`, int64(aloneLock))
	if err == nil || ctx.Err() != nil || waiting.Err() == nil {
		return err
	}

	var holder int

	// How pg_locks shows a lock of one number: manual, section 54.12.
	err = pool.QueryRowContext(ctx, `
		SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND (classid::bigint << 32) + objid::bigint = $1`, int64(aloneLock)).Scan(&holder)
	if err != nil {
		return fmt.Errorf("another replica kept this one waiting for %s: %w", turnTimeout, err)
	}

	return fmt.Errorf("another replica has been preparing the database for more than %s, as the server's process %d: "+
		"start again when it is done, or end it with SELECT pg_terminate_backend(%d) if it is stuck", turnTimeout, holder, holder)
}

// stayAlive has a transaction not idle until the context is done.
func stayAlive(ctx context.Context, tx *sql.Tx, every time.Duration) error {
	beat := time.NewTicker(every)
	defer beat.Stop()

	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat.C:
			if _, err := tx.ExecContext(context.WithoutCancel(ctx), `SELECT 1`); err != nil {
				return err
			}
		}
	}
}
