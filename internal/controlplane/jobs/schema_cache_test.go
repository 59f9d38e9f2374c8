package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/controlplane/trino"
	"github.com/graph-olap/opsconsole/ops"
)

// catalogs is a [jobs.Catalog] in memory.
type catalogs map[string]warehouse

// warehouse is one of them: its entries, what of it cannot be read, and why nothing can.
type warehouse struct {
	entries []trino.Entry
	unread  []trino.Unread
	err     error
}

var errConnector = &trino.QueryError{Name: "JDBC_ERROR", Message: "the connector does not answer"}

func (c catalogs) Catalogs(context.Context) ([]string, error) {
	return slices.Sorted(maps.Keys(c)), nil
}

func (c catalogs) Entries(_ context.Context, name string) ([]trino.Entry, []trino.Unread, error) {
	return slices.Clone(c[name].entries), c[name].unread, c[name].err
}

// tables makes a schema with so many tables of two columns each.
func tables(catalog string, n int) []trino.Entry {
	entries := make([]trino.Entry, 1, 1+3*n)
	entries[0] = trino.Entry{Catalog: catalog, Schema: "crm"}

	for i := range n {
		table := fmt.Sprint("table_", i)
		entries = append(entries,
			trino.Entry{Catalog: catalog, Schema: "crm", Table: table},
			trino.Entry{Catalog: catalog, Schema: "crm", Table: table, Column: "id", DataType: "bigint", Position: 1},
			trino.Entry{Catalog: catalog, Schema: "crm", Table: table, Column: "name", DataType: "varchar", Position: 2})
	}

	return entries
}

// wantCached checks how many catalogs, schemas, tables and columns the cache has.
func (w *world) wantCached(catalog, schema, table, column float64) {
	w.t.Helper()
	w.tick()
	w.wantMetric(catalog, "schema_cache_entries_total", "entity_type=catalog")
	w.wantMetric(schema, "schema_cache_entries_total", "entity_type=schema")
	w.wantMetric(table, "schema_cache_entries_total", "entity_type=table")
	w.wantMetric(column, "schema_cache_entries_total", "entity_type=column")
	// What does not count is gone.
	w.want(fmt.Sprint(catalog+schema+table+column), `SELECT COUNT(*) FROM opsconsole_schema_entries`)
}

func TestSchemaCache(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		all := catalogs{"lake": {entries: tables("lake", 1000)}, "crm": {entries: tables("crm", 3)}}

		w.start(func(c *jobs.Config) { c.Catalog = all })
		w.run(ops.JobSchemaCache)
		w.wantCached(2, 2, 1003, 2006)
		w.want("varchar 2", `SELECT data_type || ' ' || position FROM opsconsole_schema_entries
			WHERE catalog_name = 'lake' AND schema_name = 'crm' AND table_name = 'table_999' AND column_name = 'name'`)

		// One that cannot be read keeps what it had; the others are new.
		all["lake"] = warehouse{err: errConnector}
		all["crm"] = warehouse{entries: tables("crm", 2)}
		all["hr"] = warehouse{entries: tables("hr", 1)}

		w.run(ops.JobSchemaCache)
		w.wantCached(3, 3, 1003, 2006)

		// One that is gone is gone from the cache.
		delete(all, "lake")
		w.run(ops.JobSchemaCache)
		w.wantCached(2, 2, 3, 6)
		w.wantMetric(3, "schema_cache_refreshes_total", "status=success")
		w.wantMetric(0, "schema_cache_refreshes_total", "status=failed")
	})
}

// What Trino always fails does not have the whole run repeated, and is said.
func TestCatalogThatAlwaysFails(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		all := catalogs{"lake": {err: errConnector}, "crm": {entries: tables("crm", 3)}}

		w.start(func(c *jobs.Config) { c.Catalog = all })

		for range 4 {
			w.run(ops.JobSchemaCache)
		}

		w.wantMetric(1, "background_job_health_status", "job_name=schema_cache")
		w.wantCached(1, 1, 3, 6)

		last := w.last(ops.JobSchemaCache)
		wantCounts(t, last.Found, map[string]int{"catalogs_failed": 1})

		if want := "catalog lake: JDBC_ERROR: the connector does not answer"; last.Result != jobs.Success || !strings.Contains(last.Error, want) {
			t.Errorf("record %+v, want a success that says %s", last, want)
		}

		// When nothing can be read, that is a failure.
		all["crm"] = all["lake"]

		if err := w.runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobSchemaCache}); err == nil || !strings.Contains(err.Error(), "no catalog could be read") {
			t.Errorf("got %v, want that no catalog could be read", err)
		}

		w.want("11", `SELECT COUNT(*) FROM opsconsole_schema_entries`)
	})
}

// A schema of which something could not be read keeps the rest of what it had.
func TestSchemaThatCannotBeRead(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		all := catalogs{"lake": {entries: tables("lake", 3)}}

		w.start(func(c *jobs.Config) { c.Catalog = all })
		w.run(ops.JobSchemaCache)

		all["lake"] = warehouse{
			entries: []trino.Entry{
				{Catalog: "lake", Schema: "crm"}, {Catalog: "lake", Schema: "crm", Table: "new"}, {Catalog: "lake", Schema: "hr"},
			},
			unread: []trino.Unread{{Schema: "crm", Err: errConnector}},
		}

		w.run(ops.JobSchemaCache)
		w.wantCached(1, 2, 4, 6)

		last := w.last(ops.JobSchemaCache)
		wantCounts(t, last.Found, map[string]int{"catalogs_failed": 0, "schemas_failed": 1})

		if want := "schema lake.crm: JDBC_ERROR"; last.Result != jobs.Success || !strings.Contains(last.Error, want) {
			t.Errorf("record %+v, want a success that says %s", last, want)
		}
	})
}

// When Trino itself fails, nothing is switched, and what was written is swept later.
func TestSchemaCacheIsSwitchedAtOnce(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		all := catalogs{"crm": {entries: tables("crm", 3)}, "lake": {entries: tables("lake", 3)}}

		w.start(func(c *jobs.Config) { c.Catalog = all })
		w.run(ops.JobSchemaCache)

		w.clock.Advance(time.Second)
		w.tick() // its time comes, and the next is tomorrow

		all["crm"] = warehouse{entries: tables("crm", 500)}
		all["lake"] = warehouse{err: trino.ErrStarting}

		if err := w.runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobSchemaCache}); !errors.Is(err, trino.ErrStarting) {
			t.Errorf("got %v, want %v", err, trino.ErrStarting)
		}

		if in := w.nextRuns()[ops.JobSchemaCache]; in > 5*time.Minute {
			t.Errorf("it runs again in %s, want soon", in)
		}

		const counts = `SELECT COUNT(*) FROM opsconsole_schema_entries e
			JOIN opsconsole_schema_catalogs c ON c.catalog_name = e.catalog_name AND c.generation = e.generation`

		w.want("22", counts)
		w.want("1524", `SELECT COUNT(*) FROM opsconsole_schema_entries`)

		all["lake"] = warehouse{entries: tables("lake", 4)}

		w.run(ops.JobSchemaCache)
		w.wantCached(2, 2, 504, 1008)
	})
}
