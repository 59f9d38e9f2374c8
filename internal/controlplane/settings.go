package controlplane

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// insertDefaults dates them by the database's clock: nobody is there yet to pass one.
func insertDefaults(ctx context.Context, tx *sql.Tx, dialect store.Dialect) error {
	now := `strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now')`
	if dialect == store.Postgres {
		now = `to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
	}

	for _, section := range ops.Sections() {
		for _, f := range section.Fields {
			_, err := tx.ExecContext(ctx,
				`INSERT INTO global_config (key, value, description, updated_at) VALUES ($1, $2, $3, `+now+`)`,
				section.Key(f), encoded(f.Default), f.Label+": "+f.Help)
			if err != nil {
				return fmt.Errorf("write the default of %s: %w", section.Key(f), err)
			}
		}
	}

	return nil
}

// settings are the rows of global_config by their key.
type settings map[string]stored

type stored struct {
	value     string
	updatedAt nullTime
	updatedBy *string
}

func readSettings(ctx context.Context, q store.Querier) (settings, error) {
	rows, err := q.QueryContext(ctx, `SELECT key, value, updated_at, updated_by FROM global_config`)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer rows.Close()

	found := settings{}

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

// readConfigured is [readSettings], with the user. Where nothing is configured it finds no user either.
func readConfigured(ctx context.Context, q store.Querier, username string) (configured, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT key, value, c.updated_at, c.updated_by, is_active, last_login_at
		  FROM global_config c LEFT JOIN users u ON u.username = $1`, username)
	if err != nil {
		return configured{}, fmt.Errorf("read the configuration: %w", err)
	}
	defer rows.Close()

	found := configured{settings: make(settings, settingsLikely)}

	for rows.Next() {
		var (
			key    string
			row    stored
			active sql.NullInt64
			login  nullTime
		)
		if err := rows.Scan(&key, &row.value, &row.updatedAt, &row.updatedBy, &active, &login); err != nil {
			return configured{}, fmt.Errorf("read the configuration: %w", err)
		}

		if found.user == nil && active.Valid {
			found.user = &user{active: active.Int64 != 0, lastLogin: login}
		}

		found.settings[key] = row
	}

	return found, rows.Err()
}

// settingsLikely is about how many keys there are.
const settingsLikely = 16

// values are the section's fields as they are stored; a key that is not there has its
// default.
func (s settings) values(section ops.Section) (ops.Values, error) {
	values := ops.Values{}

	for _, f := range section.Fields {
		row, there := s[section.Key(f)]
		if !there {
			values[f.Name] = f.Default

			continue
		}

		value, err := decoded(f, row.value)
		if err != nil {
			return nil, unreadable(section.Key(f), row.value, f).Because(err)
		}

		values[f.Name] = value
	}

	return values, nil
}

// unreadable names a row and what is wrong with it: no value is guessed for it. All that needs none of
// it goes on.
func unreadable(key, value string, f ops.Field) *ops.Error {
	wanted := "a whole number"
	if f.Kind == ops.KindBool {
		wanted = "0 or 1"
	}

	return ops.Unavailable("configuration", fmt.Sprintf(
		"The row %s of the table global_config cannot be read: it holds %q and must be %s. "+
			"Set it through the control plane's API (PUT) or in the database", key, ops.Shorten(value, shownValue), wanted))
}

// shownValue is how much of a value that cannot be read is told, in characters.
const shownValue = 40

// unreadable are the errors of all rows that cannot be read.
func (s settings) unreadable() []error {
	var errs []error

	for _, section := range ops.Sections() {
		for _, f := range section.Fields {
			row, there := s[section.Key(f)]
			if !there {
				continue
			}

			if _, err := decoded(f, row.value); err != nil {
				errs = append(errs, unreadable(section.Key(f), row.value, f).Because(err))
			}
		}
	}

	return errs
}

// latest is when, and by whom, the last field of the section was changed.
func (s settings) latest(section ops.Section) (at *ops.Time, by *string) {
	for _, f := range section.Fields {
		row := s[section.Key(f)]
		if t := row.updatedAt.Time; t != nil && (at == nil || t.After(at.Time)) {
			at, by = t, row.updatedBy
		}
	}

	return at, by
}

// encoded writes a value as the table keeps it: 0 or 1, and "" for null.
func encoded(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "1"
		}

		return "0"
	default:
		return fmt.Sprint(v)
	}
}

// decoded reads a value as the table keeps it, and numbers and truths also as people write them there.
func decoded(f ops.Field, text string) (any, error) {
	switch f.Kind {
	case ops.KindInt:
		return strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	case ops.KindBool:
		return strconv.ParseBool(strings.ToLower(strings.TrimSpace(text)))
	case ops.KindDuration:
		if text == "" {
			return nil, nil //nolint:nilnil // no expiry is a value
		}
	case ops.KindText:
	}

	return text, nil
}

// writeSettings writes the values, in the section's order.
func writeSettings(ctx context.Context, tx *sql.Tx, section ops.Section, values ops.Values, by string, at time.Time) error {
	for _, f := range section.Fields {
		value, given := values[f.Name]
		if !given {
			continue
		}

		err := store.Send(ctx, tx, `
			INSERT INTO global_config (key, value, updated_at, updated_by) VALUES ($1, $2, $3, $4)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
			section.Key(f), encoded(value), store.Time{Time: at}, by)
		if err != nil {
			return fmt.Errorf("write %s: %w", section.Key(f), err)
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
			if err := store.Send(ctx, tx, `SELECT pg_advisory_xact_lock($1)`, int64(settingsLock)); err != nil {
				return fmt.Errorf("wait for the configuration: %w", err)
			}
		}

		current, err := readSettings(store.Along(ctx), tx)
		if err != nil {
			return err
		}

		return fn(tx, current)
	})
}
