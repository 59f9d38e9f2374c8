package search_test

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// entries are the texts of audit entries, and searches what finds which of them, on every database.
func entries() []string {
	return []string{
		1: "OPS-4711: raise the limit for quarter end", 2: "Jürgen asked for more", 3: "JÜRGEN took it back", 4: "Straße gesperrt",
		5: "limit", 6: "λόγος ΛΟΓΟΣ", 7: "limits of Łódź, 2026-03-01", 8: "\u7a93\u53e3 \u30e1\u30f3\u30c6\u30ca\u30f3\u30b9", 9: "o'neil's \"quoted\" \\ words & a | b:*", 10: "",
	}
}

func searches() map[string][]int64 {
	return map[string][]int64{
		"limit": {7, 5, 1}, "LIM": {7, 5, 1}, "limits": {7}, "ops-4711": {1}, "4711": {1}, "711": nil, "limit raise": {1}, "raise RAISE": {1},
		"jürgen": {3, 2}, "JURGEN": {3, 2}, "ju\u0308rg": {3, 2}, "strasse": {4}, "STRASSE": {4}, "λόγος": {6}, "λογοσ": {6}, "Łódź": {7}, "łodz": {7},
		"2026-03": {7}, "\u7a93\u53e3": {8}, "\u30e1\u30f3\u30c6": {8}, "o'neil": {9}, "\"quoted": {9}, "' OR '1'='1": nil, "words & b": {9}, "b:*": {9, 3},
		"": nil, " -:*'\" ": nil, "nothing": nil, "10": {10}, "dave limit": {7, 5, 1}, "d": {10, 9, 8, 7, 6, 5, 4, 3, 2, 1},
		"a123456789012345678901234567890": nil,
	}
}

// TestBothDatabasesFindTheSame before the index is brought up to date, and after.
func TestBothDatabasesFindTheSame(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		for i, reason := range entries()[1:] {
			entry(t, db, int64(i+1), "dave", reason)
		}

		index := search.New(db)

		for _, when := range []string{"noted", "indexed", "indexed again"} {
			for text, want := range searches() {
				if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Audit, Text: text})); !slices.Equal(got, want) {
					t.Errorf("%s, %q: got %v, want %v", when, text, got, want)
				}
			}

			if err := index.CatchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}

		if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Audit, Text: "limit", Below: 7})); !slices.Equal(got, []int64{5, 1}) {
			t.Errorf("below 7: got %v, want 5 and 1", got)
		}

		if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Change, Text: "limit"})); len(got) > 0 {
			t.Errorf("of another kind: got %v, want none", got)
		}
	})
}

// TestWhatIsEditedIsFoundAsItIs before the index knows of it, and after; what is deleted is not found.
func TestWhatIsEditedIsFoundAsItIs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		exec(t, db, `INSERT INTO opsconsole_webhooks (revision, name, kind, url, secret, events_json, enabled, created_by, created_at, updated_at)
			VALUES (1, 'Status page', 'generic', 'https://secret.example', 'hidden', '[]', true, 'dave', '', '')`)

		index := search.New(db)
		expect := func(text string, want ...int64) {
			t.Helper()

			for _, when := range []string{"noted", "indexed"} {
				if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Webhook, Text: text})); !slices.Equal(got, want) {
					t.Errorf("%s, %q: got %v, want %v", when, text, got, want)
				}

				if when == "noted" && text != "status" {
					continue
				}

				if err := index.CatchUp(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}

		expect("secret")
		expect("hidden")
		expect("status", 1)
		exec(t, db, `UPDATE opsconsole_webhooks SET name = 'Pager'`)
		expect("pager", 1)
		expect("status")
		exec(t, db, `UPDATE opsconsole_webhooks SET deleted_at = '2026-03-01T00:00:00.000000Z'`)
		expect("pager")
	})
}

// TestWhatWasThereBeforeIsIndexedInPieces as if the index had come when there were rows already.
func TestWhatWasThereBeforeIsIndexedInPieces(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		const rows = 450

		for i := range rows {
			entry(t, db, int64(2*i+1), "dave", fmt.Sprintf("number n%d", i))
		}

		exec(t, db, `DELETE FROM opsconsole_search_noted`)
		exec(t, db, fmt.Sprintf(`UPDATE opsconsole_search_older SET below = %d WHERE kind = %d`, 2*rows, search.Audit))

		index := search.New(db)
		if complete, err := index.Complete(t.Context()); err != nil || complete {
			t.Errorf("got %t, %v, want that something is missing", complete, err)
		}

		entry(t, db, 2*rows+1, "dave", "number newer")

		if err := index.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}

		if complete, err := index.Complete(t.Context()); err != nil || !complete {
			t.Errorf("got %t, %v, want that nothing is missing", complete, err)
		}

		if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Audit, Text: "number"})); len(got) != rows+1 || got[0] != 2*rows+1 || got[rows] != 1 {
			t.Errorf("got %d, want all %d, the newest first", len(got), rows+1)
		}

		if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Audit, Text: "n0"})); !slices.Equal(got, []int64{1}) {
			t.Errorf("got %v, want the oldest", got)
		}
	})
}

