package backup_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/backup"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

func TestABackupIsRestored(t *testing.T) {
	t.Parallel()

	databaseURL, dir := migrated.SQLiteURL(t), t.TempDir()
	used(t, databaseURL)

	file := filepath.Join(dir, "b.db")

	made, err := backup.Write(t.Context(), databaseURL, file, madeAt())
	if err != nil || made.Entries != 3 || !made.MadeAt.Equal(madeAt()) || made.Head == "" {
		t.Fatalf("got %+v, %v, want 3 entries, and when it was made", made, err)
	}

	wantOnly(t, dir, "b.db")

	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want it readable by this user alone", info.Mode(), err)
	}

	if content, err := os.ReadFile(file); err != nil || bytes.Contains(content, []byte(token)) {
		t.Errorf("got the tokens of a session in the file, or %v, want none", err)
	}

	db, contents := mustRestore(t, file)
	if contents != made {
		t.Errorf("got %+v, want what was written, %+v", contents, made)
	}

	wantWhole(t, db)

	// The log says that it was restored, and goes on.
	page, err := log(db).List(t.Context(), audit.Filter{Action: audit.DatabaseRestore})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("got %+v, %v, want an entry of the restoration", page.Items, err)
	}

	if e := page.Items[0]; e.Seq != 4 || e.Reason != "The disk was lost" ||
		e.Message != "Restored from a backup made at 2026-03-01T12:00:00Z, which ends with entry 3. Nothing recorded later is in it." {
		t.Errorf("got %+v, want why, and from which backup", e)
	}

	if seq := record(t, db); seq != 5 {
		t.Errorf("got entry %d, want the log to go on with 5", seq)
	}

	var sessions int
	if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM opsconsole_sessions`).Scan(&sessions); err != nil || sessions != 0 {
		t.Errorf("got %d sessions, %v, want none that were left out", sessions, err)
	}

	// It can be backed up again.
	if _, err := backup.Write(t.Context(), databaseURL, filepath.Join(dir, "c.db"), madeAt()); err != nil {
		t.Error(err)
	}
}

// TestDurabilityOfBackups backs up while others write, and restores: whatever was acknowledged before
// the backup began is there.
func TestDurabilityOfBackups(t *testing.T) {
	t.Parallel()
	worldtest.Seeds(t, "sqlite", drill)
}

func drill(t *testing.T, seed uint64) {
	t.Helper()

	const drills, writers = 50, 3

	random := rand.New(rand.NewPCG(seed, 0))

	databaseURL, dir := migrated.SQLiteURL(t), t.TempDir()
	db := used(t, databaseURL)

	var (
		acknowledged atomic.Int64
		group        sync.WaitGroup
	)

	ctx, stop := context.WithCancel(t.Context())

	defer group.Wait()
	defer stop()

	for range writers {
		pause := time.Duration(30+random.IntN(40)) * time.Millisecond

		group.Go(func() {
			for often := time.NewTicker(pause); ctx.Err() == nil; <-often.C {
				entry, err := log(db).Record(context.WithoutCancel(ctx), audit.Actor{Username: "dave", Role: "ops"},
					audit.Entry{Action: audit.PointCreate, Object: "points/1", Outcome: audit.Done})
				if err != nil {
					t.Error(err)

					return
				}

				raise(&acknowledged, entry.Seq)
			}
		})
	}

	for range drills {
		file := filepath.Join(dir, "b.db")
		before := acknowledged.Load()

		made, err := backup.Write(t.Context(), databaseURL, file, madeAt())
		if err != nil || made.Entries < before {
			t.Fatalf("got %+v, %v, want %d entries at least", made, err, before)
		}

		restored, contents := mustRestore(t, file)
		if contents.Entries < before {
			t.Errorf("got %d entries, want the %d that were acknowledged before", contents.Entries, before)
		}

		wantWhole(t, restored)

		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

// raise has the highest number win.
func raise(highest *atomic.Int64, n int64) {
	for {
		seen := highest.Load()
		if n <= seen || highest.CompareAndSwap(seen, n) {
			return
		}
	}
}

func TestWhatIsNotRestored(t *testing.T) {
	t.Parallel()

	databaseURL, dir := migrated.SQLiteURL(t), t.TempDir()
	used(t, databaseURL)

	file := filepath.Join(dir, "b.db")
	if _, err := backup.Write(t.Context(), databaseURL, file, madeAt()); err != nil {
		t.Fatal(err)
	}

	// A name that is taken, by a backup or by a database.
	_, err := backup.Write(t.Context(), databaseURL, file, madeAt())
	wantRefused(t, err, "already exists")

	r := restoration(t)
	r.DatabaseURL = databaseURL
	_, err = backup.Restore(t.Context(), file, r)
	wantRefused(t, err, "nothing was changed")

	// A place that a running console has.
	r = restoration(t)

	release, err := store.LockSQLite(t.Context(), r.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}

	if err := release(); err != nil {
		t.Fatal(err)
	}

	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	for words, spoil := range map[string]func([]byte) []byte{
		"not a database": func([]byte) []byte { return bytes.Repeat([]byte("Dear Sir, "), 5000) },
		"damaged": func(b []byte) []byte {
			// The pages are 4096 bytes long; the first tells of the file as a whole.
			for range 200 {
				b[4096+rand.IntN(len(b)-4096)] ^= 0xff
			}

			return b
		},
		"cut short":    func(b []byte) []byte { return b[:len(b)/2] },
		"no audit log": func([]byte) []byte { return nil },
	} {
		bad := filepath.Join(dir, "bad.db")
		if err := os.WriteFile(bad, spoil(bytes.Clone(content)), 0o600); err != nil {
			t.Fatal(err)
		}

		r := restoration(t)
		if _, err := backup.Restore(t.Context(), bad, r); err == nil {
			t.Errorf("it was restored, want it refused: %s", words)
		}

		path, _ := store.SQLiteFile(r.DatabaseURL)
		wantOnly(t, filepath.Dir(path), filepath.Base(path)+"-lock")
	}
}

// TestAPlainCopyIsTakenByForce copies the file of a database alone, without its -wal.
func TestAPlainCopyIsTakenByForce(t *testing.T) {
	t.Parallel()

	databaseURL := migrated.SQLiteURL(t)
	if err := used(t, databaseURL).Close(); err != nil {
		t.Fatal(err)
	}

	path, _ := store.SQLiteFile(databaseURL)
	r := restoration(t)

	_, err := backup.Restore(t.Context(), path, r)
	wantRefused(t, err, "not made by opsconsole backup")

	r.Force = true

	if _, err := backup.Restore(t.Context(), path, r); err != nil {
		t.Fatal(err)
	}

	wantWhole(t, storetest.Open(t, r.DatabaseURL))

	// One that is in use has changes beside it.
	db := storetest.Open(t, databaseURL)
	record(t, db)

	_, err = backup.Restore(t.Context(), path, restoration(t))
	wantRefused(t, err, "was not closed")
}

func TestABrokenLogIsTakenByForce(t *testing.T) {
	t.Parallel()

	databaseURL, file := migrated.SQLiteURL(t), filepath.Join(t.TempDir(), "b.db")
	db := used(t, databaseURL)

	for _, statement := range []string{
		`DROP TRIGGER opsconsole_audit_no_update`, `UPDATE opsconsole_audit SET reason = 'Nothing' WHERE seq = 2`,
	} {
		if _, err := db.Write().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}

	if _, err := backup.Write(t.Context(), databaseURL, file, madeAt()); err != nil {
		t.Fatal(err)
	}

	r := restoration(t)
	_, err := backup.Restore(t.Context(), file, r)
	wantRefused(t, err, "is not intact")

	r.Force = true

	if _, err := backup.Restore(t.Context(), file, r); err != nil {
		t.Fatal(err)
	}

	page, err := log(storetest.Open(t, r.DatabaseURL)).List(t.Context(), audit.Filter{Action: audit.DatabaseRestore})
	if err != nil || len(page.Items) != 1 || !strings.Contains(page.Items[0].Message, "with --force") {
		t.Errorf("got %+v, %v, want it noted", page.Items, err)
	}
}

// TestABackupOfANewerVersionIsLeftToIt has a migration that this version does not know.
func TestABackupOfANewerVersionIsLeftToIt(t *testing.T) {
	t.Parallel()

	databaseURL, file := migrated.SQLiteURL(t), filepath.Join(t.TempDir(), "b.db")
	db := used(t, databaseURL)

	_, err := db.Write().ExecContext(t.Context(),
		`INSERT INTO opsconsole_migrations (version_id, is_applied) VALUES (99999, 1)`)
	if err != nil {
		t.Fatal(err)
	}

	if _, err := backup.Write(t.Context(), databaseURL, file, madeAt()); err != nil {
		t.Fatal(err)
	}

	_, err = backup.Restore(t.Context(), file, restoration(t))
	wantRefused(t, err, "restore it with that version")
}
