package controlplane

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
)

//go:embed schema/*.sql
var schema embed.FS

// prepareLock keeps two replicas from preparing one PostgreSQL database at once.
const prepareLock = 0x6f7073636f6e736f // "opsconso"

// Prepare makes the database fit to be a platform's: on one that holds no platform
// yet it creates the tables and writes the default configuration. On one that does
// it alters nothing; it fails, naming all that is missing, unless every table and
// column of the contract is there.
func Prepare(ctx context.Context, db *store.DB) error {
	// What is whole stays so, and nobody has to be waited for.
	if found, err := existingColumns(ctx, db.Write(), db.Dialect()); err == nil && len(missingFrom(found)) == 0 {
		return nil
	}

	return db.Tx(ctx, func(tx *sql.Tx) error {
		if db.Dialect() == store.Postgres {
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(prepareLock)); err != nil {
				return fmt.Errorf("wait for another replica: %w", err)
			}
		}

		found, err := existingColumns(ctx, tx, db.Dialect())
		if err != nil {
			return err
		}

		if len(found) == 0 {
			return create(ctx, tx, db.Dialect())
		}

		if missing := missingFrom(found); len(missing) > 0 {
			return fmt.Errorf("the database holds a platform's tables, but not all that is needed; missing: %s",
				strings.Join(missing, ", "))
		}

		return nil
	})
}

func create(ctx context.Context, tx *sql.Tx, dialect store.Dialect) error {
	ddl, err := schema.ReadFile("schema/" + string(dialect) + ".sql")
	if err != nil {
		return err
	}

	if _, err := tx.ExecContext(ctx, string(ddl)); err != nil {
		return fmt.Errorf("create the platform's tables: %w", err)
	}

	failpoint.Reach(failpoint.PlatformMade)

	return insertDefaults(ctx, tx, dialect)
}

// platformColumns is what the contract, section 7, says of the platform's tables.
func platformColumns() map[string][]string {
	return map[string][]string{
		"users":         {"username", "email", "display_name", "created_at", "updated_at", "last_login_at", "is_active"},
		"global_config": {"key", "value", "description", "updated_at", "updated_by"},
		"mappings": {
			"id", "owner_username", "name", "description", "current_version", "created_at", "updated_at", "ttl", "inactivity_timeout",
		},
		"mapping_versions": {
			"mapping_id", "version", "change_description", "node_definitions", "edge_definitions", "created_at", "created_by",
		},
		"snapshots": {
			"id", "mapping_id", "mapping_version", "owner_username", "name", "description", "gcs_path", "size_bytes",
			"node_counts", "edge_counts", "status", "progress", "error_message", "created_at", "updated_at", "ttl",
			"inactivity_timeout", "last_used_at",
		},
		"instances": {
			"id", "snapshot_id", "pending_snapshot_id", "owner_username", "wrapper_type", "name", "description", "url_slug",
			"instance_url", "pod_name", "pod_ip", "status", "progress", "error_message", "error_code", "stack_trace",
			"created_at", "updated_at", "started_at", "last_activity_at", "ttl", "inactivity_timeout", "suspended_at",
			"resume_count", "memory_usage_bytes", "disk_usage_bytes", "cpu_cores", "memory_gb",
		},
		"instance_events": {"id", "instance_id", "event_type", "details", "created_at"},
		"export_jobs": {
			"id", "snapshot_id", "job_type", "entity_name", "status", "sql", "column_names", "starburst_catalog",
			"claimed_by", "claimed_at", "starburst_query_id", "next_uri", "next_poll_at", "poll_count", "gcs_path",
			"row_count", "size_bytes", "submitted_at", "completed_at", "error_message", "created_at", "updated_at",
		},
	}
}

// existingColumns returns the columns of those platform tables that are there.
func existingColumns(ctx context.Context, q store.Querier, dialect store.Dialect) (map[string][]string, error) {
	needed := platformColumns()
	names := `('` + strings.Join(slices.Collect(maps.Keys(needed)), `', '`) + `')`

	query := `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type IN ('table', 'view') AND m.name IN ` + names
	if dialect == store.Postgres {
		// As information_schema.columns has them, which takes ten times as long.
		query = `SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
			WHERE c.relnamespace = ANY (SELECT oid FROM pg_namespace WHERE nspname = ANY (current_schemas(false)))
			AND c.relname IN ` + names + ` AND c.relkind IN ('r', 'v', 'f', 'p') AND a.attnum > 0 AND NOT a.attisdropped
			AND (pg_has_role(c.relowner, 'USAGE') OR has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES'))`
	}

	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read the columns that are there: %w", err)
	}
	defer rows.Close()

	found := map[string][]string{}

	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return nil, err
		}

		found[table] = append(found[table], column)
	}

	return found, rows.Err()
}

// missingFrom names the tables that found lacks whole, and of the others the columns.
func missingFrom(found map[string][]string) []string {
	var missing []string

	needed := platformColumns()
	for _, table := range slices.Sorted(maps.Keys(needed)) {
		if found[table] == nil {
			missing = append(missing, "table "+table)

			continue
		}

		for _, column := range needed[table] {
			if !slices.Contains(found[table], column) {
				missing = append(missing, "column "+table+"."+column)
			}
		}
	}

	return missing
}