// TestAChangeIsFoundByItsFieldsAndValues as the pages name them, and as the contract does.
func TestAChangeIsFoundByItsFieldsAndValues(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		exec(t, db, `INSERT INTO opsconsole_changes (section, at, actor, reason, source, outcome, before_json, after_json, fields, request_id, intent)
			VALUES ('concurrency', '2026-03-01T00:00:00.000000Z', 'Dave', 'quarter end', 'console', 'applied',
				'{"per_analyst": 5, "cluster_total": 7777}', '{"per_analyst": 1234567, "cluster_total": 7777}', 'per_analyst', 'r', 1)`)

		index := search.New(db)

		for text, want := range map[string]int{
			"per analyst": 1, "per_analyst": 1, "1234567": 1, "dave": 1, "concurrency quarter": 1, "7777": 0, "cluster": 0,
		} {
			if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Change, Text: text})); len(got) != want {
				t.Errorf("%q: got %v, want %d", text, got, want)
			}
		}
	})
}

// TestOwnersAreFoundOnceSeen however often they are seen.
func TestOwnersAreFoundOnceSeen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		index := search.New(db)

		at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

		for _, owners := range []*search.Owners{index.Owners(), index.Owners()} { // of two processes
			for _, at := range []time.Time{at.Add(-2 * time.Hour), at, at.Add(10 * time.Minute)} {
				if err := owners.See(t.Context(), []string{"alice@example.com", "bob"}, at); err != nil {
					t.Fatal(err)
				}
			}
		}

		// To the hour: what is ten minutes later is not written.
		want := []search.SeenOwner{{Username: "alice@example.com", Last: at}}
		if got, err := index.FindOwners(t.Context(), "EXAMPLE", 5); err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	})
}

func found(tb testing.TB, ids iter.Seq2[int64, error]) (out []int64) {
	tb.Helper()

	for id, err := range ids {
		if err != nil {
			tb.Fatal(err)
		}

		out = append(out, id)
	}

	return out
}

func entry(tb testing.TB, db *store.DB, seq int64, actor, reason string) {
	tb.Helper()
	exec(tb, db, `INSERT INTO opsconsole_audit (seq, at, actor, role, remote_addr, request_id, action, object, outcome, reason, intent,
		change_id, before_json, after_json, message, prev_hash, hash)
		VALUES ($1, '2026-03-01T00:00:00.000000Z', $2, 'ops', '', '', 'sign_in', '', 'done', $3, 0, 0, '', '', '', '', '')`, seq, actor, reason)
}

func exec(tb testing.TB, db *store.DB, statement string, args ...any) {
	tb.Helper()

	err := db.Tx(context.Background(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(tb.Context(), statement, args...)

		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// TestWhatIsRareAndOldIsFoundBehindWhatIsNew also behind more of it than is looked at first, in one order.
func TestWhatIsRareAndOldIsFoundBehindWhatIsNew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		const rows = 4100

		exec(t, db, fmt.Sprintf(`INSERT INTO opsconsole_audit (seq, at, actor, role, remote_addr, request_id, action, object, outcome, reason,
			intent, change_id, before_json, after_json, message, prev_hash, hash)
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			SELECT i, '2026-03-01T00:00:00.000000Z', 'dave', 'ops', '', '', 'sign_in', '', 'done',
				CASE WHEN i <= 3 OR i > 4098 THEN 'rare' ELSE '' END, 0, 0, '', '', '', '', '' FROM n`, rows))

		index := search.New(db)
		if err := index.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}

		for text, want := range map[string][]int64{"rare": {4100, 4099, 3, 2, 1}, "nothing": nil} {
			if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Audit, Text: text})); !slices.Equal(got, want) {
				t.Errorf("%q: got %v, want %v", text, got, want)
			}
		}

		if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Audit, Text: "rare", Below: 4100})); !slices.Equal(got, []int64{4099, 3, 2, 1}) {
			t.Errorf("below the newest: got %v", got)
		}
	})
}
