package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

type laterKey struct{}

// Later has what is committed on this database with the context be on the disk with the next commit that is made without
// it, rather than at once: both databases write their logs in order. It is for whoever makes that next commit before
// they tell anybody. Where the machine or the server fails between the two, the first may be gone.
func (db *DB) Later(ctx context.Context) context.Context {
	return context.WithValue(ctx, laterKey{}, db)
}

func (db *DB) isLater(ctx context.Context) bool { return ctx.Value(laterKey{}) == any(db) }

// begin begins a transaction; end is to be called when it is over.
func (db *DB) begin(ctx context.Context) (tx *sql.Tx, end func() error, err error) {
	switch later := db.isLater(ctx); {
	case later && db.dialect == SQLite:
		return db.beginLater(ctx)
	case later:
		if tx, err = db.write.BeginTx(ctx, db.txOptions()); err == nil {
			err = Send(ctx, tx, `SET LOCAL synchronous_commit = off`)
		}
	default:
		tx, err = db.write.BeginTx(ctx, db.txOptions())
	}

	if err != nil && tx != nil {
		err = errors.Join(err, tx.Rollback())
	}

	return tx, func() error { return nil }, err
}

// beginLater begins one on a connection of SQLite that waits for no disk until the transaction is over.
func (db *DB) beginLater(ctx context.Context) (tx *sql.Tx, end func() error, err error) {
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}

	end = func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `PRAGMA synchronous = FULL`)
		if err != nil { // Nobody gets it again: there is another one then.
			err = errors.Join(err, conn.Raw(func(any) error { return driver.ErrBadConn }))
		}

		return errors.Join(err, conn.Close())
	}

	if _, err = conn.ExecContext(ctx, `PRAGMA synchronous = NORMAL`); err == nil {
		tx, err = conn.BeginTx(ctx, db.txOptions())
	}

	if err != nil {
		return nil, nil, errors.Join(err, end())
	}

	return tx, end, nil
}
