package store_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

func TestReplicasMigrateOneDatabaseTogether(t *testing.T) {
	t.Parallel()

	const replicas = 4

	address := storetest.EmptyPostgresURL(t)

	var started sync.WaitGroup

	for range replicas {
		db, err := store.Open(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}

		defer db.Close()

		started.Go(func() {
			if err := db.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}

	started.Wait()
}

func TestNobodyElseReadsTheFileOfTheDatabase(t *testing.T) {
	t.Parallel()

	// The folder is there already, as one that others may look into.
	path := filepath.Join(t.TempDir(), "opsconsole.db")
	storetest.Open(t, "sqlite://"+path)

	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %v, %v, want the files of %s", files, err, path)
	}

	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v, %v, want 0600", file, info.Mode(), err)
		}
	}
}

func TestAnAbsolutePathMayHaveASlashMore(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "new", "opsconsole.db")
	storetest.Open(t, "sqlite:///"+path)

	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}
