// Package docs_test holds pages against what they speak of.
package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// requirement is a line of the standard's list.
type requirement struct{ number, level string }

// row is a line of the pages, about one requirement or several.
type row struct {
	requirements []requirement
	state        string
	shownBy      string
}

func TestEachRequirementHasItsLine(t *testing.T) {
	t.Parallel()

	levels := map[string]string{}

	for line := range strings.Lines(read(t, "testdata/asvs-5.0.0.txt")) {
		number, level, _ := strings.Cut(strings.TrimSpace(line), " ")
		levels[number] = level
	}

	named, counts := map[string]bool{}, map[string]int{}

	for _, r := range rows(t) {
		for _, q := range r.requirements {
			if levels[q.number] != q.level {
				t.Errorf("%s is of level %q, not %s", q.number, levels[q.number], q.level)
			}

			if named[q.number] {
				t.Errorf("%s is there twice", q.number)
			}

			named[q.number] = true
			counts[r.state+" "+q.level]++
		}
	}

	for number, level := range levels {
		if level != "3" && !named[number] {
			t.Errorf("%s of level %s has no line", number, level)
		}
	}

	page := read(t, "security.md")

	for state, label := range states() {
		want := fmt.Sprintf("| %s | %d | %d |", label, counts[state+" 1"], counts[state+" 2"])
		if state == "met" {
			want += fmt.Sprintf(" %d |", counts["met 3"])
		}

		if !strings.Contains(page, want) {
			t.Errorf("security.md does not say %s", want)
		}
	}
}

// states are how far a requirement is met, as security.md sums them up.
func states() map[string]string {
	return map[string]string{
		"met": "met", "in part": "in part, and what is missing", "not met": "not met, and what it would take",
		"does not apply": "does not apply, and why",
	}
}

func TestWhatShowsARequirementIsThere(t *testing.T) {
	t.Parallel()

	for _, r := range rows(t) {
		if _, ok := states()[r.state]; !ok {
			t.Errorf("%v is %q, want one of security.md's", r.requirements, r.state)
		}

		tests := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(r.shownBy, -1)
		links := regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(r.shownBy, -1)

		if r.state == "met" && len(tests)+len(links) == 0 {
			t.Errorf("nothing shows that %v is met", r.requirements)
		}

		for _, test := range tests {
			if folder, name, _ := cutLast(test[1], "."); !hasTest(t, folder, name) {
				t.Errorf("%v: there is no test %s", r.requirements, test[1])
			}
		}

		for _, link := range links {
			if _, err := os.Stat(filepath.Join("security", link[1])); err != nil {
				t.Errorf("%v: %v", r.requirements, err)
			}
		}
	}
}

// rows are those of the three pages.
func rows(t *testing.T) (all []row) {
	t.Helper()

	for _, name := range []string{"asvs-web.md", "asvs-identity.md", "asvs-operation.md"} {
		for line := range strings.Lines(read(t, filepath.Join("security", name))) {
			cells := strings.Split(strings.TrimSpace(line), " | ")
			if !strings.HasPrefix(line, "| V") {
				continue
			}

			if len(cells) != 4 {
				t.Fatalf("%s has a line of %d cells: %s", name, len(cells), line)
			}

			r := row{state: cells[1], shownBy: cells[3]}
			for _, q := range regexp.MustCompile(`(V[\d.]+) \((\d)\)`).FindAllStringSubmatch(cells[0], -1) {
				r.requirements = append(r.requirements, requirement{number: q[1], level: q[2]})
			}

			all = append(all, r)
		}
	}

	return all
}

func hasTest(t *testing.T, folder, name string) bool {
	t.Helper()

	files, err := filepath.Glob(filepath.Join("..", folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}

	return slices.ContainsFunc(files, func(file string) bool { return strings.Contains(read(t, file), "\nfunc "+name+"(") })
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}

	return s[:i], s[i+len(sep):], true
}

func read(t *testing.T, path string) string {
	t.Helper()

	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}
