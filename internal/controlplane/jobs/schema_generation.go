package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/internal/controlplane/trino"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
)

// cached names the entries that count: those of the generation that their catalog names.
// All others are being written, or left over.
const cached = `opsconsole_schema_entries AS e
	JOIN opsconsole_schema_catalogs AS c ON c.catalog_name = e.catalog_name AND c.generation = e.generation`

// entriesPerTx keeps a transaction so short that nobody notices to have waited for it,
// and a statement far below the databases' limits of parameters.
const entriesPerTx = 200

// generation is what a run of the schema cache writes beside what is cached.
type generation struct {
	p        *pass
	number   int64
	catalogs []string // written so far
}

// newGeneration begins one with a number of its own, without what earlier runs left.
func newGeneration(ctx context.Context, p *pass) (*generation, error) {
	g := &generation{p: p}

	if err := g.sweep(ctx); err != nil {
		return nil, fmt.Errorf("sweep the schema cache: %w", err)
	}

	err := p.db.Read().QueryRowContext(ctx,
		`SELECT COALESCE(MAX(generation), 0) + 1 FROM opsconsole_schema_entries`).Scan(&g.number)

	return g, err
}

// write adds the entries of a catalog.
func (g *generation) write(ctx context.Context, catalog string, entries []trino.Entry) error {
	entries = slices.Insert(entries, 0, trino.Entry{Catalog: catalog})

	for some := range slices.Chunk(entries, entriesPerTx) {
		if err := g.p.tx(ctx, func(tx *sql.Tx) error { return g.insert(ctx, tx, some) }); err != nil {
			return fmt.Errorf("write the schema cache: %w", err)
		}

		failpoint.Reach(failpoint.SchemaWritten)
	}

	g.catalogs = append(g.catalogs, catalog)

	return nil
}

func (g *generation) insert(ctx context.Context, tx *sql.Tx, entries []trino.Entry) error {
	const columns = 8

	rows := make([]string, len(entries))
	args := make([]any, 0, columns*len(entries))

	for i, e := range entries {
		marks := make([]string, columns)
		for j := range marks {
			marks[j] = fmt.Sprintf("$%d", i*columns+j+1)
		}

		args = append(args, g.number, e.Catalog, e.Schema, e.Table, e.Column, entityType(e), e.DataType, e.Position)
		rows[i] = "(" + strings.Join(marks, ", ") + ")"
	}

	//nolint:gosec // placeholders are put together here, no values
	_, err := tx.ExecContext(ctx, `INSERT INTO opsconsole_schema_entries
		(generation, catalog_name, schema_name, table_name, column_name, entity_type, data_type, position)
		VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`, args...)

	return err
}

// use makes what was written count, for all catalogs at once, and forgets those that are
// not among the names any more.
func (g *generation) use(ctx context.Context, names []string) error {
	known, err := query(ctx, g.p.db.Read(), func(name *string) []any { return []any{name} },
		`SELECT catalog_name FROM opsconsole_schema_catalogs`)
	if err != nil {
		return err
	}

	err = g.p.tx(ctx, func(tx *sql.Tx) error {
		for _, name := range g.catalogs {
			if _, err := tx.ExecContext(ctx, `INSERT INTO opsconsole_schema_catalogs (catalog_name, generation) VALUES ($1, $2)
				ON CONFLICT (catalog_name) DO UPDATE SET generation = excluded.generation`, name, g.number); err != nil {
				return err
			}
		}

		failpoint.Reach(failpoint.SchemaSwitching)

		for _, name := range known {
			if slices.Contains(names, name) {
				continue
			}

			if _, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_schema_catalogs WHERE catalog_name = $1`, name); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		return err
	}

	failpoint.Reach(failpoint.SchemaSwitched)

	if err := g.count(ctx); err != nil {
		return err
	}

	return g.sweep(ctx)
}

// count counts what is cached.
func (g *generation) count(ctx context.Context) error {
	type group struct {
		entity string
		n      int
	}

	groups, err := query(ctx, g.p.db.Read(), func(g *group) []any { return []any{&g.entity, &g.n} },
		`SELECT e.entity_type, COUNT(*) FROM `+cached+` GROUP BY e.entity_type`)
	if err != nil {
		return err
	}

	for _, entity := range entityTypes() {
		g.p.found[countEntriesPrefix+entity] = 0
	}

	for _, found := range groups {
		g.p.found[countEntriesPrefix+found.entity] = found.n
	}

	return nil
}

// leftover is the entries of a catalog that do not count.
type leftover struct {
	generation int64
	catalog    string
}

// sweep deletes what does not count, a little at a time.
func (g *generation) sweep(ctx context.Context) error {
	left, err := query(ctx, g.p.db.Read(), func(l *leftover) []any { return []any{&l.generation, &l.catalog} }, `
		SELECT generation, catalog_name FROM opsconsole_schema_entries
		EXCEPT SELECT generation, catalog_name FROM opsconsole_schema_catalogs`)
	if err != nil {
		return err
	}

	const key = `generation, catalog_name, schema_name, table_name, column_name`

	for _, l := range left {
		for more := true; more; {
			more, err = g.p.update(ctx, `
				DELETE FROM opsconsole_schema_entries WHERE (`+key+`) IN (
					SELECT `+key+` FROM opsconsole_schema_entries WHERE generation = $1 AND catalog_name = $2 LIMIT $3)`,
				l.generation, l.catalog, entriesPerTx)
			if err != nil {
				return err
			}
		}
	}

	return nil
}

// cachedSchema reads what is cached of a schema.
func cachedSchema(ctx context.Context, q store.Querier, catalog, schema string) ([]trino.Entry, error) {
	return query(ctx, q, func(e *trino.Entry) []any {
		return []any{&e.Catalog, &e.Schema, &e.Table, &e.Column, &e.DataType, &e.Position}
	}, `SELECT e.catalog_name, e.schema_name, e.table_name, e.column_name, e.data_type, e.position
	      FROM `+cached+` WHERE e.catalog_name = $1 AND e.schema_name = $2`, catalog, schema)
}
