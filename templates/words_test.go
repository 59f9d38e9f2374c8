package templates_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestWordsAreThoseOfTheGlossary looks in all that is shown for what docs/words.md has another word for.
func TestWordsAreThoseOfTheGlossary(t *testing.T) {
	t.Parallel()

	unwanted := unwantedWords(t)
	if len(unwanted) < 20 {
		t.Fatalf("got %d words that are not to be used, want those of docs/words.md", len(unwanted))
	}

	for _, root := range []string{".", "../handlers", "../internal", "../auth", "../ops", "../assets/js"} {
		for place, text := range shownTexts(t, root) {
			for _, word := range unwanted {
				if strings.Contains(strings.ToLower(text), word) {
					t.Errorf("%s: got %q, want the word that docs/words.md has for %q", place, text, word)
				}
			}
		}
	}
}

// unwantedWords are those between backticks in the last column of the table and in the list below it.
func unwantedWords(t *testing.T) []string {
	t.Helper()

	page, err := os.ReadFile("../docs/words.md")
	if err != nil {
		t.Fatal(err)
	}

	_, rest, _ := strings.Cut(string(page), "|---|---|---|\n")
	table, rest, _ := strings.Cut(rest, "\n\n")
	list, _, _ := strings.Cut(rest, "\n\n")

	for row := range strings.Lines(table) {
		columns := strings.Split(row, "|")
		list += columns[len(columns)-2]
	}

	var words []string
	for _, match := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(list, -1) {
		words = append(words, strings.ToLower(match[1]))
	}

	return words
}

// shownTexts are the literals and the lines of templates and scripts that people could read, by where they are.
func shownTexts(t *testing.T, root string) map[string]string {
	t.Helper()

	texts := map[string]string{}

	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "opstest":
			return fs.SkipDir // for tests alone
		case strings.HasSuffix(path, "_test.go"), strings.HasSuffix(path, "_templ.go"):
			return nil
		case strings.HasSuffix(path, ".go"):
			return literals(path, texts)
		case strings.HasSuffix(path, ".templ"), strings.HasSuffix(path, ".js"), strings.HasSuffix(path, "openapi.json"):
			return lines(path, texts)
		default:
			return nil
		}
	})
	if err != nil {
		t.Fatal(err)
	}

	return texts
}

func literals(path string, texts map[string]string) error {
	files := token.NewFileSet()

	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		return err
	}

	ast.Inspect(file, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			text, err := strconv.Unquote(literal.Value)
			if err == nil {
				texts[files.Position(literal.Pos()).String()] = text
			}
		}

		return true
	})

	return nil
}

func lines(path string, texts map[string]string) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}

	number := 0

	for line := range strings.Lines(string(file)) {
		number++

		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "//") {
			text, _, _ := strings.Cut(line, " // ")
			texts[path+":"+strconv.Itoa(number)] = text
		}
	}

	return nil
}

// TestAFactAndItsNoteDoNotRunTogether: what stands behind a status in a list of facts has a space or a line of its own.
func TestAFactAndItsNoteDoNotRunTogether(t *testing.T) {
	t.Parallel()

	for name, page := range pages() {
		for node := range parse(t, page).Descendants() {
			if node.Type != html.ElementNode || node.Data != "dd" {
				continue
			}

			for at := range node.ChildNodes() {
				if next := at.NextSibling; next != nil && at.Data == "span" && next.Data == "span" {
					t.Errorf("%s: %q runs into %q", name, attribute(at, "class"), attribute(next, "class"))
				}
			}
		}
	}
}
