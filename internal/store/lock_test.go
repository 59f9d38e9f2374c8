package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// TestALinkToAFileIsTheSameFile takes it by both names.
func TestALinkToAFileIsTheSameFile(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	path, link := filepath.Join(dir, "o.db"), filepath.Join(dir, "link.db")

	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Symlink(path, link)); err != nil {
		t.Fatal(err)
	}

	synctest.Test(t, func(t *testing.T) {
		release, err := store.LockSQLite(t.Context(), "sqlite://"+path)
		if err != nil {
			t.Fatal(err)
		}

		if _, err := store.LockSQLite(t.Context(), "sqlite://"+link); err == nil {
			t.Error("two have the same file")
		}

		if err := release(); err != nil {
			t.Error(err)
		}
	})
}

// TestOneProcessHasAFile takes a database twice, as two processes would.
func TestOneProcessHasAFile(t *testing.T) {
	t.Parallel()

	databaseURL := "sqlite://" + filepath.Join(t.TempDir(), "new", "o.db")

	synctest.Test(t, func(t *testing.T) {
		release, err := store.LockSQLite(t.Context(), databaseURL)
		if err != nil {
			t.Fatal(err)
		}

		begun := time.Now()

		_, err = store.LockSQLite(t.Context(), databaseURL)
		if err == nil || !strings.Contains(err.Error(), "in use by another opsconsole, process ") {
			t.Errorf("got %v, want it refused", err)
		}

		if took := time.Since(begun); took < 2*time.Second || took > 3*time.Second {
			t.Errorf("it took %v, want one that ends waited for", took)
		}

		// It ends meanwhile.
		time.AfterFunc(time.Second, func() {
			if err := release(); err != nil {
				t.Error(err)
			}
		})

		again, err := store.LockSQLite(t.Context(), databaseURL)
		if err != nil {
			t.Fatal(err)
		}

		if err := again(); err != nil {
			t.Error(err)
		}
	})

	// Replicas share PostgreSQL.
	for range 2 {
		if _, err := store.LockSQLite(t.Context(), "postgres://db.example.com/x"); err != nil {
			t.Error(err)
		}
	}
}
