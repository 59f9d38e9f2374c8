package format_test

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/templates/format"
)

func TestCount(t *testing.T) {
	t.Parallel()

	for n, want := range map[int]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 1204: "1,204", 1234567: "1,234,567", -12345: "−12,345", -100: "−100",
	} {
		if got := format.Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()

	for f, want := range map[float64]string{
		0: "0", 3: "3", 0.125: "0.125", 1204: "1,204", 2881.5: "2,881.5", -0.5: "−0.5", 0.0001: "0.0001", 1e18: "1e+18",
		math.Inf(1): "∞", 1234567.8: "1,234,567.8",
	} {
		if got := format.Number(f); got != want {
			t.Errorf("Number(%v) = %q, want %q", f, got, want)
		}
	}

	if got := format.Number(math.NaN()); got != "NaN" {
		t.Errorf("Number(NaN) = %q, want NaN", got)
	}
}

func TestMillisAndSeconds(t *testing.T) {
	t.Parallel()

	for ms, want := range map[float64]string{0: "0 ms", 0.03: "<0.1 ms", 0.44: "0.4 ms", 12: "12 ms", 812.4: "812 ms", 1240: "1.24 s", 125000: "2 min 5 s"} {
		if got := format.Millis(ms); got != want {
			t.Errorf("Millis(%v) = %q, want %q", ms, got, want)
		}
	}

	for s, want := range map[float64]string{0.04: "40 ms", 0.42: "0.42 s", 12.44: "12.4 s", 59: "59 s", 61: "1 min 1 s", 7200: "2 h"} {
		if got := format.Seconds(s); got != want {
			t.Errorf("Seconds(%v) = %q, want %q", s, got, want)
		}
	}
}

func TestPercentIsWholeOnlyWhenAllOfIt(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		part, whole int
		want        string
	}{{0, 0, "0%"}, {57, 60, "95%"}, {60, 60, "100%"}, {999, 1000, "99%"}, {72, 60, "120%"}} {
		if got := format.Percent(c.part, c.whole); got != c.want {
			t.Errorf("Percent(%d, %d) = %q, want %q", c.part, c.whole, got, c.want)
		}
	}
}

