package controlplane_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	seededAt = "2026-03-01T08:00:00.000000Z"

	seededNodes = `[{"label": "Customer", "sql": "SELECT id, name FROM customers",
		"primary_key": {"name": "id", "type": "STRING"}, "properties": [{"name": "name", "type": "STRING"}]}]`
	seededEdges = `[{"type": "BOUGHT", "from_node": "Customer", "to_node": "Customer", "sql": "SELECT a, b FROM sales",
		"from_key": "a", "to_key": "b", "properties": []}]`
)

// seed fills a prepared, empty database: analyst-0, analyst-1 … with one mapping and
// one ready snapshot each, numbered from 1, and the instances and export jobs spread
// evenly over them and over every status. One statement a table, however many rows.
func seed(tb testing.TB, db *store.DB, analysts, instances, exports int) {
	tb.Helper()

	// i counts from 0, and of is the analyst's number.
	numbers := func(n int) string {
		return fmt.Sprintf(`WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < %d),
			spread AS (SELECT i, i %% %d AS of FROM numbers WHERE i < %d)`, n, analysts, n)
	}

	exec(tb, db, `INSERT INTO users (username, email, display_name, created_at, updated_at, is_active) `+numbers(analysts)+`
		SELECT 'analyst-' || of, 'analyst-' || of || '@example.com', 'Analyst ' || of, $1, $1, 1 FROM spread`, seededAt)
	exec(tb, db, `INSERT INTO mappings (owner_username, name, current_version, created_at, updated_at) `+numbers(analysts)+`
		SELECT 'analyst-' || of, 'mapping ' || of, 1, $1, $1 FROM spread`, seededAt)
	exec(tb, db, `INSERT INTO mapping_versions (mapping_id, version, node_definitions, edge_definitions, created_at, created_by)
		SELECT id, 1, $1, $2, created_at, owner_username FROM mappings`, seededNodes, seededEdges)
	exec(tb, db, `INSERT INTO snapshots (mapping_id, mapping_version, owner_username, name, gcs_path, status, created_at, updated_at)
		SELECT id, 1, owner_username, 'snapshot of ' || name, 'gs://exports/', 'ready', created_at, updated_at FROM mappings`)
	exec(tb, db, `INSERT INTO instances (snapshot_id, owner_username, wrapper_type, name, url_slug, status, created_at, updated_at)
		`+numbers(instances)+`
		SELECT of + 1, 'analyst-' || of, 'ryugraph', 'graph ' || i, 'slug-' || i, `+pick(ops.InstanceStatuses())+`, $1, $1
		FROM spread`, seededAt)
	exec(tb, db, `INSERT INTO export_jobs (snapshot_id, job_type, entity_name, status, sql, column_names, starburst_catalog,
			poll_count, gcs_path, created_at, updated_at) `+numbers(exports)+`
		SELECT of + 1, 'node', 'Customer', `+pick(ops.ExportJobStatuses())+`, 'SELECT 1', '[]', 'hive', 0, 'gs://exports/', $1, $1
		FROM spread`, seededAt)
}

// pick is the SQL for the value at i, over and over.
func pick[T ~string](values []T) string {
	var out strings.Builder

	fmt.Fprintf(&out, "CASE i %% %d", len(values))

	for i, value := range values {
		fmt.Fprintf(&out, " WHEN %d THEN '%s'", i, value)
	}

	return out.String() + " END"
}
