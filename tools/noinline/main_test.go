package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestEachTemplateIsMarkedOnce(t *testing.T) {
	t.Parallel()

	const (
		generated = "package a\n\n// Head is a head.\nfunc Head(title string) templ.Component {\n\treturn nil\n}\n\n" +
			"func (v View) row() templ.Component {\n\treturn nil\n}\n\nfunc words(c templ.Component) string {\n\treturn \"\"\n}\n"
		want = "package a\n\n// Head is a head.\n//go:noinline\nfunc Head(title string) templ.Component {\n\treturn nil\n}\n\n" +
			"//go:noinline\nfunc (v View) row() templ.Component {\n\treturn nil\n}\n\nfunc words(c templ.Component) string {\n\treturn \"\"\n}\n"
	)

	dir := t.TempDir()
	page, other := filepath.Join(dir, "page_templ.go"), filepath.Join(dir, "page.go")

	for _, path := range []string{page, other} {
		if err := os.WriteFile(path, []byte(generated), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	for range 2 {
		if err := markAll(dir); err != nil {
			t.Fatal(err)
		}
	}

	for path, want := range map[string]string{page: want, other: generated} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s: got\n%s%v, want\n%s", filepath.Base(path), got, err, want)
		}
	}
}

// TestTheTemplatesAreMarked holds that nobody generates them without the mark.
func TestTheTemplatesAreMarked(t *testing.T) {
	t.Parallel()

	var files []string

	for _, folder := range []string{"auth", "handlers", "templates"} {
		found, err := filepath.Glob("../../" + folder + "/*/*_templ.go")
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: got %d files, %v", folder, len(found), err)
		}

		files = append(files, found...)
	}

	for _, path := range files {
		if generated, err := os.ReadFile(path); err != nil || string(marked(generated)) != string(generated) {
			t.Errorf("%s has templates that are not marked (%v): run ./task generate", path, err)
		}
	}
}
