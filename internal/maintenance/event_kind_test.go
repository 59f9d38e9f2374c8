package maintenance_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// TestEveryEventIsListedAndHasAHeadline holds the list against what is declared.
func TestEveryEventIsListedAndHasAHeadline(t *testing.T) {
	t.Parallel()

	file, err := parser.ParseFile(token.NewFileSet(), "event_kind.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}

	var declared []maintenance.EventKind

	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}

		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "EventKind" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Error(err)
			}

			declared = append(declared, maintenance.EventKind(value))
		}

		return true
	})

	if got := maintenance.EventKinds(); len(declared) == 0 || !slices.Equal(got, declared) {
		t.Errorf("listed are %v, declared %v", got, declared)
	}

	headlines := map[string]bool{"": true}

	for _, kind := range declared {
		if headline := kind.Headline(); headlines[headline] {
			t.Errorf("%s has the headline %q, which is none or another's", kind, headline)
		} else {
			headlines[headline] = true
		}
	}
}
