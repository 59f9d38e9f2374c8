package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
)

// statementsKept is how many statements a connection keeps prepared.
const statementsKept = 100

// preparing keeps what SQLite has prepared on each of its connections: preparing the same
// statements again and again was the most of what a page cost.
type preparing struct{ driver.Connector }

// Connect implements [driver.Connector].
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}

	whole, ok := conn.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver lacks what it had"), conn.Close())
	}

	return &preparedConn{sqliteConn: whole, kept: map[string]*statement{}}, nil
}

// sqliteConn is what a connection of the driver can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// preparedConn is a connection, used by one goroutine at a time as [database/sql] has it.
type preparedConn struct {
	sqliteConn

	kept map[string]*statement
	// uses counts, so that what was not used for longest makes room.
	uses int64
}

// statement is a prepared one. It is busy while its rows are read: whoever asks the same meanwhile
// has it prepared anew.
type statement struct {
	sqliteStatement

	used int64
	busy bool
}

type sqliteStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// ExecContext implements [driver.ExecerContext].
func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.prepared(ctx, query)

	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return c.sqliteConn.ExecContext(ctx, query, args)
	default:
		return s.ExecContext(ctx, args)
	}
}

// QueryContext implements [driver.QueryerContext].
func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.prepared(ctx, query)

	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return c.sqliteConn.QueryContext(ctx, query, args)
	}

	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}

	typed, ok := rows.(sqliteRows)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver's rows lack what they had"), rows.Close())
	}

	s.busy = true

	return &preparedRows{sqliteRows: typed, of: s}, nil
}

// prepared returns the statement of a query, nil where it is not to be kept, or is busy.
func (c *preparedConn) prepared(ctx context.Context, query string) (*statement, error) {
	s, ok := c.kept[query]
	if ok && s.busy || !ok && !repeats(query) {
		return nil, nil //nolint:nilnil // it is done without
	}

	if !ok {
		prepared, err := c.PrepareContext(ctx, query)
		if err != nil {
			return nil, err
		}

		whole, has := prepared.(sqliteStatement)
		if !has {
			return nil, errors.Join(errors.New("the SQLite driver's statements lack what they had"), prepared.Close())
		}

		if err := c.makeRoom(); err != nil {
			return nil, errors.Join(err, prepared.Close())
		}

		s = &statement{sqliteStatement: whole}
		c.kept[query] = s
	}

	c.uses++
	s.used = c.uses

	return s, nil
}

// makeRoom closes the statement that was not used for longest, when there are as many as are kept.
func (c *preparedConn) makeRoom() error {
	if len(c.kept) < statementsKept {
		return nil
	}

	oldest := ""

	for query, s := range c.kept {
		if !s.busy && (oldest == "" || s.used < c.kept[oldest].used) {
			oldest = query
		}
	}

	if oldest == "" {
		return nil
	}

	s := c.kept[oldest]
	delete(c.kept, oldest)

	return s.Close()
}

// Close implements [driver.Conn].
func (c *preparedConn) Close() error {
	var errs []error
	for _, s := range c.kept {
		errs = append(errs, s.Close())
	}

	c.kept = nil

	return errors.Join(append(errs, c.sqliteConn.Close())...)
}

// repeats reports whether a query is of a kind that comes again: what makes tables does not.
func repeats(query string) bool {
	if query == dataVersion {
		return true
	}

	query = strings.TrimSpace(query)
	for strings.HasPrefix(query, "--") {
		_, query, _ = strings.Cut(query, "\n")
		query = strings.TrimSpace(query)
	}

	verb, _, _ := strings.Cut(query, " ")
	verb, _, _ = strings.Cut(verb, "\n")

	switch strings.ToUpper(strings.TrimSpace(verb)) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return true
	default:
		return false
	}
}

type sqliteRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// preparedRows let go of their statement when they are closed.
type preparedRows struct {
	sqliteRows

	of *statement
}

// Close implements [driver.Rows].
func (r *preparedRows) Close() error {
	r.of.busy = false

	return r.sqliteRows.Close()
}
