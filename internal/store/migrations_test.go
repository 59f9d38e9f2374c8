package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What the version before may not find gone, or stricter, while it runs beside the one that migrates. Tables that
// the migration makes itself are nobody's yet.
var (
	breaks = map[string]*regexp.Regexp{
		"takes a table away":          regexp.MustCompile(`^DROP TABLE`),
		"takes a column away":         regexp.MustCompile(`^ALTER TABLE .* DROP (COLUMN )?[a-z0-9_]+$`),
		"renames":                     regexp.MustCompile(`^ALTER TABLE .* RENAME`),
		"wants a value without one":   regexp.MustCompile(`^ALTER TABLE .* ADD (COLUMN )?[a-z0-9_]+ (?:[A-Z ]*)NOT NULL(?:$| )`),
		"wants a value where none is": regexp.MustCompile(`^ALTER TABLE .* SET NOT NULL`),
		"changes a type":              regexp.MustCompile(`^ALTER TABLE .* TYPE `),
		"checks what is there":        regexp.MustCompile(`^ALTER TABLE .* ADD (CONSTRAINT .* )?(CHECK|FOREIGN KEY|UNIQUE)`),
		"locks a table":               regexp.MustCompile(`^(LOCK|VACUUM FULL|CLUSTER|REINDEX)`),
	}
	defaults = regexp.MustCompile(` DEFAULT `)
	madeHere = regexp.MustCompile(`(?m)^(?:CREATE TABLE |ALTER TABLE [a-z0-9_]+ ADD COLUMN )([a-z0-9_]+)`)
	index    = regexp.MustCompile(`^CREATE (UNIQUE )?INDEX (CONCURRENTLY )?(?:IF NOT EXISTS )?[a-z0-9_]+ ON ([a-z0-9_]+) \(([a-z0-9_]+)`)
)

// TestMigrationsAreSafeBesideTheVersionBefore looks at each statement that brings a database forward.
func TestMigrationsAreSafeBesideTheVersionBefore(t *testing.T) {
	t.Parallel()

	files, err := filepath.Glob("migrations/*/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}

	const (
		// Before this version nobody ran two beside each other.
		first = 40
		// Since this one an index of a table that is there is built beside who writes to it.
		beside = 159
	)

	for _, file := range files {
		version, err := strconv.Atoi(filepath.Base(file)[:5])
		if err != nil {
			t.Fatal(err)
		}

		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		made := map[string]bool{}

		for _, name := range madeHere.FindAllStringSubmatch(up, -1) { // tables and columns
			made[name[1]] = true
		}

		for _, statement := range statements(up) {
			for what, rule := range breaks {
				if rule.MatchString(statement) && !defaults.MatchString(statement) && version >= first {
					t.Errorf("%s %s: %s", file, what, statement)
				}
			}

			found := index.FindStringSubmatch(statement)
			if found == nil || made[found[3]] || made[found[4]] {
				continue
			}

			if found[1] != "" && version >= first {
				t.Errorf("%s refuses what the version before may write: %s", file, statement)
			}

			if found[2] == "" && version >= beside && strings.Contains(file, "postgres") {
				t.Errorf("%s keeps others from writing while it builds an index; build it CONCURRENTLY: %s", file, statement)
			}
		}
	}
}

// statements are those of a migration, each on one line and without comments.
func statements(sql string) (all []string) {
	var lines []string

	for line := range strings.Lines(sql) {
		line, _, _ = strings.Cut(line, "--")
		lines = append(lines, line)
	}

	for statement := range strings.SplitSeq(strings.Join(lines, " "), ";") {
		all = append(all, strings.Join(strings.Fields(statement), " "))
	}

	return all
}
