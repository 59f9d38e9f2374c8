package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Stop ends every connection to a PostgreSQL database and lets nobody connect, as if its
// server was stopped; start lets everybody in again.
func Stop(tb testing.TB, db *store.DB, databaseURL string) (start func()) {
	tb.Helper()

	name := nameOf(tb, databaseURL)
	asAdmin(tb, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS false", endAll(name))
	dropIdle(db)

	return func() { asAdmin(tb, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS true") }
}

// MakeReadOnly has a PostgreSQL database take no writes, and SQLite none of db; writable undoes it.
func MakeReadOnly(tb testing.TB, db *store.DB, databaseURL string) (writable func()) {
	tb.Helper()

	if db.Dialect() == store.SQLite {
		onWriter(tb, db, "PRAGMA query_only = ON")

		return func() { onWriter(tb, db, "PRAGMA query_only = OFF") }
	}

	name := nameOf(tb, databaseURL)
	set := func(statement string) {
		asAdmin(tb, "ALTER DATABASE "+name+statement, endAll(name))
		dropIdle(db)
	}

	set(" SET default_transaction_read_only = on")

	return func() { set(" RESET default_transaction_read_only") }
}

// dropIdle has nobody find out by a connection that was ended.
func dropIdle(db *store.DB) {
	for _, pool := range []*sql.DB{db.Write(), db.Read()} {
		pool.SetMaxIdleConns(0)
		pool.SetMaxIdleConns(2)
	}
}

// FillDisk leaves a SQLite database no page to grow by; empty gives it room again.
func FillDisk(tb testing.TB, db *store.DB) (empty func()) {
	tb.Helper()

	onWriter(tb, db, "PRAGMA max_page_count = 1") // as many as there are

	return func() { onWriter(tb, db, "PRAGMA max_page_count = 1000000") }
}

// onWriter runs a statement on the one connection of SQLite that writes.
func onWriter(tb testing.TB, db *store.DB, statement string) {
	tb.Helper()

	var result string

	err := db.Write().QueryRowContext(context.WithoutCancel(tb.Context()), statement).Scan(&result)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		tb.Fatal(err)
	}
}

func asAdmin(tb testing.TB, statements ...string) {
	tb.Helper()

	admin, err := sql.Open("pgx", postgresServer(tb))
	if err != nil {
		tb.Fatal(err)
	}
	defer admin.Close()

	for _, statement := range statements {
		if _, err := admin.ExecContext(context.WithoutCancel(tb.Context()), statement); err != nil {
			tb.Fatal(err)
		}
	}
}

func endAll(name string) string {
	return fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'", name)
}

func nameOf(tb testing.TB, databaseURL string) string {
	tb.Helper()

	parsed, err := url.Parse(databaseURL)
	if err != nil {
		tb.Fatal(err)
	}

	return strings.TrimPrefix(parsed.Path, "/")
}
