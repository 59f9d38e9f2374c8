package controlplane

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/store"
)

// The keys of global_config.
const (
	keyPerAnalyst         = "concurrency.per_analyst"
	keyClusterTotal       = "concurrency.cluster_total"
	keyMaintenanceEnabled = "maintenance.enabled"
	keyMaintenanceMessage = "maintenance.message"
	keyMaxDurationSeconds = "export.max_duration_seconds"
)

// setting is a key of global_config and what a new platform starts with.
type setting struct {
	key, value, description string
}

// defaults lists every key; the contract, section 4, has the values.
func defaults() []setting {
	return []setting{
		{"lifecycle.mapping.default_ttl", "", "How long a new mapping lives; empty: no expiry"},
		{"lifecycle.mapping.default_inactivity", "P30D", "How long a new mapping may lie unused"},
		{"lifecycle.mapping.max_ttl", "P365D", "The longest that a mapping may live"},
		{"lifecycle.snapshot.default_ttl", "P7D", "How long a new snapshot lives"},
		{"lifecycle.snapshot.default_inactivity", "P3D", "How long a new snapshot may lie unused"},
		{"lifecycle.snapshot.max_ttl", "P30D", "The longest that a snapshot may live"},
		{"lifecycle.instance.default_ttl", "PT24H", "How long a new instance lives"},
		{"lifecycle.instance.default_inactivity", "PT4H", "How long a new instance may idle"},
		{"lifecycle.instance.max_ttl", "P7D", "The longest that an instance may live"},
		{keyPerAnalyst, "5", "The most active instances of one analyst"},
		{keyClusterTotal, "50", "The most active instances in the cluster"},
		{keyMaintenanceEnabled, "0", "Maintenance mode: 0 or 1"},
		{keyMaintenanceMessage, "", "What users are told in maintenance"},
		{keyMaxDurationSeconds, "3600", "The longest that an export may run, in seconds"},
	}
}

// insertDefaults dates them by the database's clock: nobody is there yet to pass one.
func insertDefaults(ctx context.Context, tx *sql.Tx, dialect store.Dialect) error {
	now := `strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now')`
	if dialect == store.Postgres {
		now = `to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
	}

	for _, s := range defaults() {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO global_config (key, value, description, updated_at) VALUES ($1, $2, $3, `+now+`)`,
			s.key, s.value, s.description)
		if err != nil {
			return fmt.Errorf("write the default of %s: %w", s.key, err)
		}
	}

	return nil
}
