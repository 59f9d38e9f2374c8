package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations
var migrations embed.FS

// versionTable is goose's own; it has our prefix, as everything we add to a
// database that may belong to the platform.
const versionTable = "opsconsole_migrations"

// Migrate brings opsconsole's own tables to the newest version. On PostgreSQL replicas
// that start together do so one after the other.
func (db *DB) Migrate(ctx context.Context) error {
	dir, err := fs.Sub(migrations, "migrations/"+string(db.dialect))
	if err != nil {
		return err
	}

	dialect := database.DialectSQLite3
	if db.dialect == Postgres {
		dialect = database.DialectPostgres
	}

	versions, err := database.NewStore(dialect, versionTable)
	if err != nil {
		return err
	}

	return db.Alone(ctx, func(ctx context.Context, pool *sql.DB) error {
		provider, err := goose.NewProvider(goose.DialectCustom, pool, dir, goose.WithStore(versions))
		if err != nil {
			return fmt.Errorf("read the migrations: %w", err)
		}

		if _, err := provider.Up(ctx); err != nil {
			return fmt.Errorf("migrate the %s database: %w", db.dialect, err)
		}

		return nil
	})
}
