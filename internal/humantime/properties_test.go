package humantime_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

// moments are some at random, and those around the changes of a zone's clocks.
func moments(random *rand.Rand, loc *time.Location) []time.Time {
	from := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	out := make([]time.Time, 0, 64)

	for range 20 {
		out = append(out, from.Add(time.Duration(random.Int64N(int64(6*365*24*time.Hour)))).Truncate(time.Second))
	}

	for _, offset := range humantime.Offsets(loc, from, from.AddDate(4, 0, 0)) {
		for _, away := range []time.Duration{-90 * time.Minute, -time.Second, 0, 20 * time.Minute, time.Hour} {
			out = append(out, offset.From.Add(away))
		}
	}

	return out
}

// TestWhatIsWrittenIsReadAsTheSameMoment in every zone of the embedded database.
func TestWhatIsWrittenIsReadAsTheSameMoment(t *testing.T) {
	t.Parallel()

	random := rand.New(rand.NewPCG(2026, 11)) // the same moments each time
	now := time.Date(2026, 11, 29, 13, 0, 0, 0, time.UTC)

	for _, name := range zoneinfo.Current().Names() {
		loc := location(t, name)

		for _, at := range moments(random, loc) {
			text := humantime.Format(at, loc)

			m, err := humantime.ParseMoment(text, now, loc)
			if err != nil || !m.At.Equal(at) {
				t.Fatalf("%s: %s is written as %q and read as %+v, %v", name, at, text, m, err)
			}
		}
	}
}

// TestALocalTimeIsWhatTheClocksShow but for one that they skip: there they show as much more.
func TestALocalTimeIsWhatTheClocksShow(t *testing.T) {
	t.Parallel()

	random := rand.New(rand.NewPCG(2026, 12)) // the same moments each time
	seen := map[humantime.Kind]int{}

	for _, name := range zoneinfo.Current().Names() {
		loc := location(t, name)

		for _, wall := range moments(random, loc) {
			wall = wall.Add(humantime.Wall(wall, loc).Sub(wall.UTC()))
			r := humantime.Resolve(wall, loc)
			shown := humantime.Wall(r.At, loc)
			seen[r.Kind]++

			switch r.Kind {
			case humantime.Once:
				if !shown.Equal(wall) || r.Note() != "" {
					t.Fatalf("%s: %s is read as %s, when the clocks show %s, %q", name, wall, r.At, shown, r.Note())
				}
			case humantime.Twice:
				if !shown.Equal(wall) || !humantime.Wall(r.Second, loc).Equal(wall) || !r.At.Before(r.Second) {
					t.Fatalf("%s: %s is %s and %s, when the clocks show %s", name, wall, r.At, r.Second, shown)
				}
			case humantime.Skipped:
				if !shown.After(wall) {
					t.Fatalf("%s: %s is skipped and read as %s, when the clocks show %s", name, wall, r.At, shown)
				}
			}
		}
	}

	if seen[humantime.Twice] < 500 {
		t.Errorf("%d times came twice: the zones have more", seen[humantime.Twice])
	}
}

// TestOffsetsAreTheRulesOfTheZone for whoever reckons with them alone.
func TestOffsetsAreTheRulesOfTheZone(t *testing.T) {
	t.Parallel()

	random := rand.New(rand.NewPCG(2027, 1)) // the same moments each time
	from, until := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2032, 1, 1, 0, 0, 0, 0, time.UTC)

	for _, name := range zoneinfo.Current().Names() {
		loc := location(t, name)
		offsets := humantime.Offsets(loc, from, until)

		for _, at := range moments(random, loc) {
			if at.Before(from) {
				continue
			}

			seconds := 0

			for _, offset := range offsets {
				if !offset.From.After(at) {
					seconds = offset.Seconds
				}
			}

			if _, want := at.In(loc).Zone(); seconds != want {
				t.Fatalf("%s at %s: the table has %d s, the zone %d s", name, at, seconds, want)
			}
		}
	}
}

func FuzzParseMoment(f *testing.F) {
	for _, text := range []string{
		"18:00", "2026-12-01 18:00", "tomorrow 18:00", "in 3 h", "3 h ago", "2026-12-01T18:00:00+14:00", "0001-01-01 00:00", "9999-12-31 23:59",
		"in P9999D", "now", "2026-12-01 18:00 -23:59", "in 106751 d", "\xff", "T00:00:00",
	} {
		f.Add(text, "America/New_York")
	}

	now := time.Date(2026, 11, 29, 13, 0, 0, 0, time.UTC)

	f.Fuzz(func(t *testing.T, text, zone string) {
		loc, err := zoneinfo.Location(zone)
		if err != nil {
			t.Skip()
		}

		m, err := humantime.ParseMoment(text, now, loc)
		if err != nil {
			if len(err.Error()) > 400 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}

			return
		}

		again, err := humantime.ParseMoment(text, now, loc)
		if err != nil || !again.At.Equal(m.At) {
			t.Errorf("%q is %s, and then %s, %v", text, m.At, again.At, err)
		}

		if len(m.Choices) > 0 && !m.Choices[0].At.Equal(m.At) {
			t.Errorf("%q is %s, of the choices %+v", text, m.At, m.Choices)
		}

		for _, choice := range m.Choices {
			if chosen, err := humantime.ParseMoment(choice.Text, now, loc); err != nil || !chosen.At.Equal(choice.At) {
				t.Errorf("the choice %+v is read as %+v, %v", choice, chosen, err)
			}
		}

		if m.At.Year() > 0 && m.At.Year() < 9999 {
			if back, err := humantime.ParseMoment(humantime.Format(m.At, loc), now, loc); err != nil || !back.At.Equal(m.At.Truncate(time.Second)) {
				t.Errorf("%q is %s, written %q and read as %+v, %v", text, m.At, humantime.Format(m.At, loc), back, err)
			}
		}
	})
}
