package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"github.com/graph-olap/opsconsole/internal/failpoint"
)

//go:embed migrations
var migrations embed.FS

// versionTable is goose's own; it has our prefix, as everything we add to a
// database that may belong to the platform.
const versionTable = "opsconsole_migrations"

// NewerError says that a newer version of the program has migrated the database.
type NewerError struct {
	// Has is the version of the database, and Known the newest that this program knows.
	Has, Known int64
}

// Error is a sentence without its full stop.
func (e *NewerError) Error() string {
	const advice = "Run the newer version again; to go back to this one for a while anyway, start it with --allow-newer-schema"

	return fmt.Sprintf("a newer version of opsconsole has migrated the database: "+
		"it has the schema %d, and this version knows those up to %d. %s", e.Has, e.Known, advice)
}

// Migrate brings opsconsole's own tables to the newest version; a [NewerError] says that they are
// newer. On PostgreSQL replicas that start together do so one after the other.
func (db *DB) Migrate(ctx context.Context) error {
	dir, err := fs.Sub(migrations, "migrations/"+string(db.dialect))
	if err != nil {
		return err
	}

	return db.migrateTo(ctx, dir)
}

// migrateTo brings the tables to the newest version of a folder of migrations.
func (db *DB) migrateTo(ctx context.Context, dir fs.FS) error {
	dialect := database.DialectSQLite3
	if db.dialect == Postgres {
		dialect = database.DialectPostgres
	}

	versions, err := database.NewStore(dialect, versionTable)
	if err != nil {
		return err
	}

	if done, err := db.isMigrated(ctx, dir); done || err != nil {
		return err
	}

	return db.Alone(ctx, func(ctx context.Context, pool *sql.DB) error {
		provider, err := goose.NewProvider(goose.DialectCustom, pool, dir, goose.WithStore(versions))
		if err != nil {
			return fmt.Errorf("read the migrations: %w", err)
		}

		if has, known, err := provider.GetVersions(ctx); err != nil {
			return fmt.Errorf("read the version of the %s database: %w", db.dialect, err)
		} else if has > known {
			return &NewerError{Has: has, Known: known}
		}

		return db.migrateOn(ctx, provider)
	})
}

// isMigrated reports whether all migrations were done, in one look: nearly every start finds nothing to do, and need
// not wait for its turn. What it cannot read is for the migration to say.
func (db *DB) isMigrated(ctx context.Context, dir fs.FS) (bool, error) {
	names, err := fs.Glob(dir, "*.sql")
	if err != nil {
		return false, err
	}

	versions := make([]int64, len(names))
	for i, name := range names {
		if versions[i], err = goose.NumericComponent(name); err != nil {
			return false, err
		}
	}

	return db.HasVersions(ctx, `SELECT version_id FROM `+versionTable+` WHERE version_id > 0 AND is_applied`, versions), nil
}

// HasVersions reports whether a query finds just these versions of a schema. It says no where the query fails, as it does
// on a database without the table.
func (db *DB) HasVersions(ctx context.Context, query string, versions []int64) bool {
	rows, err := db.write.QueryContext(ctx, query)
	if err != nil {
		return false
	}
	defer rows.Close()

	missing := map[int64]bool{}
	for _, version := range versions {
		missing[version] = true
	}

	for rows.Next() {
		var version int64
		if err := rows.Scan(&version); err != nil || !missing[version] {
			return false
		}

		delete(missing, version)
	}

	return rows.Err() == nil && len(missing) == 0
}

// migrateOn does one migration after the other: each is a transaction of its own.
func (db *DB) migrateOn(ctx context.Context, provider *goose.Provider) error {
	for {
		if _, err := provider.UpByOne(ctx); errors.Is(err, goose.ErrNoNextVersion) {
			return nil
		} else if err != nil {
			return fmt.Errorf("migrate the %s database: %w", db.dialect, err)
		}

		failpoint.Reach(failpoint.MigrationDone)
	}
}
