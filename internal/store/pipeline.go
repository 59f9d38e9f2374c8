package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

type (
	alongKey struct{}
	// driverConn has a method of the name Conn, as the field would have.
	driverConn = stdlib.Conn
)

// Send has a statement of the transaction run whose result nobody looks at. PostgreSQL is sent it with the commit, or along
// with a query before that, see [Along]: each that waits for its answer costs a way there and back. What it went with has
// its error then, and the transaction comes to nothing. Before anything else it is sent for itself.
func Send(ctx context.Context, tx *sql.Tx, statement string, args ...any) error {
	_, err := tx.ExecContext(Along(ctx), statement, args...)

	return err
}

// Along has a query of a transaction go along with what [Send] left waiting. Its columns are whole numbers, texts, truths or
// times.
func Along(ctx context.Context) context.Context { return context.WithValue(ctx, alongKey{}, true) }

// pipelinedConn is a connection to PostgreSQL on which what [Send] is told waits for what comes next. It is used by one
// goroutine at a time, as [database/sql] has it.
type pipelinedConn struct {
	*driverConn

	inTx    bool
	waiting pgx.Batch
	// failed is why nothing more is run in this transaction: what was sent may not have come to the server.
	failed error
}

// ExecContext implements [driver.ExecerContext].
func (c *pipelinedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if c.inTx && c.failed == nil && ctx.Value(alongKey{}) != nil {
		return driver.ResultNoRows, c.wait(query, args)
	}

	if err := c.flush(ctx); err != nil {
		return nil, err
	}

	return c.driverConn.ExecContext(ctx, query, args)
}

// QueryContext implements [driver.QueryerContext].
func (c *pipelinedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.waiting.Len() == 0 || ctx.Value(alongKey{}) == nil {
		if err := c.flush(ctx); err != nil {
			return nil, err
		}

		return c.driverConn.QueryContext(ctx, query, args)
	}

	if err := c.wait(query, args); err != nil {
		return nil, err
	}

	var read rowsRead
	if _, err := c.send(ctx, &read); err != nil {
		return nil, err
	}

	return &read, nil
}

// PrepareContext implements [driver.ConnPrepareContext]. The driver prepares by itself, and what it was had prepare would be run
// before what waits.
func (c *pipelinedConn) PrepareContext(context.Context, string) (driver.Stmt, error) {
	return nil, errors.New("statements are not prepared by hand")
}

// BeginTx implements [driver.ConnBeginTx].
func (c *pipelinedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.driverConn.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}

	c.inTx = true

	return &pipelinedTx{tx, c, ctx}, nil
}

// wait has a statement wait, with the values that it has now: what pointers lead to may be others by then.
func (c *pipelinedConn) wait(query string, args []driver.NamedValue) error {
	values := make([]any, len(args))

	for i, arg := range args {
		var err error
		if values[i], err = driver.DefaultParameterConverter.ConvertValue(arg.Value); err != nil {
			return err
		}
	}

	c.waiting.Queue(query, values...)

	return nil
}

// flush sends what waits, if anything does. Its error is that of what was sent before, if that failed.
func (c *pipelinedConn) flush(ctx context.Context) error {
	if c.failed != nil || c.waiting.Len() == 0 {
		return c.failed
	}

	_, err := c.send(ctx, nil)

	return err
}

// send sends what waits, all at once, and returns what the last of it did, or reads its rows where it is to.
func (c *pipelinedConn) send(ctx context.Context, read *rowsRead) (last pgconn.CommandTag, err error) {
	batch := c.waiting
	c.waiting = pgx.Batch{}

	results := c.Conn().SendBatch(ctx, &batch)

	for i := 0; i < batch.Len() && err == nil; i++ {
		if read != nil && i == batch.Len()-1 {
			err = read.all(results)
		} else {
			last, err = results.Exec()
		}
	}

	if closed := results.Close(); err == nil {
		err = closed
	}

	c.failed = err

	return last, err
}

// pipelinedTx is a transaction of a [pipelinedConn].
type pipelinedTx struct {
	driver.Tx

	conn *pipelinedConn
	ctx  context.Context //nolint:containedctx // as in the driver's own: neither of its methods is given one
}

// Commit implements [driver.Tx].
func (t *pipelinedTx) Commit() error {
	c := t.conn

	if c.failed == nil && c.waiting.Len() == 0 {
		c.inTx = false

		return t.Tx.Commit()
	}

	err := c.failed
	if err == nil {
		var tag pgconn.CommandTag

		c.waiting.Queue("commit")

		if tag, err = c.send(t.ctx, nil); err == nil && tag.String() == "ROLLBACK" {
			err = pgx.ErrTxCommitRollback
		}
	}

	if err != nil { // the transaction may be open yet, with its locks
		_ = t.Rollback()
	}

	c.inTx, c.failed = false, nil

	return err
}

// Rollback implements [driver.Tx].
func (t *pipelinedTx) Rollback() error {
	t.conn.inTx, t.conn.waiting, t.conn.failed = false, pgx.Batch{}, nil

	return t.Tx.Rollback()
}

// rowsRead are rows that were read to the end, as what else was sent along is.
type rowsRead struct {
	columns []string
	rows    [][]driver.Value
}

// all reads the rows of the next result.
func (r *rowsRead) all(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()

	for _, field := range rows.FieldDescriptions() {
		r.columns = append(r.columns, field.Name)
	}

	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}

		row := make([]driver.Value, len(values))
		for i, value := range values {
			if row[i], err = driver.DefaultParameterConverter.ConvertValue(value); err != nil {
				return err
			}
		}

		r.rows = append(r.rows, row)
	}

	return rows.Err()
}

// Columns implements [driver.Rows].
func (r *rowsRead) Columns() []string { return r.columns }

// Close implements [driver.Rows].
func (r *rowsRead) Close() error { return nil }

// Next implements [driver.Rows].
func (r *rowsRead) Next(dest []driver.Value) error {
	if len(r.rows) == 0 {
		return io.EOF
	}

	copy(dest, r.rows[0])
	r.rows = r.rows[1:]

	return nil
}
