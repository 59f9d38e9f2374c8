package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// aloneLock is the advisory lock of [DB.Alone].
const aloneLock = 0x6f7073616c6f6e65 // "opsalone"

// Alone runs fn while no other replica runs one on the same PostgreSQL database: they
// wait their turn. It is for what replicas that start together would do at once. fn is given
// connections whose statements may take their time, and a context that ends when the turn is
// lost; it must not call Alone. SQLite has one process.
//
// Neither who holds the lock nor who waits for it is in a transaction: CREATE INDEX CONCURRENTLY waits
// for all that began before it. The session that holds it says again and again that its process is there:
// one that stands still, or whose host is gone, loses it.
func (db *DB) Alone(ctx context.Context, fn func(ctx context.Context, pool *sql.DB) error) (err error) {
	if db.dialect != Postgres {
		return fn(ctx, db.write)
	}

	pool := db.patient()
	defer func() { err = errors.Join(err, pool.Close()) }()

	holder, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer holder.Close()

	if err := db.takeTurn(ctx, pool, holder); err != nil {
		return err
	}
	defer giveUpTurn(ctx, holder)

	turn, end := context.WithCancelCause(ctx)
	ended := make(chan struct{})

	go func() {
		defer close(ended)

		if err := stayAlive(turn, holder, cmp.Or(db.limits.IdleInTransaction, turnSilent)); err != nil {
			end(fmt.Errorf("this replica stood still, so another may have begun the same: %w", err))
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

// How often the lock is asked for, for how long its end is waited for, and after how long a silence it is lost where the
// limits of sessions do not say.
const (
	turnAsked  = 50 * time.Millisecond
	turnEnds   = 5 * time.Second
	turnSilent = 3 * time.Second
)

// takeTurn asks for the lock until it has it, however long that takes, and has [DB.OnWait] told who holds it.
// It asks rather than waits: a statement that waits is what CREATE INDEX CONCURRENTLY waits for.
func (db *DB) takeTurn(ctx context.Context, pool *sql.DB, holder *sql.Conn) error {
	// A session that is left with the lock ends by itself, also in the hands of a pooler.
	alive := strconv.FormatInt(db.limits.IdleInTransaction.Milliseconds(), 10)
	if _, err := holder.ExecContext(ctx, `SELECT set_config('idle_session_timeout', $1, false)`, alive); err != nil {
		return err
	}

	ask := time.NewTicker(turnAsked)
	defer ask.Stop()

	tell := time.NewTimer(waitTold)
	defer tell.Stop()

	for {
		var taken bool
		if err := holder.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, int64(aloneLock)).Scan(&taken); err != nil || taken {
			return err
		}

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tell.C:
			tell.Reset(waitAgain)
			db.tellWhoHoldsIt(ctx, pool)
		case <-ask.C:
		}
	}
}

// giveUpTurn does not leave it to the end of the connection, which a pooler may keep.
func giveUpTurn(ctx context.Context, holder *sql.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), turnEnds)
	defer cancel()

	//nolint:errcheck // the connection is closed next, or was lost
	holder.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, int64(aloneLock))
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

	if words := whoHoldsIt(ctx, pool); ctx.Err() == nil {
		db.onWait(ctx, words)
	}
}

// whoHoldsIt says who holds the lock, as far as the server tells this user.
func whoHoldsIt(ctx context.Context, pool *sql.DB) string {
	const what = "another process is preparing the database, or died while it held the lock for it: this one waits until the lock is free"

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
		return fmt.Sprintf("%s; it is held by process %d of the server, for the user %s, connected from %s since %s UTC. "+
			"If it is no longer in use, end it with SELECT pg_terminate_backend(%d)", what, holder, user, from, begins, holder)
	default:
		return fmt.Sprintf("%s; it is held by process %d of the server. If it is no longer in use, end it with "+
			"SELECT pg_terminate_backend(%d)", what, holder, holder)
	}
}

// sendAway ends the statements of who waits for the lock in one, as a version before does when it starts, and is itself waited
// for by CREATE INDEX CONCURRENTLY: neither would come to an end. It says why it does not start, and can be started again.
const sendAway = `
	SELECT count(pg_cancel_backend(l.pid)) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
	WHERE l.locktype = 'advisory' AND NOT l.granted AND l.objsubid = 1 AND a.datname = current_database() AND a.usename = current_user
	AND (l.classid::bigint << 32) + l.objid::bigint = $1
	AND EXISTS (SELECT 1 FROM pg_stat_activity b WHERE b.wait_event = 'virtualxid' AND l.pid = ANY (pg_blocking_pids(b.pid)))`

// stayAlive has a session not idle until the context is done. A server that is silent for longer may have ended it.
func stayAlive(ctx context.Context, session *sql.Conn, silent time.Duration) error {
	const beats = 3

	beat := time.NewTicker(silent / beats)
	defer beat.Stop()

	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat.C:
			if err := sendWaitersAway(ctx, session, silent); err != nil {
				return err
			}
		}
	}
}

// sendWaitersAway is not cut off by the end of the turn, which would cost the connection.
func sendWaitersAway(ctx context.Context, session *sql.Conn, within time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
	defer cancel()

	_, err := session.ExecContext(ctx, sendAway, int64(aloneLock))

	return err
}
