package failpoint_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/failpoint"
)

const root = "../.."

// TestEachNameIsThatOfOnePlace holds the list against the program: whoever adds a place gives it a name,
// and no name is left of a place that is gone.
func TestEachNameIsThatOfOnePlace(t *testing.T) {
	t.Parallel()

	places := map[string][]string{}

	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."), entry.Name() == "node_modules":
			return fs.SkipDir
		case entry.IsDir(), !strings.HasSuffix(path, ".go"), strings.HasSuffix(path, "_test.go"):
			return nil
		default:
			return reached(path, places)
		}
	})
	if err != nil {
		t.Fatal(err)
	}

	const least = 30
	if names := failpoint.All(); len(names) < least {
		t.Errorf("there are %d, want %d at least", len(names), least)
	}

	constants := declared(t)
	for constant, name := range constants {
		if len(places[constant]) != 1 {
			t.Errorf("%s is that of %d places, want one: %v", constant, len(places[constant]), places[constant])
		}

		if !slices.Contains(failpoint.All(), failpoint.Name(name)) {
			t.Errorf("All lacks %s", constant)
		}
	}

	if all := failpoint.All(); len(all) != len(constants) {
		t.Errorf("All has %d names, want the %d that there are", len(all), len(constants))
	}

	for constant := range places {
		if constants[constant] == "" {
			t.Errorf("a place has the name %s, which names.go lacks", constant)
		}
	}
}

// reached adds the places of a file.
func reached(path string, places map[string][]string) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}

	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 || !isOfPackage(call.Fun, "Reach") {
			return true
		}

		if name, ok := call.Args[0].(*ast.SelectorExpr); ok {
			places[name.Sel.Name] = append(places[name.Sel.Name], path)
		}

		return true
	})

	return nil
}

func isOfPackage(e ast.Expr, name string) bool {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != name {
		return false
	}

	of, ok := selector.X.(*ast.Ident)

	return ok && of.Name == "failpoint"
}

// declared are the names of names.go by their constants.
func declared(t *testing.T) map[string]string {
	t.Helper()

	file, err := parser.ParseFile(token.NewFileSet(), "names.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}

	constants := map[string]string{}

	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if value, ok := spec.Values[0].(*ast.BasicLit); ok {
				constants[spec.Names[0].Name] = strings.Trim(value.Value, `"`)
			}
		}

		return true
	})

	return constants
}

// TestWithoutTheTagNothingIsThere is of the function that all programs but those of the tests have.
func TestWithoutTheTagNothingIsThere(t *testing.T) {
	t.Parallel()

	file, err := parser.ParseFile(token.NewFileSet(), "reach_off.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}

	if len(file.Decls) != 1 {
		t.Fatalf("it has %d declarations, want one", len(file.Decls))
	}

	function, ok := file.Decls[0].(*ast.FuncDecl)
	if !ok || function.Name.Name != "Reach" || len(function.Body.List) != 0 {
		t.Errorf("got %v, want an empty function", file.Decls[0])
	}
}
