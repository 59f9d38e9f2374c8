// Package storetest gives each test a database of its own: a SQLite file, and a
// database on the PostgreSQL server that the test task starts.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/oklog/ulid/v2"

	"github.com/graph-olap/opsconsole/internal/store"
)

// PostgresURLVariable names the environment variable with the URL of a PostgreSQL
// server on which tests may create databases; ./task test sets it.
const PostgresURLVariable = "OPSCONSOLE_TEST_POSTGRES_URL"

// migrated has opsconsole's own tables.
//
//nolint:gochecknoglobals // made once for all tests of a package
var migrated = NewTemplate(func(ctx context.Context, db *store.DB) error { return db.Migrate(ctx) })

// Each runs fn as a parallel subtest on a migrated SQLite and on a migrated
// PostgreSQL database.
func Each(t *testing.T, fn func(t *testing.T, db *store.DB)) {
	t.Helper()
	migrated.Each(t, fn)
}

// Open opens and migrates the database, and closes it when the test ends.
func Open(tb testing.TB, databaseURL string) *store.DB {
	tb.Helper()

	db, err := store.Open(tb.Context(), databaseURL)
	if err != nil {
		tb.Fatal(err)
	}

	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})

	if err := db.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}

	return db
}

// SQLiteURL names a migrated SQLite file.
func SQLiteURL(tb testing.TB) string {
	tb.Helper()

	return migrated.SQLiteURL(tb)
}

// PostgresURL names a migrated database, which is dropped when the test ends. Without a
// server the test is skipped by name, and fails in CI.
func PostgresURL(tb testing.TB) string {
	tb.Helper()

	return migrated.PostgresURL(tb)
}

// EmptyPostgresURL is PostgresURL without a table.
func EmptyPostgresURL(tb testing.TB) string {
	tb.Helper()

	return createPostgres(tb, postgresServer(tb), "template1")
}

// postgresServer is the URL of the server on which tests may create databases.
func postgresServer(tb testing.TB) string {
	tb.Helper()

	server := os.Getenv(PostgresURLVariable)
	if server == "" {
		if os.Getenv("CI") != "" {
			tb.Fatalf("%s is not set: run the tests with ./task test", PostgresURLVariable)
		}

		tb.Skipf("needs PostgreSQL: %s is not set (./task test starts one)", PostgresURLVariable)
	}

	return server
}

// createPostgres copies a database, and drops the copy when the test ends.
func createPostgres(tb testing.TB, server, template string) string {
	tb.Helper()

	admin, err := sql.Open("pgx", server)
	if err != nil {
		tb.Fatal(err)
	}

	name := "test_" + strings.ToLower(ulid.Make().String())
	if _, err := admin.ExecContext(tb.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		tb.Fatal(err)
	}

	tb.Cleanup(func() {
		// The test's own context is cancelled before its clean-up runs.
		ctx := context.WithoutCancel(tb.Context())
		if _, err := admin.ExecContext(ctx, fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name)); err != nil {
			tb.Error(err)
		}

		if err := admin.Close(); err != nil {
			tb.Error(err)
		}
	})

	named, err := databaseURL(server, name)
	if err != nil {
		tb.Fatal(err)
	}

	return named
}
