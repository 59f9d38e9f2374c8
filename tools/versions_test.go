// Package tools_test holds the versions of the tools against those of what they make.
package tools_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

// Code that one version generates need not suit the library of another.
func TestTemplGeneratesForTheLibrarysVersion(t *testing.T) {
	t.Parallel()

	module, err := os.ReadFile("templ/go.mod")
	if err != nil {
		t.Fatal(err)
	}

	words := strings.Fields(string(module))

	// The tool's own line names the package; the requirement names the module.
	i := slices.Index(words, "github.com/a-h/templ")
	if i < 0 {
		t.Fatal("tools/templ/go.mod requires no github.com/a-h/templ")
	}

	if got, want := words[i+1], templ.Version(); got != want {
		t.Errorf("tools/templ generates with %s, go.mod has %s: "+
			"go -C tools/templ get github.com/a-h/templ@%s", got, want, want)
	}
}
