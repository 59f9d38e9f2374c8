package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync"
)

// dataVersion asks SQLite for a number that another one replaces when any other connection, of whichever process, has
// committed. It says so of one connection alone.
const dataVersion = `PRAGMA data_version`

// versions is the connection that SQLite's versions are of, made when somebody first asks for one.
type versions struct {
	pool *sql.DB

	mu   sync.Mutex
	conn *sql.Conn
	// made counts the connections: each counts from the beginning.
	made int
}

// DataVersion returns a name of what is committed: while it stays the same nothing has been, by whichever process, and
// whatever is read is as it was. Something else having been committed says nothing of what: on PostgreSQL it may be in another
// database of the server.
func (db *DB) DataVersion(ctx context.Context) (name string, err error) {
	if db.dialect == SQLite {
		return db.versions.get(ctx)
	}

	// The transactions that are visible: one that commits changes it, and nothing that is visible without.
	if err := db.read.QueryRowContext(ctx, `SELECT pg_current_snapshot()::text`).Scan(&name); err != nil {
		return "", fmt.Errorf("ask which transactions are visible: %w", err)
	}

	return name, nil
}

func (v *versions) get(ctx context.Context) (name string, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()

	if v.conn == nil {
		if v.conn, err = v.pool.Conn(ctx); err != nil {
			return "", fmt.Errorf("ask whether anything was committed: %w", err)
		}

		v.made++
	}

	var version int64
	if err := v.conn.QueryRowContext(ctx, dataVersion).Scan(&version); err != nil {
		err = errors.Join(fmt.Errorf("ask whether anything was committed: %w", err), v.conn.Close())
		v.conn = nil

		return "", err
	}

	return strconv.Itoa(v.made) + "." + strconv.FormatInt(version, 10), nil
}

// close lets go of the connection.
func (v *versions) close() error {
	v.mu.Lock()
	defer v.mu.Unlock()

	if v.conn == nil {
		return v.pool.Close()
	}

	return errors.Join(v.conn.Close(), v.pool.Close())
}
