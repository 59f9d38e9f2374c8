package storetest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
)

// fillAtOnce is how many rows one statement inserts: databases bound its arguments.
const fillAtOnce = 500

// Fill inserts rows into "table (column, …)" for benchmarks. PostgreSQL then tidies up,
// which it does by itself sooner or later.
func Fill(tb testing.TB, db *store.DB, into string, rows [][]any) {
	tb.Helper()

	err := db.Tx(tb.Context(), func(tx *sql.Tx) error {
		for start := 0; start < len(rows); start += fillAtOnce {
			statement, args := insertion(into, rows[start:min(start+fillAtOnce, len(rows))])
			if _, err := tx.ExecContext(tb.Context(), statement, args...); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}

	if db.Dialect() != store.Postgres {
		return
	}

	if _, err := db.Write().ExecContext(tb.Context(), `VACUUM ANALYZE`); err != nil {
		tb.Fatal(err)
	}
}

// insertion is one statement for all the rows.
func insertion(into string, rows [][]any) (statement string, args []any) {
	var b strings.Builder

	fmt.Fprintf(&b, "INSERT INTO %s VALUES ", into)

	for i, row := range rows {
		b.WriteString([]string{"(", ", ("}[min(i, 1)])

		for j, value := range row {
			args = append(args, value)
			fmt.Fprintf(&b, []string{"$%d", ", $%d"}[min(j, 1)], len(args))
		}

		b.WriteString(")")
	}

	return b.String(), args
}
