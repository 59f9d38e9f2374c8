package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// errPooled refuses a pooler in whose hands limits, prepared statements and locks of a session
// would come to other sessions.
var errPooled = errors.New("a connection pooler gives each transaction another session of PostgreSQL, as PgBouncer does with " +
	"pool_mode = transaction or statement; set pool_mode = session for this user or this database, or connect to the server itself")

// errNotReset refuses a pooler that keeps sessions, with what was set, prepared and locked in them for whoever comes next.
var errNotReset = errors.New("a connection pooler passes sessions on without resetting them; set server_reset_query = DISCARD ALL, " +
	"PgBouncer's default, or connect to the server itself")

// errNoSession is that a connection was taken and its first statement was not answered.
var errNoSession = errors.New("a connection was accepted, but no session came with it in time; either the server hangs, or a pooler " +
	"in between has none left for this user and database (PgBouncer's default_pool_size; each process uses up to 31)")

// checkSessions returns an error where a connection is not a session of the server's.
func (db *DB) checkSessions(ctx context.Context) error {
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()

	direct, err := isDirect(ctx, conn)
	if err != nil || direct {
		return err
	}

	db.pooled = true

	// What was looked at is not kept: the start needs sessions in other pools.
	defer db.reconnect()

	return db.keepsSessions(ctx, conn)
}

// isDirect reports whether the process that a connection was told of at its start is the one that
// answers: a pooler has to make up numbers, for there it is another one each time.
func isDirect(ctx context.Context, conn *sql.Conn) (direct bool, err error) {
	err = conn.Raw(func(made any) error {
		c, ok := made.(*pipelinedConn)
		if !ok {
			return fmt.Errorf("a connection of the type %T", made)
		}

		var answers uint32

		// Not prepared: a pooler may not keep that.
		row := c.Conn().QueryRow(ctx, `SELECT pg_backend_pid()::bigint`, pgx.QueryExecModeSimpleProtocol)
		if err := row.Scan(&answers); err != nil {
			return err
		}

		direct = answers == c.Conn().PgConn().PID()

		return nil
	})

	return direct, err
}

const sessionMark = `SELECT coalesce(current_setting('opsconsole.session', true), '')`

// keepsSessions marks the session of a connection and looks whether others meet with the mark.
func (db *DB) keepsSessions(ctx context.Context, conn *sql.Conn) error {
	const others = 4

	mark, seen := rand.Text(), ""

	_, err := conn.ExecContext(ctx, `SELECT set_config('opsconsole.session', $1, false)`, pgx.QueryExecModeSimpleProtocol, mark)
	if err != nil {
		return err
	}

	for range others {
		// Left open until all are done, so that each has another session.
		tx, err := db.write.BeginTx(ctx, nil)
		if err != nil {
			return refused(err)
		}
		defer tx.Rollback() //nolint:errcheck // there is nothing in it

		if err := tx.QueryRowContext(ctx, sessionMark, pgx.QueryExecModeSimpleProtocol).Scan(&seen); err != nil {
			return errors.Join(errPooled, err)
		}

		if seen == mark {
			return errPooled
		}
	}

	if err := conn.QueryRowContext(ctx, sessionMark, pgx.QueryExecModeSimpleProtocol).Scan(&seen); err != nil || seen != mark {
		return errors.Join(errPooled, err)
	}

	return db.resetsSessions(ctx, conn, mark)
}

// resetsSessions closes a connection and looks whether the next one is given its session with the mark.
func (db *DB) resetsSessions(ctx context.Context, conn *sql.Conn, mark string) error {
	if err := conn.Raw(func(any) error { return driver.ErrBadConn }); !errors.Is(err, driver.ErrBadConn) {
		return err
	}

	next, err := db.write.Conn(ctx)
	if err != nil {
		return refused(err)
	}
	defer next.Close()

	var seen string
	if err := next.QueryRowContext(ctx, sessionMark, pgx.QueryExecModeSimpleProtocol).Scan(&seen); err != nil || seen == mark {
		return errors.Join(errNotReset, err)
	}

	return nil
}

// refused is why a pooler gives no transaction: pool_mode = statement knows none, and a pool may be too small.
func refused(err error) error {
	if errors.Is(err, errNoSession) {
		return err
	}

	return errors.Join(errPooled, err)
}
