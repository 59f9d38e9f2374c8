package storetest

import (
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Plan returns what PostgreSQL answers to an EXPLAIN, a line a row.
func Plan(tb testing.TB, db *store.DB, explain string, args ...any) (plan string) {
	tb.Helper()

	rows, err := db.Read().QueryContext(tb.Context(), explain, args...)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()

	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			tb.Fatal(err)
		}

		plan += line + "\n"
	}

	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}

	return plan
}
