package zoneinfo_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

func embedded(t *testing.T) *zoneinfo.Database {
	t.Helper()

	db, err := zoneinfo.Embedded()
	if err != nil {
		t.Fatal(err)
	}

	return db
}

func TestTheEmbeddedRulesAreThoseOf2026f(t *testing.T) {
	t.Parallel()

	db := embedded(t)
	if db.Release != "2026f" || db.Source != "embedded" {
		t.Errorf("got release %q of %q, want 2026f, embedded", db.Release, db.Source)
	}

	// Zones whose rules changed in 2026: what their clocks are ahead of UTC that winter.
	for name, hours := range map[string]int{
		"America/Vancouver": -7, "America/Edmonton": -6, "America/Inuvik": -6, "America/Winnipeg": -5, "America/Rainy_River": -5,
		"America/Havana": -4, "Africa/Casablanca": 0, "Africa/El_Aaiun": 0,
	} {
		loc, err := db.Location(name)
		if err != nil {
			t.Error(err)

			continue
		}

		if _, got := time.Date(2026, 12, 15, 12, 0, 0, 0, loc).Zone(); got != hours*3600 {
			t.Errorf("%s is %s ahead of UTC, want %d h", name, time.Duration(got)*time.Second, hours)
		}
	}
}

func TestEachZoneIsReadAndKnowsItsName(t *testing.T) {
	t.Parallel()

	db := embedded(t)

	names := db.Names()
	if len(names) < 590 {
		t.Errorf("got %d zones, want at least 590", len(names))
	}

	for _, name := range names {
		loc, err := db.Location(name)
		if err != nil {
			t.Error(err)
		} else if loc.String() != name && name != "UTC" {
			t.Errorf("%s calls itself %s, want its own name", name, loc)
		}
	}

	for _, name := range []string{"Europe/Atlantis", "europe/berlin", "+VERSION", "../zoneinfo.zip", "Europe", "Local", "/etc/localtime"} {
		if loc, err := db.Location(name); err == nil {
			t.Errorf("%q is read as %s, want an error", name, loc)
		}
	}
}

// folder is a system's database of that release, in which every zone has the rules of from.
func folder(t *testing.T, db *zoneinfo.Database, files map[string]string, from string, zones ...string) string {
	t.Helper()

	dir := t.TempDir()

	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	for _, zone := range zones {
		path := filepath.Join(dir, zone)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}

		if err := os.WriteFile(path, zoneinfo.File(t, db, from), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	return dir
}

func TestTheNewerDatabaseIsUsed(t *testing.T) {
	t.Parallel()

	db := embedded(t)

	for name, test := range map[string]struct {
		files  map[string]string
		system bool
	}{
		"a newer one":               {map[string]string{"tzdata.zi": "# version 2027a\nZ Europe/Berlin 1 - CET\nL Europe/Berlin Europe/Vaduz\n"}, true},
		"a newer one of a BSD":      {map[string]string{"+VERSION": "2027a\n"}, true},
		"a later letter":            {map[string]string{"+VERSION": "2026g"}, true},
		"the same":                  {map[string]string{"+VERSION": "2026f"}, false},
		"an older one":              {map[string]string{"tzdata.zi": "# version 2025b\nZ Europe/Berlin 1 - CET\n"}, false},
		"one that says nothing":     {nil, false},
		"one that says it badly":    {map[string]string{"tzdata.zi": "# version\nZ Europe/Berlin 1 - CET\n"}, false},
		"one without its own lines": {map[string]string{"tzdata.zi": ""}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir := folder(t, db, test.files, "Asia/Tokyo", "Europe/Berlin", "Europe/Vaduz")

			newest, err := zoneinfo.Newest(dir)
			if err != nil {
				t.Fatal(err)
			}

			if got := newest.Source == dir; got != test.system {
				t.Errorf("got %s of %s, want the system's: %v", newest.Release, newest.Source, test.system)
			}

			loc, err := newest.Location("Europe/Vaduz")
			if err != nil {
				t.Fatal(err)
			}

			_, offset := time.Date(2026, 1, 1, 0, 0, 0, 0, loc).Zone()
			if tokyo := offset == 9*3600; tokyo != test.system {
				t.Errorf("the zone is %d s ahead of UTC, want the system's rules: %v", offset, test.system)
			}
		})
	}
}

func TestAFolderThatWasNamedIsThere(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "zoneinfo")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}

	for _, dir := range []string{file, filepath.Join(t.TempDir(), "none")} {
		if db, err := zoneinfo.Newest(dir); err == nil || !strings.Contains(err.Error(), "time zones") {
			t.Errorf("%s: got %v, %v, want an error about time zones", dir, db, err)
		}
	}
}

func TestTheArchiveIsSmall(t *testing.T) {
	t.Parallel()

	info, err := os.Stat("zoneinfo.zip")
	if err != nil {
		t.Fatal(err)
	}

	if most := int64(500 << 10); info.Size() > most {
		t.Errorf("the archive has %d bytes, more than %d", info.Size(), most)
	}
}
