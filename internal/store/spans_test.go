package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestSpansAreMadeBesideAReplicaThatIndexes: one of the version before is half-way through a piece of the index when the
// next one empties it.
func TestSpansAreMadeBesideAReplicaThatIndexes(t *testing.T) {
	t.Parallel()

	db, dir := openWithin(t, storetest.EmptyPostgresURL(t), store.DefaultLimits()), t.TempDir()

	if err := os.CopyFS(dir, os.DirFS("migrations/postgres")); err != nil {
		t.Fatal(err)
	}

	files, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err != nil {
		t.Fatal(err)
	}

	for _, file := range files {
		if filepath.Base(file) < "00169" {
			continue
		}

		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}

	if err := store.MigrateTo(db, t.Context(), os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}

	migrated := make(chan error, 1)

	if err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), `SELECT kind FROM opsconsole_search_older ORDER BY kind FOR UPDATE`); err != nil {
			return err
		}

		go func() { migrated <- db.Migrate(t.Context()) }()

		const waits = `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()
			AND locktype IN ('relation', 'tuple', 'transactionid') AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database()))`

		for waiting := false; !waiting; <-time.After(10 * time.Millisecond) {
			if err := db.Read().QueryRowContext(t.Context(), waits).Scan(&waiting); err != nil {
				return err
			}
		}

		_, err := tx.ExecContext(t.Context(), `INSERT INTO opsconsole_search (key, words) VALUES (1, 'word')`)

		return err
	}); err != nil {
		t.Errorf("who indexes is ended: %v", err)
	}

	if err := <-migrated; err != nil {
		t.Errorf("the migration is ended: %v", err)
	}

	var left int
	if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM opsconsole_search`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d words are in the index without their spans, %v", left, err)
	}
}