func TestShareIsNeverMoreThanItIs(t *testing.T) {
	t.Parallel()

	for want, got := range map[string]string{
		"100%": format.Share(86400, 86400), "99.99%": format.Share(86399, 86400), "99.5%": format.Share(995, 1000),
		"0%": format.Share(0, 0), "33.33%": format.Share(1, 3),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestPlural(t *testing.T) {
	t.Parallel()

	for n, want := range map[int]string{0: "0 jobs", 1: "1 job", 1204: "1,204 jobs"} {
		if got := format.Plural(n, "job", "jobs"); got != want {
			t.Errorf("Plural(%d) = %q, want %q", n, got, want)
		}
	}
}

var now = time.Date(2026, 3, 5, 14, 5, 0, 0, time.UTC)

// TestWhatHasHappenedIsNeverToCome although the clock was set back since.
func TestWhatHasHappenedIsNeverToCome(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		-time.Minute: "1 min ago · 11:59 UTC", 0: "just now · 12:00 UTC", 59 * time.Minute: "12:59 UTC", 25 * time.Hour: "Mon 13:00 UTC",
	} {
		if got := format.Past(now.Add(d), now); got != want {
			t.Errorf("Past(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestRelative(t *testing.T) {
	t.Parallel()

	for d, want := range map[time.Duration]string{
		0: "just now", 400 * time.Millisecond: "just now", -12 * time.Second: "12 s ago", 4*time.Minute + 59*time.Second: "in 4 min",
		-26 * time.Hour: "1 d 2 h ago", 49 * time.Hour: "in 2 d 1 h", -9 * 24 * time.Hour: "9 d ago",
	} {
		if got := format.Relative(now.Add(d), now); got != want {
			t.Errorf("Relative(%v) = %q, want %q", d, got, want)
		}
	}
}

// TestALengthIsNeverNearlyTwice what is written: hours have their minutes, days their hours. The script's lengths are held to the
// same table.
func TestALengthIsNeverNearlyTwice(t *testing.T) {
	t.Parallel()

	data, err := os.ReadFile("testdata/lengths.json")
	if err != nil {
		t.Fatal(err)
	}

	var lengths map[int]string
	if err := json.Unmarshal(data, &lengths); err != nil {
		t.Fatal(err)
	}

	maps.Copy(lengths, map[int]string{
		59: "59 s", 60: "1 min", 3599: "59 min", 3600: "1 h", 7199: "1 h 59 min", 86399: "23 h 59 min", 86400: "1 d",
		172799: "1 d 23 h", 172800: "2 d",
	})

	for seconds, want := range lengths {
		d := time.Duration(seconds) * time.Second
		if got := format.Relative(now.Add(d), now); got != "in "+want {
			t.Errorf("%v ahead: got %q, want in %s", d, got, want)
		}

		if got := format.Relative(now.Add(-d), now); got != want+" ago" {
			t.Errorf("%v before: got %q, want %s ago", d, got, want)
		}
	}
}

func TestAbsoluteIsAsShortAsItIsClear(t *testing.T) {
	t.Parallel()

	for d, want := range map[time.Duration]string{
		-time.Hour: "13:05 UTC", 10 * time.Hour: "Fri 00:05 UTC", -15 * time.Hour: "Wed 23:05 UTC", 5 * 24 * time.Hour: "Tue 14:05 UTC",
		-20 * 24 * time.Hour: "13 Feb, 14:05 UTC", -100 * 24 * time.Hour: "25 Nov 2025, 14:05 UTC", 31 * 24 * time.Hour: "5 Apr, 14:05 UTC",
	} {
		if got := format.Absolute(now.Add(d), now); got != want {
			t.Errorf("Absolute(%v) = %q, want %q", d, got, want)
		}
	}

	zone := time.FixedZone("east", 3*3600)
	if got := format.Absolute(now.In(zone), now); got != "14:05 UTC" {
		t.Errorf("in another zone: %q, want 14:05 UTC", got)
	}
}

func TestSpanHasItsTwoLargestUnits(t *testing.T) {
	t.Parallel()

	for d, want := range map[time.Duration]string{
		0: "0 ms", 40 * time.Millisecond: "40 ms", 42 * time.Second: "42 s", 125 * time.Second: "2 min 5 s", 2 * time.Hour: "2 h",
		76*time.Hour + 59*time.Minute: "3 d 4 h",
	} {
		if got := format.Span(d); got != want {
			t.Errorf("Span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestDurationKeepsTheUnitsItWasWrittenIn(t *testing.T) {
	t.Parallel()

	for iso, want := range map[string]string{
		"PT36H": "36 h (PT36H)", "P1DT12H": "1 d 12 h (P1DT12H)", "P7D": "7 d (P7D)", "PT90M": "90 min (PT90M)", "PT1H30M5S": "1 h 30 min 5 s (PT1H30M5S)",
		"PT0S": "0 s (PT0S)", "P1M": "P1M", "": "", "soon": "soon",
	} {
		if got := format.Duration(iso); got != want {
			t.Errorf("Duration(%q) = %q, want %q", iso, got, want)
		}
	}
}

func TestMomentsInATextAreWrittenAsPeopleReadThem(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"Until 2026-03-01T15:00:00Z.":                                    "Until Sun 1 Mar 2026, 15:00 UTC.",
		"From 2026-03-01T15:00:00.123456+01:00 to 2026-03-02T00:30:00Z.": "From Sun 1 Mar 2026, 14:00 UTC to Mon 2 Mar 2026, 00:30 UTC.",
		"The current values are kept. 2026-03-01":                        "The current values are kept. 2026-03-01", "": "",
	} {
		if got := format.Moments(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
