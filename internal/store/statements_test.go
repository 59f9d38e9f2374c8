package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

func numbers(t *testing.T, rows *sql.Rows) (read []int) {
	t.Helper()

	defer rows.Close()

	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}

		read = append(read, n)
	}

	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}

	return read
}

const upTo = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n`

// TestAStatementIsReadTwiceAtOnce on one connection, as within a transaction, and each has its own rows.
func TestAStatementIsReadTwiceAtOnce(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))

	err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		first, err := tx.QueryContext(t.Context(), upTo, 3)
		if err != nil {
			return err
		}
		defer first.Close()

		if !first.Next() {
			return errors.New("there is no row")
		}

		second, err := tx.QueryContext(t.Context(), upTo, 5)
		if err != nil {
			return err
		}

		if got := fmt.Sprint(numbers(t, second), numbers(t, first)); got != "[1 2 3 4 5] [2 3]" {
			t.Errorf("got %s", got)
		}

		third, err := tx.QueryContext(t.Context(), upTo, 2)
		if err != nil {
			return err
		}

		if got := fmt.Sprint(numbers(t, third)); got != "[1 2]" {
			t.Errorf("got %s after both were read", got)
		}

		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestAStatementOutlivesWhatBecomesOfItsTable: a column more, an index less, and what failed.
func TestAStatementOutlivesWhatBecomesOfItsTable(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))
	exec := func(statement string, args ...any) error {
		return db.Tx(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), statement, args...)

			return err
		})
	}
	must := func(err error) {
		t.Helper()

		if err != nil {
			t.Fatal(err)
		}
	}
	count := func() (n int) {
		must(db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM things WHERE name >= $1`, "a").Scan(&n))

		return n
	}

	const insert = `INSERT INTO things (name) VALUES ($1)`

	must(exec(`CREATE TABLE things (name TEXT NOT NULL)`))
	must(exec(`CREATE UNIQUE INDEX things_name ON things (name)`))
	must(exec(insert, "a"))

	if err := exec(insert, "a"); !store.IsUnique(err) {
		t.Errorf("got %v, want that it is there already", err)
	}

	must(exec(insert, "b")) // What failed before is none the worse for it.

	if n := count(); n != 2 {
		t.Errorf("got %d rows, want 2", n)
	}

	must(exec(`ALTER TABLE things ADD COLUMN size INTEGER`))
	must(exec(`DROP INDEX things_name`))
	must(exec(insert, "a"))

	if n := count(); n != 3 {
		t.Errorf("got %d rows after the table changed, want 3", n)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	if _, err := db.Read().ExecContext(ctx, insert, "c"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
}

// TestMoreStatementsThanAreKept are all carried out.
func TestMoreStatementsThanAreKept(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))

	for i := range 500 {
		var got int

		err := db.Read().QueryRowContext(t.Context(), fmt.Sprintf(`SELECT $1 + %d`, i%250), 1).Scan(&got)
		if err != nil || got != 1+i%250 {
			t.Fatalf("statement %d: got %d, %v", i, got, err)
		}
	}
}

// BenchmarkStatement reads a row of a section, as pages do again and again.
func BenchmarkStatement(b *testing.B) {
	db := storetest.Open(b, storetest.SQLiteURL(b))

	for b.Loop() {
		var revision int64

		err := db.Read().QueryRowContext(b.Context(), `
			SELECT r.revision FROM opsconsole_sections s
			JOIN opsconsole_revisions r ON r.section = s.section AND r.revision = s.revision WHERE s.section = $1`, "export").Scan(&revision)
		if !errors.Is(err, sql.ErrNoRows) {
			b.Fatal(err)
		}
	}
}
