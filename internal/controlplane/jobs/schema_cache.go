package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Catalog reads what can be queried, from Starburst or Trino.
type Catalog interface {
	// Catalogs names the catalogs.
	Catalogs(ctx context.Context) ([]string, error)
	// Entries lists the schemas, tables and columns of a catalog.
	Entries(ctx context.Context, catalog string) ([]Entry, error)
}

// Entry is a catalog, a schema, a table or a column; the names below its own level
// are "". Only a column has a type, and a position from 1.
type Entry struct {
	Catalog, Schema, Table, Column string
	DataType                       string
	Position                       int
}

func entityTypes() []string { return []string{"catalog", "schema", "table", "column"} }

func (e Entry) entityType() string {
	switch {
	case e.Column != "":
		return "column"
	case e.Table != "":
		return "table"
	case e.Schema != "":
		return "schema"
	default:
		return "catalog"
	}
}

// schemaCache reads everything, then swaps the cache in one transaction. A catalog
// that cannot be read keeps the entries that it had, and fails the run.
func schemaCache(catalog Catalog) job {
	if catalog == nil {
		return func(context.Context, *pass) error { return skipped("no Starburst or Trino is configured") }
	}

	return func(ctx context.Context, p *pass) error {
		names, err := catalog.Catalogs(ctx)
		if err != nil {
			return fmt.Errorf("list the catalogs: %w", err)
		}

		var (
			entries []Entry
			kept    []string
		)

		for _, name := range names {
			of, err := catalog.Entries(ctx, name)
			if err != nil {
				p.found[countCatalogsFailed]++

				if !p.failed(ctx, "catalog", name, err) {
					return p.err()
				}

				kept = append(kept, name)

				continue
			}

			entries = append(entries, Entry{Catalog: name})
			entries = append(entries, of...)
		}

		if err := swap(ctx, p, entries, kept); err != nil {
			return err
		}

		return p.err()
	}
}

// swap replaces the cache but for the kept catalogs, and counts what is in it then.
func swap(ctx context.Context, p *pass, entries []Entry, kept []string) error {
	err := p.tx(ctx, func(tx *sql.Tx) error {
		cached, err := query(ctx, tx, func(name *string) []any { return []any{name} },
			`SELECT DISTINCT catalog_name FROM opsconsole_schema_cache`)
		if err != nil {
			return err
		}

		for _, name := range cached {
			if slices.Contains(kept, name) {
				continue
			}

			if _, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_schema_cache WHERE catalog_name = $1`, name); err != nil {
				return err
			}
		}

		for chunk := range slices.Chunk(entries, entriesPerInsert) {
			if err := insertEntries(ctx, tx, chunk); err != nil {
				return err
			}
		}

		return countEntries(ctx, tx, p)
	})
	if err != nil {
		return fmt.Errorf("swap the schema cache: %w", err)
	}

	return nil
}

// entriesPerInsert keeps a statement far below the databases' limits of parameters.
const entriesPerInsert = 200

func insertEntries(ctx context.Context, tx *sql.Tx, entries []Entry) error {
	const columns = 7

	rows := make([]string, len(entries))
	args := make([]any, 0, columns*len(entries))

	for i, e := range entries {
		n := i * columns

		args = append(args, e.Catalog, e.Schema, e.Table, e.Column, e.entityType(), e.DataType, e.Position)
		rows[i] = fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $%d, $%d)", n+1, n+2, n+3, n+4, n+5, n+6, n+7) //nolint:mnd // numbers of columns
	}

	//nolint:gosec // placeholders are put together here, no values
	_, err := tx.ExecContext(ctx, `INSERT INTO opsconsole_schema_cache
		(catalog_name, schema_name, table_name, column_name, entity_type, data_type, position) VALUES `+strings.Join(rows, ", ")+
		` ON CONFLICT DO NOTHING`, args...)

	return err
}

func countEntries(ctx context.Context, q store.Querier, p *pass) error {
	type group struct {
		entity string
		n      int
	}

	groups, err := query(ctx, q, func(g *group) []any { return []any{&g.entity, &g.n} },
		`SELECT entity_type, COUNT(*) FROM opsconsole_schema_cache GROUP BY entity_type`)
	if err != nil {
		return err
	}

	for _, entity := range entityTypes() {
		p.found[countEntriesPrefix+entity] = 0
	}

	for _, g := range groups {
		p.found[countEntriesPrefix+g.entity] = g.n
	}

	return nil
}
