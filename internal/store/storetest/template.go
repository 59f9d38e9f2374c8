package storetest

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oklog/ulid/v2"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Template is a database that is prepared once for all tests of a package, each of which
// gets a copy: copying costs milliseconds where migrating costs tenths of a second.
type Template struct {
	prepare func(ctx context.Context, db *store.DB) error

	sqlite   func() ([]byte, error)
	postgres func() (string, error)
}

// NewTemplate returns the template that prepare makes of an empty database.
func NewTemplate(prepare func(ctx context.Context, db *store.DB) error) *Template {
	t := &Template{prepare: prepare}
	t.sqlite, t.postgres = sync.OnceValues(t.makeSQLite), sync.OnceValues(t.makePostgres)

	return t
}

// Each runs fn as a parallel subtest on a copy in SQLite and on one in PostgreSQL.
func (template *Template) Each(t *testing.T, fn func(t *testing.T, db *store.DB)) {
	t.Helper()

	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, template.SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, template.Postgres(t))
	})
}

// SQLite opens a copy, and closes it when the test ends.
func (template *Template) SQLite(tb testing.TB) *store.DB {
	tb.Helper()

	return Open(tb, template.SQLiteURL(tb))
}

// SQLiteURL names a copy that nobody has opened yet.
func (template *Template) SQLiteURL(tb testing.TB) string {
	tb.Helper()

	content, err := template.sqlite()
	if err != nil {
		tb.Fatal(err)
	}

	path := filepath.Join(folder(tb), "test.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		tb.Fatal(err)
	}

	return "sqlite://" + path
}

// Postgres opens a copy, and closes and drops it when the test ends.
func (template *Template) Postgres(tb testing.TB) *store.DB {
	tb.Helper()

	return Open(tb, template.PostgresURL(tb))
}

// PostgresURL names a copy, which is dropped when the test ends. Without a server the test is
// skipped by name, and fails in CI.
func (template *Template) PostgresURL(tb testing.TB) string {
	tb.Helper()

	server := postgresServer(tb)

	name, err := template.postgres()
	if err != nil {
		tb.Fatal(err)
	}

	return createPostgres(tb, server, name)
}

// makeSQLite returns the prepared database as the content of its file.
func (template *Template) makeSQLite() (content []byte, err error) {
	dir, remove, err := newFolder()
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, remove()) }()

	path := filepath.Join(dir, "template.db")
	if err := template.fill("sqlite://" + path); err != nil {
		return nil, err
	}

	return os.ReadFile(path)
}

// makePostgres returns the name of the prepared database.
func (template *Template) makePostgres() (name string, err error) {
	ctx, server := context.Background(), os.Getenv(PostgresURLVariable)

	admin, err := sql.Open("pgx", server)
	if err != nil {
		return "", err
	}
	// This connection is never closed: its lock says that the template is in use, until the process ends.
	admin.SetMaxOpenConns(1)

	if err := dropAbandoned(ctx, admin); err != nil {
		return "", err
	}

	name = templatePrefix + strings.ToLower(ulid.Make().String())

	for _, statement := range []string{
		"SELECT pg_advisory_lock(hashtext('" + name + "'))", "CREATE DATABASE " + name,
	} {
		if _, err := admin.ExecContext(ctx, statement); err != nil {
			return "", err
		}
	}

	templateURL, err := databaseURL(server, name)
	if err != nil {
		return "", err
	}

	return name, template.fill(templateURL)
}

// fill prepares the database and closes it, so that all of it is in its file, and nobody is
// connected to it who would keep it from being copied.
func (template *Template) fill(databaseURL string) (err error) {
	ctx := context.Background()

	db, err := store.Open(ctx, databaseURL)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, db.Close()) }()

	return template.prepare(ctx, db)
}

const templatePrefix = "test_template_"

// dropAbandoned drops the templates of processes that have ended.
func dropAbandoned(ctx context.Context, admin *sql.DB) error {
	var names []string

	rows, err := admin.QueryContext(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, '"+templatePrefix+"')")
	if err != nil {
		return err
	}
	defer rows.Close()

	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}

		names = append(names, name)
	}

	if err := rows.Err(); err != nil {
		return err
	}

	for _, name := range names {
		var abandoned bool
		if err := admin.QueryRowContext(ctx, "SELECT pg_try_advisory_lock(hashtext($1))", name).Scan(&abandoned); err != nil {
			return err
		}

		if !abandoned {
			continue
		}

		if _, err := admin.ExecContext(ctx, "DROP DATABASE IF EXISTS "+name); err != nil {
			return err
		}

		if _, err := admin.ExecContext(ctx, "SELECT pg_advisory_unlock(hashtext($1))", name); err != nil {
			return err
		}
	}

	return nil
}

func databaseURL(server, name string) (string, error) {
	parsed, err := url.Parse(server)
	if err != nil {
		return "", err
	}

	parsed.Path = "/" + name

	return parsed.String(), nil
}
