package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
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

	if err := db.takeTurn(ctx, pool, tx); err != nil {
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

// takeTurn waits for the lock, however long it takes, and has [DB.OnWait] told who holds it.
func (db *DB) takeTurn(ctx context.Context, pool *sql.DB, tx *sql.Tx) error {
	waiting, taken := context.WithCancel(ctx)

	var telling sync.WaitGroup

	telling.Go(func() { db.tellWhoHoldsIt(waiting, pool) })
	defer telling.Wait()
	defer taken()

	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(aloneLock))

	return err
}

// OnWait has tell called, again and again, with a sentence about whom [DB.Alone] waits for. It is to be
// called before anything else is.
func (db *DB) OnWait(tell func(ctx context.Context, words string)) { db.onWait = tell }

// After how long a wait is told, and how often then.
const (
	waitTold  = time.Second
	waitAgain = 30 * time.Second
)

func (db *DB) tellWhoHoldsIt(ctx context.Context, pool *sql.DB) {
	if db.onWait == nil {
		return
	}

	timer := time.NewTimer(waitTold)
	defer timer.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			timer.Reset(waitAgain)
		}

		if words := whoHoldsIt(ctx, pool); ctx.Err() == nil {
			db.onWait(ctx, words)
		}
	}
}

// whoHoldsIt says who holds the lock, as far as the server tells this user.
func whoHoldsIt(ctx context.Context, pool *sql.DB) string {
	const what = "another process prepares the database, or died with the lock for it: this one waits and goes on when it is free"

	var (
		holder             int
		user, from, begins string
	)

	// How pg_locks shows a lock of one number: manual, section 54.12.
	err := pool.QueryRowContext(ctx, `
		SELECT l.pid, COALESCE(a.usename::text, ''), COALESCE(host(a.client_addr), 'the server itself'),
			COALESCE(to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), '')
		FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
		WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
		AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND (l.classid::bigint << 32) + l.objid::bigint = $1`, int64(aloneLock)).Scan(&holder, &user, &from, &begins)

	switch {
	case err != nil:
		return what
	case begins != "": // else it is another user's
		return fmt.Sprintf("%s; it is held by the server's process %d, of the user %s, connected from %s since %s UTC. "+
			"If it is no longer in use, end it with SELECT pg_terminate_backend(%d)", what, holder, user, from, begins, holder)
	default:
		return fmt.Sprintf("%s; it is held by the server's process %d. If it is no longer in use, end it with "+
			"SELECT pg_terminate_backend(%d)", what, holder, holder)
	}
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
