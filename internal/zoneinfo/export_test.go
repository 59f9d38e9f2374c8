package zoneinfo

import (
	"io/fs"
	"testing"
)

// File is the compiled file of a zone.
func File(t *testing.T, db *Database, name string) []byte {
	t.Helper()

	data, err := fs.ReadFile(db.files, name)
	if err != nil {
		t.Fatal(err)
	}

	return data
}
