package jobqueue

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/graph-olap/opsconsole/internal/calmlog"
	"github.com/graph-olap/opsconsole/internal/store"
)

// postgresSchema is where River's tables are on PostgreSQL.
const postgresSchema = "opsconsole_river"

// driver returns River's driver for a database, and the schema of its tables.
func driver(dialect store.Dialect, pool *sql.DB) (d riverdriver.Driver[*sql.Tx], schema string) {
	if dialect == store.Postgres {
		return riverdatabasesql.New(pool), postgresSchema
	}

	return riversqlite.New(pool), ""
}

// Migrate makes River's tables, or brings them to the version that this River needs.
// Replicas that start together do so one after the other.
func Migrate(ctx context.Context, db *store.DB, logger *slog.Logger) error {
	done, err := isMigrated(ctx, db, logger)
	if done || err != nil {
		return err
	}

	return db.Alone(ctx, func(ctx context.Context, pool *sql.DB) error { return migrate(ctx, db.Dialect(), pool, logger) })
}

// isMigrated reports whether River has nothing to do, in one look instead of the ten that it takes itself.
func isMigrated(ctx context.Context, db *store.DB, logger *slog.Logger) (bool, error) {
	d, schema := driver(db.Dialect(), db.Write())

	migrator, err := rivermigrate.New(d, &rivermigrate.Config{Logger: quiet(logger), Schema: schema})
	if err != nil {
		return false, err
	}

	table := "river_migration"
	if schema != "" {
		table = schema + "." + table
	}

	var versions []int64
	for _, migration := range migrator.AllVersions() {
		versions = append(versions, int64(migration.Version))
	}

	return db.HasVersions(ctx, `SELECT version FROM `+table+` WHERE line = 'main'`, versions), nil
}

func migrate(ctx context.Context, dialect store.Dialect, pool *sql.DB, logger *slog.Logger) error {
	d, schema := driver(dialect, pool)

	if schema != "" {
		if err := createSchema(ctx, pool, schema); err != nil {
			return err
		}
	}

	migrator, err := rivermigrate.New(d, &rivermigrate.Config{Logger: quiet(logger), Schema: schema})
	if err != nil {
		return err
	}

	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate River's tables: %w", err)
	}

	return nil
}

// createSchema looks first: PostgreSQL wants CREATE on the database for CREATE SCHEMA IF NOT EXISTS, also
// where it exists and of its owner.
func createSchema(ctx context.Context, pool *sql.DB, schema string) error {
	var there bool
	if err := pool.QueryRowContext(ctx, `SELECT to_regnamespace($1) IS NOT NULL`, schema).Scan(&there); err != nil {
		return fmt.Errorf("look for the schema %s: %w", schema, err)
	}

	if there {
		return nil
	}

	if _, err := pool.ExecContext(ctx, `CREATE SCHEMA `+schema); err != nil {
		return fmt.Errorf("create the schema %s, for which the database user needs CREATE on the database; an administrator can create it "+
			"instead, with CREATE SCHEMA %s AUTHORIZATION and the user: %w", schema, schema, err)
	}

	return nil
}

// quiet lets River's warnings and errors through: what it does otherwise is told by
// the packages whose jobs it runs. What it says every half a second while the database is in
// trouble it says as text, so that nothing tells it from the rest: what says the same is said once
// a minute, with how often it came.
func quiet(logger *slog.Logger) *slog.Logger {
	always := func(slog.Record) bool { return true }

	return slog.New(calmlog.New(atLeastWarn{logger.Handler()}, always)).With("component", "river")
}

type atLeastWarn struct{ slog.Handler }

func (h atLeastWarn) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

func (h atLeastWarn) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atLeastWarn{h.Handler.WithAttrs(attrs)}
}

func (h atLeastWarn) WithGroup(name string) slog.Handler {
	return atLeastWarn{h.Handler.WithGroup(name)}
}
