package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

// catalogs is a [jobs.Catalog] in memory; one without entries cannot be read.
type catalogs map[string][]jobs.Entry

func (c catalogs) Catalogs(context.Context) ([]string, error) {
	return slices.Sorted(maps.Keys(c)), nil
}

func (c catalogs) Entries(_ context.Context, name string) ([]jobs.Entry, error) {
	if len(c[name]) == 0 {
		return nil, errors.New("the connector does not answer")
	}

	return c[name], nil
}

// tables makes a schema with so many tables of two columns each.
func tables(catalog string, n int) []jobs.Entry {
	entries := make([]jobs.Entry, 1, 1+3*n)
	entries[0] = jobs.Entry{Catalog: catalog, Schema: "crm"}

	for i := range n {
		table := fmt.Sprint("table_", i)
		entries = append(entries,
			jobs.Entry{Catalog: catalog, Schema: "crm", Table: table},
			jobs.Entry{Catalog: catalog, Schema: "crm", Table: table, Column: "id", DataType: "bigint", Position: 1},
			jobs.Entry{Catalog: catalog, Schema: "crm", Table: table, Column: "name", DataType: "varchar", Position: 2})
	}

	return entries
}

func TestSchemaCache(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		warehouse := catalogs{"lake": tables("lake", 1000), "crm": tables("crm", 3)}

		w.start(func(c *jobs.Config) { c.Catalog = warehouse })
		w.run(ops.JobSchemaCache)
		w.tick()

		wantEntries := func(catalog, schema, table, column float64) {
			t.Helper()
			w.wantMetric(catalog, "schema_cache_entries_total", "entity_type=catalog")
			w.wantMetric(schema, "schema_cache_entries_total", "entity_type=schema")
			w.wantMetric(table, "schema_cache_entries_total", "entity_type=table")
			w.wantMetric(column, "schema_cache_entries_total", "entity_type=column")
		}

		wantEntries(2, 2, 1003, 2006)
		w.want("varchar 2", `SELECT data_type || ' ' || position FROM opsconsole_schema_cache
			WHERE catalog_name = 'lake' AND schema_name = 'crm' AND table_name = 'table_999' AND column_name = 'name'`)

		// One that cannot be read keeps what it had; the others are new.
		warehouse["lake"] = nil
		warehouse["crm"] = tables("crm", 2)
		warehouse["hr"] = tables("hr", 1)

		if err := w.runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobSchemaCache}); err == nil {
			t.Error("no error")
		}

		w.tick()
		wantEntries(3, 3, 1003, 2006)

		// One that is gone is gone from the cache.
		delete(warehouse, "lake")
		w.run(ops.JobSchemaCache)
		w.tick()
		wantEntries(2, 2, 3, 6)
		w.wantMetric(2, "schema_cache_refreshes_total", "status=success")
		w.wantMetric(1, "schema_cache_refreshes_total", "status=failed")
	})
}
