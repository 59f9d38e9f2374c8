package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Column is a column of a table and a pointer to where its value is kept in memory:
// what is written, and where it is read to. What is only written need not be a pointer.
type Column struct {
	Name  string
	Value any
}

// Columns are the columns of one row. A type that lists them once is inserted, updated
// and read by that list.
type Columns []Column

// Names are the names, separated by commas.
func (c Columns) Names() string {
	names := make([]string, len(c))
	for i, column := range c {
		names[i] = column.Name
	}

	return strings.Join(names, ", ")
}

// Values are the values, in the order of the names.
func (c Columns) Values() []any {
	values := make([]any, len(c))
	for i, column := range c {
		values[i] = column.Value
	}

	return values
}

// Insert writes a new row and returns its id.
func (c Columns) Insert(ctx context.Context, tx *sql.Tx, table string) (id int64, err error) {
	placeholders := make([]string, len(c))
	for i := range c {
		placeholders[i] = fmt.Sprintf("$%d", i+1)
	}

	err = tx.QueryRowContext(Along(ctx), fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s) RETURNING id`,
		table, c.Names(), strings.Join(placeholders, ", ")), c.Values()...).Scan(&id)

	return id, err
}

// Update writes the rows that the condition selects and returns how many there were. The
// condition's placeholders begin at $1: "id = $1 AND revision = $2".
func (c Columns) Update(ctx context.Context, tx *sql.Tx, table, condition string, args ...any) (rows int64, err error) {
	statement, values := c.update(table, condition, args)

	done, err := tx.ExecContext(ctx, statement, values...)
	if err != nil {
		return 0, err
	}

	return done.RowsAffected()
}

// SendUpdate is [Columns.Update] for whom it is all the same how many rows there are: see [Send].
func (c Columns) SendUpdate(ctx context.Context, tx *sql.Tx, table, condition string, args ...any) error {
	statement, values := c.update(table, condition, args)

	return Send(ctx, tx, statement, values...)
}

// UpdateOne is [Columns.Update] of one row at most, of which it returns what returning lists.
func (c Columns) UpdateOne(ctx context.Context, tx *sql.Tx, table, condition, returning string, args ...any) *sql.Row {
	statement, values := c.update(table, condition, args)

	return tx.QueryRowContext(ctx, statement+` RETURNING `+returning, values...)
}

func (c Columns) update(table, condition string, args []any) (statement string, values []any) {
	sets := make([]string, len(c))
	for i, column := range c {
		sets[i] = fmt.Sprintf("%s = $%d", column.Name, len(args)+i+1)
	}

	return fmt.Sprintf(`UPDATE %s SET %s WHERE %s`, table, strings.Join(sets, ", "), condition),
		append(append([]any{}, args...), c.Values()...)
}

// Select returns the rows of the table that the clause selects ("WHERE id = $1 ORDER BY
// id"); columns lists those of a row, once for all: each is read into the same one, which is empty then.
func Select[T any](
	ctx context.Context, q Querier, table string, columns func(row *T) Columns, clause string, args ...any,
) ([]T, error) {
	var row T

	of := columns(&row)

	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT %s FROM %s %s`, of.Names(), table, clause), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	var (
		out    []T
		values = of.Values()
	)

	for rows.Next() {
		row = *new(T)

		if err := rows.Scan(values...); err != nil {
			return nil, err
		}

		out = append(out, row)
	}

	return out, rows.Err()
}

// Value is what a column can keep.
type Value interface {
	driver.Valuer
	sql.Scanner
}

// ZeroTime keeps a time in [TimeLayout]; the zero time is NULL.
func ZeroTime(at *time.Time) Value { return zeroTime{at} } //nolint:ireturn // columns need no more of it

type zeroTime struct{ at *time.Time }

func (t zeroTime) Value() (driver.Value, error) { return Time{Time: *t.at}.Value() }

func (t zeroTime) Scan(src any) error {
	var stored Time

	err := stored.Scan(src)
	*t.at = stored.Time

	return err
}

// NullTime keeps a time that may be nil in [TimeLayout]; nil is NULL.
func NullTime(at **time.Time) Value { return nullTime{at} } //nolint:ireturn // columns need no more of it

type nullTime struct{ at **time.Time }

func (t nullTime) Value() (driver.Value, error) {
	if *t.at == nil {
		return nil, nil //nolint:nilnil // NULL
	}

	return Time{Time: **t.at}.Value()
}

func (t nullTime) Scan(src any) error {
	var stored Time

	err := stored.Scan(src)
	if *t.at = nil; !stored.IsZero() {
		*t.at = &stored.Time
	}

	return err
}

// JSON keeps what value points at as JSON. NULL leaves it as it is.
func JSON(value any) Value { return jsonValue{value} } //nolint:ireturn // columns need no more of it

type jsonValue struct{ value any }

func (j jsonValue) Value() (driver.Value, error) {
	data, err := json.Marshal(j.value)

	return string(data), err
}

func (j jsonValue) Scan(src any) error {
	var text sql.NullString
	if err := text.Scan(src); err != nil || !text.Valid {
		return err
	}

	return json.Unmarshal([]byte(text.String), j.value)
}
