package store_test

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

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
