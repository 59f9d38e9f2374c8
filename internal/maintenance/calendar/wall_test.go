package calendar_test

import (
	"archive/zip"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

// seed is where the tests' two years begin.
var seed = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// transition is a moment at which the clocks of a zone change.
type transition struct {
	at            time.Time
	before, after time.Duration
}

// transitions are those of the next two years.
func transitions(loc *time.Location) (out []transition) {
	for at := seed; ; {
		_, end := at.In(loc).ZoneBounds()
		if end.IsZero() || end.After(seed.AddDate(2, 0, 0)) {
			return out
		}

		if b, a := offset(end.Add(-time.Second), loc), offset(end, loc); b != a {
			out = append(out, transition{end.UTC(), b, a})
		}

		at = end
	}
}

func offset(at time.Time, loc *time.Location) time.Duration {
	_, seconds := at.In(loc).Zone()

	return time.Duration(seconds) * time.Second
}

// TestEveryTransitionOfEveryZone walks over each change of each zone's clocks in the
// next two years, a minute at a time.
func TestEveryTransitionOfEveryZone(t *testing.T) {
	t.Parallel()

	gaps, folds := 0, 0

	for _, name := range calendar.Zones() {
		loc, err := zoneinfo.Location(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}

		for _, tr := range transitions(loc) {
			then, next := tr.at.Add(tr.before), tr.at.Add(tr.after)

			for wall := earlier(then, next).Add(-90 * time.Minute); wall.Before(later(then, next).Add(90 * time.Minute)); wall = wall.Add(10 * time.Minute) {
				at, note, err := calendar.ResolveWall(wall.Format(calendar.WallLayout), name)
				if err != nil {
					t.Fatalf("%s %s: %v", name, wall, err)
				}

				shown := at.Add(offset(at, loc)).Format(calendar.WallLayout)

				switch gap, fold := !wall.Before(then) && wall.Before(next), !wall.Before(next) && wall.Before(then); {
				case gap:
					gaps++

					if !at.Equal(wall.Add(-tr.before)) || !strings.Contains(note, "does not exist") || !strings.Contains(note, "forward") {
						t.Errorf("%s has no %s, got %s, %q; want %s and a note that it does not exist, as the clocks go forward", name, wall, at, note, wall.Add(-tr.before))
					}
				case fold:
					folds++

					// The first of the two: the one before the clocks change.
					if shown != wall.Format(calendar.WallLayout) || !at.Before(tr.at) || !strings.Contains(note, "twice") {
						t.Errorf("%s has %s twice, got %s, %q; want the one before %s, and twice in the note", name, wall, at, note, tr.at)
					}
				default:
					if shown != wall.Format(calendar.WallLayout) || note != "" {
						t.Errorf("%s: %s is %s, shown as %s, %q, want it shown as it is, without a note", name, wall, at, shown, note)
					}
				}
			}

			daily(t, name, loc, tr)
		}
	}

	if gaps < 1000 || folds < 1000 {
		t.Errorf("%d gaps and %d folds were seen: the zones have more", gaps, folds)
	}
}

// daily wants a daily window across a transition to come every day, at its time on the
// wall, but where there is none.
func daily(t *testing.T, name string, loc *time.Location, tr transition) {
	t.Helper()

	wall := earlier(tr.at.Add(tr.before), tr.at.Add(tr.after)).Add(10 * time.Minute) // within the gap, or the fold
	first, _, err := calendar.ResolveWall(wall.AddDate(0, 0, -2).Format(calendar.WallLayout), name)

	rule, ruleErr := calendar.ParseRule("FREQ=DAILY")
	if err != nil || ruleErr != nil {
		t.Fatal(err, ruleErr)
	}

	dates, err := rule.Next(first, name, 5)
	if err != nil || len(dates) != 5 {
		t.Fatalf("%s: got %v, %v; want five dates", name, dates, err)
	}

	for i, date := range dates {
		want := wall.AddDate(0, 0, i-2)
		if date.Wall != want.Format(calendar.WallLayout) {
			t.Errorf("%s: date %d is %s, not %s", name, i, date.Wall, want)
		}

		shown := date.StartsAt.Add(offset(date.StartsAt, loc)).Format(calendar.WallLayout)
		if shown != date.Wall && date.Note == "" {
			t.Errorf("%s: %s is shown as %s, and nobody says why", name, date.Wall, shown)
		}

		if i > 0 && !date.StartsAt.After(dates[i-1].StartsAt) {
			t.Errorf("%s: %s is not after %s", name, date.StartsAt, dates[i-1].StartsAt)
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}

	return b
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}

	return a
}

func TestGapsAndFoldsAreNamed(t *testing.T) {
	t.Parallel()

	for _, test := range []struct{ wall, zone, want, note string }{
		{
			"2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00Z",
			"02:30 does not exist in Europe/Berlin on Sun 29 March 2026: the clocks go forward from 02:00 to 03:00. It is read as 03:30.",
		},
		{
			"2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30:00Z",
			"02:30 comes twice in Europe/Berlin on Sun 25 October 2026: the clocks go back from 03:00 to 02:00. The first is meant, 00:30 UTC.",
		},
		{"2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00:00Z", ""},
		{"2026-10-25T01:59:59", "Europe/Berlin", "2026-10-24T23:59:59Z", ""},
		{
			"2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45:00Z",
			"01:45 comes twice in Australia/Lord_Howe on Sun 5 April 2026: the clocks go back from 02:00 to 01:30. The first is meant, 14:45 UTC.",
		},
		{
			"2011-12-30T12:00", "Pacific/Apia", "2011-12-30T22:00:00Z",
			"12:00 does not exist in Pacific/Apia on Fri 30 December 2011: the clocks go forward from 00:00 to 00:00. It is read as 12:00.",
		},
		{"2026-06-01T12:00", "", "2026-06-01T12:00:00Z", ""},
	} {
		at, note, err := calendar.ResolveWall(test.wall, test.zone)
		if err != nil || at.UTC().Format(time.RFC3339) != test.want || note != test.note {
			t.Errorf("%s %s: got %s, %q, %v; want %s, %q", test.wall, test.zone, at, note, err, test.want, test.note)
		}
	}

	for _, bad := range [][2]string{{"tomorrow", "UTC"}, {"2026-02-30T12:00", "UTC"}, {"2026-03-01T12:00", "Local"}, {"2026-03-01T12:00", "Europe/Atlantis"}, {"2026-03-01T12:00", "../etc/passwd"}} {
		if _, _, err := calendar.ResolveWall(bad[0], bad[1]); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}

// TestTheZonesAreThoseOfGo holds the list against the zones that Go brings along.
func TestTheZonesAreThoseOfGo(t *testing.T) {
	t.Parallel()

	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}

	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()

	listed := map[string]bool{}
	for _, name := range calendar.Zones() {
		listed[name] = true
	}

	for _, file := range archive.File {
		if name := file.Name; !strings.HasSuffix(name, "/") && name != "Factory" && !listed[name] {
			t.Errorf("%s is not listed", name)
		}
	}
}

// TestTheLastDayOfALeapYearPasses looks far ahead: the bounds that Go gives for that
// day, where a zone's rule goes on after its table, lie in the past.
func TestTheLastDayOfALeapYearPasses(t *testing.T) {
	t.Parallel()

	for _, year := range []int{2028, 2040, 2096} {
		for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} {
			wall := fmt.Sprintf("%d-12-31T12:00", year)

			at, note, err := calendar.ResolveWall(wall, zone)
			if err != nil || note != "" {
				t.Fatalf("%s in %s: got %q, %v; want no note", wall, zone, note, err)
			}

			loc, err := zoneinfo.Location(zone)
			if err != nil {
				t.Fatal(err)
			}

			if got := at.In(loc).Format("2006-01-02T15:04"); got != wall {
				t.Errorf("%s in %s is %s there", wall, zone, got)
			}
		}
	}
}
