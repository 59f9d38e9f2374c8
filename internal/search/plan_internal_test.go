package search

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestASearchReadsOneSpanAtATime whatever the planner knows of a database: kind, span and words are one condition of the index, and
// no more is read than a span has.
func TestASearchReadsOneSpanAtATime(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.PostgresURL(t))

	const spans = 2

	statement := func(sql string) {
		t.Helper()

		if _, err := db.Write().ExecContext(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}

	statement(fmt.Sprintf(`INSERT INTO opsconsole_search (key, words) SELECT (%d::bigint << %d) + i,
		array_to_tsvector(ARRAY['common', CASE WHEN i < 3 THEN 'old' ELSE 'new' END]) FROM generate_series(1, %d) AS i`,
		Audit, keyBits, spans<<spanBits))

	for _, known := range []string{`SELECT 1`, `ANALYZE opsconsole_search`} {
		statement(known)

		for text, most := range map[string]int{"common": 1 << spanBits, "old": 0, "common old": 0, "nothing": 0, "new old": 0} {
			plan := storetest.Plan(t, db, `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) `+fmt.Sprintf(inNewestSpan, spanBits, batch),
				Audit.key(0), Audit.key(newest), typed(text))

			if !strings.Contains(plan, "Bitmap Index Scan on opsconsole_search_spanned_words") || strings.Contains(plan, "Seq Scan on opsconsole_search") || strings.Contains(plan, "JIT") {
				t.Errorf("%q does not go by the index:\n%s", text, plan)
			}

			for _, read := range regexp.MustCompile(`(?:Heap|Index).* on .*rows=(\d+)`).FindAllStringSubmatch(plan, -1) {
				if n, err := strconv.Atoi(read[1]); err != nil || n > max(most, 1) { // one tells the span
					t.Errorf("%q reads %s rows, want at most %d:\n%s", text, read[1], most, plan)
				}
			}
		}
	}

	ids, err := New(db).find(t.Context(), Audit, typed("old"), newest, batch)
	if err != nil || fmt.Sprint(ids) != "[2 1]" {
		t.Errorf("got %v, %v, want the two of the oldest span", ids, err)
	}
}
