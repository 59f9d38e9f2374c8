package store_test

import (
	"slices"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestARowHasNothingOfTheOneBefore reads full and empty ones in turn.
func TestARowHasNothingOfTheOneBefore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		const at = `'2026-03-01T14:00:00.000000Z'`

		rows, err := store.Select(t.Context(), db.Read(), `(
			SELECT 1 AS id, 'x' AS name, 7 AS parent, `+at+` AS at, `+at+` AS ended, '["a"]' AS tags UNION ALL
			SELECT 2, '', NULL AS parent, NULL AS at, NULL AS ended, NULL AS tags UNION ALL
			SELECT 3, 'z', 8, `+at+`, `+at+`, '["b"]') AS things`, (*thing).withID, "ORDER BY id")
		if err != nil || len(rows) != 3 {
			t.Fatalf("got %d rows, %v", len(rows), err)
		}

		if r := rows[1]; r.id != 2 || r.name != "" || r.parent != nil || !r.at.IsZero() || r.ended != nil || r.tags != nil {
			t.Errorf("got %+v, want an empty row", r)
		}

		first, last := rows[0], rows[2]
		if *first.parent != 7 || *last.parent != 8 || first.ended == last.ended || !slices.Equal(first.tags, []string{"a"}) ||
			!slices.Equal(last.tags, []string{"b"}) || first.name != "x" || first.at.IsZero() {
			t.Errorf("got %+v and %+v, want each with its own", first, last)
		}
	})
}
