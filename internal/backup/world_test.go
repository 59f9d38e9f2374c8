package backup_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/backup"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

var migrated = storetest.NewTemplate(func(ctx context.Context, db *store.DB) error { return db.Migrate(ctx) })

func madeAt() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func log(db *store.DB) *audit.Log { return audit.New(db, madeAt) }

// used is a database with some entries and somebody who is signed in.
func used(t *testing.T, databaseURL string) *store.DB {
	t.Helper()

	db := storetest.Open(t, databaseURL)
	for range 3 {
		record(t, db)
	}

	if err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO opsconsole_sessions
			(id_hash, username, subject, email, name, role, roles, tokens, created_at, last_seen_at, expires_at)
			VALUES ('h', 'dave', 's', 'd@example.com', 'Dave', 'ops', '[]', $1, $2, $2, $2)`,
			[]byte(token), store.Time{Time: madeAt()})

		return err
	}); err != nil {
		t.Fatal(err)
	}

	return db
}

const token = "a refresh token that nobody finds in a backup"

func record(t *testing.T, db *store.DB) int64 {
	t.Helper()

	entry, err := log(db).Record(t.Context(), audit.Actor{Username: "dave", Role: "ops"},
		audit.Entry{Action: audit.PointCreate, Object: "points/1", Outcome: audit.Done, Reason: "Before the release"})
	if err != nil {
		t.Fatal(err)
	}

	return entry.Seq
}

// restoration is into a place where nothing is yet.
func restoration(t *testing.T) backup.Restoration {
	t.Helper()

	return backup.Restoration{DatabaseURL: "sqlite://" + filepath.Join(t.TempDir(), "new.db"), Reason: "The disk was lost", Log: log}
}

// mustRestore restores the file and returns what came of it.
func mustRestore(t *testing.T, file string) (*store.DB, backup.Contents) {
	t.Helper()

	r := restoration(t)

	contents, err := backup.Restore(t.Context(), file, r)
	if err != nil {
		t.Fatal(err)
	}

	return storetest.Open(t, r.DatabaseURL), contents
}

func wantWhole(t *testing.T, db *store.DB) {
	t.Helper()

	if state, err := log(db).Verify(t.Context()); err != nil || state.Broken != "" {
		t.Errorf("got %+v, %v, want a whole log", state, err)
	}
}

func wantRefused(t *testing.T, err error, words string) {
	t.Helper()

	if err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("got %v, want it refused with %q", err, words)
	}
}

// wantOnly checks that nothing else was left in the folder.
func wantOnly(t *testing.T, dir string, names ...string) {
	t.Helper()

	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}

	got := make([]string, len(files))
	for i, file := range files {
		got[i] = file.Name()
	}

	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("got the files %v in %s, want %v", got, filepath.Base(dir), names)
	}
}
