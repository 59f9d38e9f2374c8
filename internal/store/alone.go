package store

import (
	"context"
	"errors"
	"fmt"
)

// aloneLock is the advisory lock of [DB.Alone].
const aloneLock = 0x6f7073616c6f6e65 // "opsalone"

// Alone runs fn while no other replica runs one on the same PostgreSQL database: they
// wait their turn. It is for what replicas that start together would do at once. fn
// needs connections besides the one that holds the lock, and must not call Alone.
// SQLite has one process.
func (db *DB) Alone(ctx context.Context, fn func() error) (err error) {
	if db.dialect != Postgres {
		return fn()
	}

	conn, err := db.write.Conn(ctx)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, conn.Close()) }()

	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(aloneLock)); err != nil {
		return fmt.Errorf("wait for another replica: %w", err)
	}

	defer func() {
		_, unlockErr := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(aloneLock))
		err = errors.Join(err, unlockErr)
	}()

	return fn()
}
