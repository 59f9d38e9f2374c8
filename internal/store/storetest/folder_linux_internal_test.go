package storetest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestOnlyAbandonedFoldersAreRemoved those are that nobody holds, after a while.
func TestOnlyAbandonedFoldersAreRemoved(t *testing.T) {
	t.Parallel()

	within, old := t.TempDir(), time.Now().Add(-2*abandonedAfter)

	for name, modified := range map[string]time.Time{
		folders + "abandoned": old, folders + "held": old, folders + "new": time.Now(), "another": old,
	} {
		path := filepath.Join(within, name)
		if err := os.MkdirAll(filepath.Join(path, "inner"), 0o700); err != nil {
			t.Fatal(err)
		}

		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
	}

	held, err := hold(filepath.Join(within, folders+"held"))
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()

	removeAbandoned(within)

	entries, err := os.ReadDir(within)
	if err != nil {
		t.Fatal(err)
	}

	got := []string{}
	for _, entry := range entries {
		got = append(got, entry.Name())
	}

	if want := []string{"another", folders + "held", folders + "new"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAFolderIsRemoved with what is in it, and its lock.
func TestAFolderIsRemoved(t *testing.T) {
	t.Parallel()

	path, remove, err := newFolder()
	if err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(filepath.Join(path, "test.db"), []byte("a row"), 0o600); err != nil {
		t.Fatal(err)
	}

	if err := remove(); err != nil {
		t.Fatal(err)
	}

	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("got %v, want that it is not there", err)
	}
}
