package tools_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// goTest finds the commands of a document that run tests of packages, by name or all of them.
var goTest = regexp.MustCompile("`go test ((?:\\./[a-z0-9/]* ?)+)(?:-run '?([^`']+)'?)?`")

// TestTheTestsOfReliabilityAreThere has each command of the document run at least one test for every name in it.
func TestTheTestsOfReliabilityAreThere(t *testing.T) {
	t.Parallel()

	document, err := os.ReadFile("../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}

	for row := range strings.Lines(string(document)) {
		if strings.Contains(row, "`go test") && !goTest.MatchString(row) {
			t.Errorf("no command can be read of %s", row)
		}

		for _, command := range goTest.FindAllStringSubmatch(row, -1) {
			for folder := range strings.FieldsSeq(command[1]) {
				names := testsOf(t, filepath.Join("..", folder))

				// In a table a bar is escaped.
				for want := range strings.SplitSeq(command[2], `\|`) {
					if !strings.Contains(names, "\nfunc "+want) {
						t.Errorf("%s has no test %s, which docs/reliability.md names", folder, want)
					}
				}
			}
		}
	}
}

// testsOf is the text of a package's tests.
func testsOf(t *testing.T, folder string) string {
	t.Helper()

	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Errorf("%s has no tests: %v", folder, err)
	}

	var all strings.Builder

	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		all.Write(text)
	}

	return all.String()
}
