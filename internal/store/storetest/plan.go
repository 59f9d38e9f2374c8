package storetest

import (
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Plan returns what a database answers to an EXPLAIN, or SQLite to an EXPLAIN QUERY PLAN: its last column, a line a row.
func Plan(tb testing.TB, db *store.DB, explain string, args ...any) (plan string) {
	tb.Helper()

	rows, err := db.Read().QueryContext(tb.Context(), explain, args...)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()

	names, err := rows.Columns()
	if err != nil {
		tb.Fatal(err)
	}

	var line string

	columns := make([]any, len(names))
	for i := range columns {
		columns[i] = new(any)
	}

	columns[len(columns)-1] = &line

	for rows.Next() {
		if err := rows.Scan(columns...); err != nil {
			tb.Fatal(err)
		}

		plan += line + "\n"
	}

	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}

	return plan
}
