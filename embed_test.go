package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path"
	"testing"
)

// TestEachFileIsInTheProgram as it was built, most of them compressed.
func TestEachFileIsInTheProgram(t *testing.T) {
	t.Parallel()

	embedded, err := staticFiles()
	if err != nil {
		t.Fatal(err)
	}

	built := os.DirFS("static")

	names, err := fs.Glob(built, "*")
	if err != nil || len(names) == 0 {
		t.Fatalf("got %d files, %v", len(names), err)
	}

	for _, name := range names {
		if ending := path.Ext(name); ending == ".br" || ending == ".gz" {
			continue
		}

		want, err := fs.ReadFile(built, name)
		if err != nil {
			t.Fatal(err)
		}

		if got, err := inProgram(embedded, name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: got %d bytes, %v, want %d", name, len(got), err, len(want))
		}
	}
}

func inProgram(embedded fs.FS, name string) ([]byte, error) {
	packed, err := fs.ReadFile(embedded, name+".gz")
	if err != nil {
		return fs.ReadFile(embedded, name)
	}

	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}

	return io.ReadAll(r)
}
