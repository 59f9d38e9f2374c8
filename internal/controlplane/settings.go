package controlplane

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
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

// settings are the rows of global_config by their key; a key that is not there has
// its default.
type settings map[string]stored

type stored struct {
	value     string
	updatedAt moment
	updatedBy *string
}

func readSettings(ctx context.Context, q store.Querier) (settings, error) {
	rows, err := q.QueryContext(ctx, `SELECT key, value, updated_at, updated_by FROM global_config`)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer rows.Close()

	found := settings{}

	for _, s := range defaults() {
		found[s.key] = stored{value: s.value}
	}

	for rows.Next() {
		var (
			key string
			row stored
		)
		if err := rows.Scan(&key, &row.value, &row.updatedAt, &row.updatedBy); err != nil {
			return nil, fmt.Errorf("read the configuration: %w", err)
		}

		found[key] = row
	}

	return found, rows.Err()
}

// number reads a count or a flag.
func (s settings) number(key string) (int, error) {
	n, err := strconv.Atoi(s[key].value)
	if err != nil {
		return 0, fmt.Errorf("global_config %s: %w", key, err)
	}

	return n, nil
}

// latest is when, and by whom, the last of the keys was changed.
func (s settings) latest(keys ...string) (at *ops.Time, by *string) {
	for _, key := range keys {
		if t := s[key].updatedAt.Time; t != nil && (at == nil || t.After(at.Time)) {
			at, by = t, s[key].updatedBy
		}
	}

	return at, by
}

// writeSettings writes the values, by their key, in the given order.
func writeSettings(ctx context.Context, tx *sql.Tx, values []setting, by string, at time.Time) error {
	for _, v := range values {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO global_config (key, value, updated_at, updated_by) VALUES ($1, $2, $3, $4)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
			v.key, v.value, store.Time{Time: at}, by)
		if err != nil {
			return fmt.Errorf("write %s: %w", v.key, err)
		}
	}

	return nil
}

// settingsLock is held by whoever changes the configuration or admits an instance.
const settingsLock = 0x6f7073636f6e7367

// changeSettings runs fn in a transaction that has the configuration, and the
// admission of instances, for itself. SQLite has but one writer anyway.
func (cp *ControlPlane) changeSettings(ctx context.Context, fn func(tx *sql.Tx, current settings) error) error {
	return cp.db.Tx(ctx, func(tx *sql.Tx) error {
		if cp.db.Dialect() == store.Postgres {
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(settingsLock)); err != nil {
				return fmt.Errorf("wait for the configuration: %w", err)
			}
		}

		current, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}

		return fn(tx, current)
	})
}
