package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// TrinoConfig says where Starburst or Trino is and who asks.
type TrinoConfig struct {
	URL      string // http:// or https://; a password goes over https only
	User     string
	Password string
	// HTTP has the timeout of one request, and follows no redirects.
	HTTP *http.Client
}

// Trino is a [Catalog] over Trino's REST API: a statement is posted, and its answer
// fetched page by page, each naming the address of the next.
type Trino struct {
	base           *url.URL
	user, password string
	http           *http.Client
}

// NewTrino checks the configuration; it does no I/O.
func NewTrino(c TrinoConfig) (*Trino, error) {
	base, err := url.Parse(c.URL)

	switch {
	case err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https":
		return nil, errors.New("the URL of Starburst begins with http:// or https:// and names a host")
	case c.User == "":
		return nil, errors.New("Starburst needs the name of a user")
	case c.Password != "" && base.Scheme != "https":
		return nil, errors.New("a password for Starburst needs an https:// URL")
	}

	return &Trino{base: base, user: c.User, password: c.Password, http: c.HTTP}, nil
}

// Catalogs implements [Catalog]; Trino's own catalog, system, is left out.
func (t *Trino) Catalogs(ctx context.Context) ([]string, error) {
	rows, err := t.query(ctx, `SELECT catalog_name FROM system.metadata.catalogs WHERE catalog_name <> 'system' ORDER BY 1`)
	if err != nil {
		return nil, err
	}

	names := make([]string, len(rows))
	for i, row := range rows {
		if err := row.scan(&names[i]); err != nil {
			return nil, err
		}
	}

	return names, nil
}

// Entries implements [Catalog].
func (t *Trino) Entries(ctx context.Context, catalog string) ([]Entry, error) {
	from := `"` + strings.ReplaceAll(catalog, `"`, `""`) + `".information_schema.`

	schemas, err := t.query(ctx, `SELECT schema_name FROM `+from+`schemata WHERE schema_name <> 'information_schema' ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("read the schemas: %w", err)
	}

	columns, err := t.query(ctx, `SELECT table_schema, table_name, column_name, data_type, ordinal_position FROM `+from+
		`columns WHERE table_schema <> 'information_schema' ORDER BY table_schema, table_name, ordinal_position`)
	if err != nil {
		return nil, fmt.Errorf("read the columns: %w", err)
	}

	entries := make([]Entry, 0, len(schemas)+len(columns))

	for _, row := range schemas {
		e := Entry{Catalog: catalog}
		if err := row.scan(&e.Schema); err != nil {
			return nil, err
		}

		entries = append(entries, e)
	}

	var table Entry

	for _, row := range columns {
		e := Entry{Catalog: catalog}
		if err := row.scan(&e.Schema, &e.Table, &e.Column, &e.DataType, &e.Position); err != nil {
			return nil, err
		}

		if e.Schema != table.Schema || e.Table != table.Table {
			table = Entry{Catalog: catalog, Schema: e.Schema, Table: e.Table}
			entries = append(entries, table)
		}

		entries = append(entries, e)
	}

	return entries, nil
}

// trinoRow is a row of an answer; scan reads its values into pointers.
type trinoRow []json.RawMessage

func (r trinoRow) scan(into ...any) error {
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
