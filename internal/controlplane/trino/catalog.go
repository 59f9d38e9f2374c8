package trino

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Entry is a catalog, a schema, a table or a column; the names below its own level
// are "". Only a column has a type, and a position from 1.
type Entry struct {
	Catalog, Schema, Table, Column string
	DataType                       string
	Position                       int
}

// Unread is a schema of which something could not be read, and why.
type Unread struct {
	Schema string
	Err    error
}

// queuedMax is how long a queue may keep a query about a catalog.
const queuedMax = time.Minute

func (c *Client) read(ctx context.Context, statement string) ([]row, error) {
	return c.query(ctx, queuedMax, statement)
}

// Catalogs names the catalogs; Trino's own, system, is left out.
func (c *Client) Catalogs(ctx context.Context) ([]string, error) {
	rows, err := c.read(ctx, `SELECT catalog_name FROM system.metadata.catalogs WHERE catalog_name <> 'system' ORDER BY 1`)
	if err != nil {
		return nil, err
	}

	return names(rows)
}

// Entries lists the schemas, tables and columns of a catalog, in order. A schema that
// Trino fails is among the unread, once, with what is known of it in the entries; an error
// is one of the whole catalog, or of Trino.
func (c *Client) Entries(ctx context.Context, catalog string) (entries []Entry, unread []Unread, err error) {
	from := quoted(catalog, '"') + ".information_schema."

	rows, err := c.read(ctx, `SELECT schema_name FROM `+from+`schemata WHERE schema_name <> 'information_schema' ORDER BY 1`)
	if err != nil {
		return nil, nil, fmt.Errorf("read the schemas: %w", err)
	}

	schemas, err := names(rows)
	if err != nil {
		return nil, nil, err
	}

	tables, unreadTables, err := c.bySchema(ctx, schemas, `SELECT table_schema, table_name FROM `+from+`tables`)
	if err != nil {
		return nil, nil, fmt.Errorf("read the tables: %w", err)
	}

	columns, unreadColumns, err := c.bySchema(ctx, schemas,
		`SELECT table_schema, table_name, column_name, data_type, ordinal_position FROM `+from+`columns`)
	if err != nil {
		return nil, nil, fmt.Errorf("read the columns: %w", err)
	}

	unread = unreadTables

	for _, u := range unreadColumns {
		if !slices.ContainsFunc(unread, func(known Unread) bool { return known.Schema == u.Schema }) {
			unread = append(unread, u)
		}
	}

	entries, err = together(catalog, schemas, tables, columns)

	return entries, unread, err
}

// bySchema reads a relation of information_schema at once or, where Trino fails that,
// schema by schema. It fails when no schema can be read.
func (c *Client) bySchema(ctx context.Context, schemas []string, statement string) (rows []row, unread []Unread, err error) {
	var failed *QueryError

	rows, err = c.read(ctx, statement+` WHERE table_schema <> 'information_schema'`)
	if !errors.As(err, &failed) {
		return rows, nil, err
	}

	for _, schema := range schemas {
		some, err := c.read(ctx, statement+` WHERE table_schema = `+quoted(schema, '\''))

		switch {
		case errors.As(err, &failed):
			unread = append(unread, Unread{Schema: schema, Err: err})
		case err != nil:
			return nil, nil, err
		}

		rows = append(rows, some...)
	}

	if len(unread) == len(schemas) {
		return nil, nil, failed
	}

	return rows, unread, nil
}

// together makes the entries of a catalog; of a table that only its columns name, too.
func together(catalog string, schemas []string, tables, columns []row) ([]Entry, error) {
	entries := make([]Entry, 0, len(schemas)+len(tables)+len(columns))
	for _, schema := range schemas {
		entries = append(entries, Entry{Catalog: catalog, Schema: schema})
	}

	for _, r := range tables {
		e := Entry{Catalog: catalog}
		if err := r.scan(&e.Schema, &e.Table); err != nil {
			return nil, err
		}

		entries = append(entries, e)
	}

	var table Entry

	for _, r := range columns {
		e := Entry{Catalog: catalog}
		if err := r.scan(&e.Schema, &e.Table, &e.Column, &e.DataType, &e.Position); err != nil {
			return nil, err
		}

		if e.Schema != table.Schema || e.Table != table.Table {
			table = Entry{Catalog: catalog, Schema: e.Schema, Table: e.Table}
			entries = append(entries, table)
		}

		entries = append(entries, e)
	}

	slices.SortFunc(entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Table, b.Table), cmp.Compare(a.Position, b.Position))
	})

	return slices.Compact(entries), nil
}

// quoted writes a name or a text into a statement.
func quoted(s string, quote rune) string {
	q := string(quote)

	return q + strings.ReplaceAll(s, q, q+q) + q
}

// row is a row of an answer; scan reads its values into pointers.
type row []json.RawMessage

func (r row) scan(into ...any) error {
	if len(r) != len(into) {
		return fmt.Errorf("the row has %d columns, not %d", len(r), len(into))
	}

	for i := range into {
		if err := json.Unmarshal(r[i], into[i]); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}

	return nil
}

// names reads rows of one text each.
func names(rows []row) ([]string, error) {
	all := make([]string, len(rows))
	for i, r := range rows {
		if err := r.scan(&all[i]); err != nil {
			return nil, err
		}
	}

	return all, nil
}
