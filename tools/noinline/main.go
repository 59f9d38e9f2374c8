// Command noinline marks the templates in generated code as not to be inlined:
//
//	go run ./tools/noinline FOLDER...
//
// Go inlines what only returns a function, together with that function: a template that forty pages draw would be compiled forty
// times more.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
)

func main() {
	for _, folder := range os.Args[1:] {
		if err := markAll(folder); err != nil {
			fmt.Fprintln(os.Stderr, "noinline:", err)
			os.Exit(1)
		}
	}
}

// markAll marks the templates of all generated files in a folder.
func markAll(folder string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()

	return fs.WalkDir(root.FS(), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_templ.go") {
			return err
		}

		generated, err := root.ReadFile(path)
		if err != nil {
			return err
		}

		return root.WriteFile(path, marked(generated), sourceMode)
	})
}

// sourceMode is that of all sources.
const sourceMode = 0o644

// template is the line with which a template begins in generated code, and the mark that it may have.
var template = regexp.MustCompile(`(?m)^(?://go:noinline\n)?(func .*\) templ\.Component \{)$`)

// marked returns generated code in which each template has the mark.
func marked(generated []byte) []byte {
	return template.ReplaceAll(generated, []byte("//go:noinline\n$1"))
}
