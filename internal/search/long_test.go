package search_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestLongTextsOfAnEarlierVersionAreIndexedOnceMore by the migration, of each kind that may have them, and short ones are not.
func TestLongTextsOfAnEarlierVersionAreIndexedOnceMore(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))

	var long strings.Builder
	for i := range 400 {
		fmt.Fprintf(&long, "w%d ", i)
	}

	long.WriteString("needle")
	entry(t, db, 1, "dave", long.String())
	entry(t, db, 2, "dave", "needle")
	exec(t, db, `INSERT INTO opsconsole_changes (section, at, actor, source, fields, before_json, after_json, reason, outcome, request_id, intent)
		VALUES ('maintenance', '2026-03-01T00:00:00.000000Z', 'dave', 'console', 'message', '{}', $1, '', 'applied', '', 0)`,
		`{"message":"`+long.String()+`"}`)
	exec(t, db, `DELETE FROM opsconsole_search_noted`) // as an earlier version indexed them, without the last word

	migrateAgain(t, db, "00175")

	index := search.New(db)
	if err := index.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}

	for kind, want := range map[search.Kind][]int64{search.Audit: {1}, search.Change: {1}} {
		if got := found(t, index.Found(t.Context(), search.Query{Kind: kind, Text: "needle"})); !slices.Equal(got, want) {
			t.Errorf("kind %d: got %v, want %v alone", kind, got, want)
		}
	}
}

// migrateAgain carries out a migration of SQLite once more.
func migrateAgain(t *testing.T, db *store.DB, version string) {
	t.Helper()

	files, err := filepath.Glob("../store/migrations/sqlite/" + version + "_*.sql")
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}

	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}

	up, _, _ := strings.Cut(string(text), "-- +goose Down")
	exec(t, db, up)
}
