package series_test

import (
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/internal/maintenance/series"
)

// tuesdays are three Tuesdays at ten in the evening in Berlin, two hours each; the clocks
// go forward between the last two.
func tuesdays(t *testing.T) series.Schedule {
	t.Helper()

	rule, err := calendar.ParseRule("FREQ=WEEKLY;COUNT=3")
	if err != nil {
		t.Fatal(err)
	}

	first, err := rule.Next(time.Date(2026, 3, 17, 21, 0, 0, 0, time.UTC), "Europe/Berlin", 1)
	if err != nil {
		t.Fatal(err)
	}

	var s series.Schedule
	s.Restart(rule, first[0], 2*time.Hour, "Europe/Berlin")

	return s
}

func days(dates iter.Seq[calendar.Occurrence]) string {
	var out []string
	for o := range dates {
		out = append(out, o.StartsAt.UTC().Format("01-02T15"))
	}

	return strings.Join(out, " ")
}

func TestASchedule(t *testing.T) {
	t.Parallel()

	s := tuesdays(t)

	if got, want := s.Words, "every Tuesday at 22:00 Europe/Berlin, 3 times"; got != want || s.Length() != 2*time.Hour {
		t.Errorf("got %q for %s, wanted %q for 2h", got, s.Length(), want)
	}

	if got, want := days(s.Dates()), "03-17T21 03-24T21 03-31T20"; got != want {
		t.Errorf("dates: got %s, wanted %s", got, want)
	}

	if got, want := days(s.Ahead()), "03-24T21 03-31T20"; got != want {
		t.Errorf("ahead: got %s, wanted %s", got, want)
	}

	rest, err := s.Remaining("2026-03-24T22:00:00")
	if want := "FREQ=WEEKLY;COUNT=2"; err != nil || rest.String() != want {
		t.Errorf("remaining: got %s, %v; wanted %s", rest, err, want)
	}
}

func TestDaysAreLeftOut(t *testing.T) {
	t.Parallel()

	s := tuesdays(t)

	var left series.Days

	if got, want := days(left.Filter(s.Dates())), "03-17T21 03-24T21 03-31T20"; got != want {
		t.Errorf("none: got %s, wanted %s", got, want)
	}

	left.Add("2026-03-24T08:00:00") // it was moved within its day
	left.Add("2026-03-31T22:00:00")
	left.Remove("2026-03-31T22:00:00")

	if got, want := days(left.Filter(s.Dates())), "03-17T21 03-31T20"; got != want {
		t.Errorf("one: got %s, wanted %s", got, want)
	}
}

func TestWhatCannotBeReadHasNoDates(t *testing.T) {
	t.Parallel()

	for _, s := range []series.Schedule{{}, {Rule: "FREQ=DAILY", FirstWall: "soon"}, {Rule: "always", FirstWall: "2026-03-17T22:00:00"}} {
		if got := days(s.Dates()); got != "" {
			t.Errorf("%+v: got %s, wanted none", s, got)
		}
	}
}
