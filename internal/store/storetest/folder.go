package storetest

import (
	"os"
	"testing"
)

// folders begins the names of the folders that databases are in, and of no others: tools/testenv has its own beside them.
const folders = "opsconsole-database-"

// folder returns a folder for a database, which is removed when the test ends.
func folder(tb testing.TB) string {
	tb.Helper()

	path, remove, err := newFolder()
	if err != nil {
		tb.Fatal(err)
	}

	tb.Cleanup(func() {
		if err := remove(); err != nil {
			tb.Error(err)
		}
	})

	return path
}

func newOnDisk() (path string, remove func() error, err error) {
	path, err = os.MkdirTemp("", folders)

	return path, func() error { return os.RemoveAll(path) }, err
}
