package timerange_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/timerange"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
	"github.com/graph-olap/opsconsole/ops"
)

// now is a while after the clocks in Berlin have gone back, at 01:00 UTC.
var now = time.Date(2026, 10, 25, 13, 30, 0, 0, time.UTC)

func parse(t *testing.T, query, zone string) (timerange.Range, error) {
	t.Helper()

	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}

	loc, err := zoneinfo.Location(zone)
	if err != nil {
		t.Fatal(err)
	}

	return timerange.Parse(values, time.Hour, now, loc)
}

func TestARangeIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		query, zone string
		// from and until are moments of 2026, kept is how an address has the range, live whether it reaches to now.
		from, until, kept string
		live              bool
	}{
		{"", "UTC", "10-25 12:30", "10-25 13:30", "from=-1h&to=now", true},
		{"from=&to=", "UTC", "10-25 12:30", "10-25 13:30", "from=-1h&to=now", true},
		{"from=-6h", "UTC", "10-25 07:30", "10-25 13:30", "from=-6h&to=now", true},
		{"from=-6h&to=now", "Asia/Kolkata", "10-25 07:30", "10-25 13:30", "from=-6h&to=now", true},
		{"from=6 h ago", "UTC", "10-25 07:30", "10-25 13:30", "from=-6h&to=now", true},
		{"from=-7d", "UTC", "10-18 13:30", "10-25 13:30", "from=-7d&to=now", true},
		{"from=-1d", "UTC", "10-24 13:30", "10-25 13:30", "from=-24h&to=now", true},
		{"from=-P30D", "UTC", "09-25 13:30", "10-25 13:30", "from=-30d&to=now", true},
		{"from=-90m", "UTC", "10-25 12:00", "10-25 13:30", "from=-90m&to=now", true},
		{"from=-90s", "UTC", "10-25 13:28", "10-25 13:30", "from=-90s&to=now", true},
		{"to=-2h", "UTC", "10-25 10:30", "10-25 11:30", "from=-3h&to=-2h", false},
		{"from=-6h&to=-2h", "UTC", "10-25 07:30", "10-25 11:30", "from=-6h&to=-2h", false},
		{"from=2026-10-22T14:23Z&to=2026-10-22T15:00:30Z", "UTC", "10-22 14:23", "10-22 15:00", "from=2026-10-22T14:23:00Z&to=2026-10-22T15:00:30Z", false},
		{"from=2026-10-22T14:23:00%2B05:30&to=now", "UTC", "10-22 08:53", "10-25 13:30", "from=2026-10-22T08:53:00Z&to=now", true},
		{"to=2026-10-22T14:00Z", "UTC", "10-22 13:00", "10-22 14:00", "from=2026-10-22T13:00:00Z&to=2026-10-22T14:00:00Z", false},
		// On the clocks of the viewer: a day before, across the change, and in the hour that comes twice.
		{"from=2026-10-24&to=2026-10-26", "Europe/Berlin", "10-23 22:00", "10-25 13:30", "from=2026-10-23T22:00:00Z&to=2026-10-25T23:00:00Z", false},
		{"from=today", "Europe/Berlin", "10-24 22:00", "10-25 13:30", "from=2026-10-24T22:00:00Z&to=now", true},
		{"from=02:30&to=03:30", "Europe/Berlin", "10-25 00:30", "10-25 02:30", "from=2026-10-25T00:30:00Z&to=2026-10-25T02:30:00Z", false},
		{"from=02:30&to=03:30", "UTC", "10-25 02:30", "10-25 03:30", "from=2026-10-25T02:30:00Z&to=2026-10-25T03:30:00Z", false},
		{"from=2026-03-29 02:30&to=2026-03-29 04:00", "Europe/Berlin", "03-29 01:30", "03-29 02:00", "from=2026-03-29T01:30:00Z&to=2026-03-29T02:00:00Z", false},
	} {
		r, err := parse(t, c.query, c.zone)
		if err != nil {
			t.Errorf("%s in %s: %v", c.query, c.zone, err)

			continue
		}

		from, until := r.Times(now)
		kept, _ := url.QueryUnescape(r.Values().Encode())

		const layout = "01-02 15:04"
		if from.Format(layout) != c.from || until.Format(layout) != c.until || kept != c.kept || r.Live() != c.live {
			t.Errorf("%s in %s: got %s to %s, %s, live %v; want %s to %s, %s, live %v", c.query, c.zone,
				from.Format(layout), until.Format(layout), kept, r.Live(), c.from, c.until, c.kept, c.live)
		}

		if again, err := parse(t, r.Values().Encode(), "Pacific/Apia"); err != nil || again != r {
			t.Errorf("%s: its own address is read as %v, %v, want %v", c.query, again, err, r)
		}
	}
}

func TestARangeThatCannotBeShownIsRefused(t *testing.T) {
	t.Parallel()

	for query, want := range map[string]string{
		"from=soon":                     "from: \"soon\" is not a time",
		"to=%00":                        "to: \"\\x00\" is not a time",
		"from=%ff":                      "from: ",
		"from=-6h&to=-6h":               "from: must be before the end",
		"from=-6h&to=-7h":               "from: must be before the end",
		"from=-6h&to=2026-10-20":        "from: must be before the end",
		"from=now":                      "from: must be in the past",
		"from=in 3 h":                   "from: must be in the past",
		"from=tomorrow&to=2026-11-05":   "from: must be in the past",
		"from=-30s":                     "from: must be at least a minute before the end",
		"from=-30s&to=tomorrow":         "from: must be at least a minute before the end",
		"from=-401d":                    "from: is further back",
		"from=-999999999h":              "from: ",
		"to=-9223372036s":               "to: ",
		"from=0001-01-01":               "from: is further back",
		"from=2024-01-01&to=2024-01-02": "from: is further back",
		"from=-0h":                      "from: must be in the past",
	} {
		_, err := parse(t, query, "UTC")

		errs := ops.FieldErrors(err)
		if len(errs) != 1 || !strings.HasPrefix(strings.TrimPrefix(errs[0].Field, "query.")+": "+errs[0].Message, want) {
			t.Errorf("%s: got %v, want %s", query, errs, want)
		}
	}
}

func TestARangeThatMovesAndDoesNotReachToNowCanBeFixed(t *testing.T) {
	t.Parallel()

	r, err := parse(t, "from=-6h&to=-2h", "UTC")
	if err != nil {
		t.Fatal(err)
	}

	if got, want := r.Fixed(now), timerange.Between(now.Add(-6*time.Hour), now.Add(-2*time.Hour)); got != want {
		t.Errorf("got %v, want %v", got.Values(), want.Values())
	}

	if live := timerange.Last(time.Hour); live.Fixed(now) != live {
		t.Errorf("the last hour became %v", live.Fixed(now).Values())
	}
}

// TestARangeGrowsNoFurtherThanAnythingIsKept: a page may be open for long.
func TestARangeGrowsNoFurtherThanAnythingIsKept(t *testing.T) {
	t.Parallel()

	r, err := parse(t, "from=-400d", "UTC")
	if err != nil {
		t.Fatal(err)
	}

	grown := timerange.Range{From: timerange.At(r.From.Time(now))}
	if length := grown.Length(now.Add(time.Hour)); length != timerange.Furthest {
		t.Errorf("it is %v long, want 400 days", length)
	}
}

// TestAnAddressOfARangeIsGoodForLater, when what it begins with is kept no longer.
func TestAnAddressOfARangeIsGoodForLater(t *testing.T) {
	t.Parallel()

	r, err := parse(t, "from=-400d&to=-1h", "UTC")
	if err != nil {
		t.Fatal(err)
	}

	later := now.Add(time.Minute)

	again, err := timerange.Parse(r.Fixed(now).Values(), time.Hour, later, time.UTC)
	if err != nil {
		t.Fatalf("got %v, want what is left of it", err)
	}

	if from, until := again.Times(later); !from.Equal(later.Add(-timerange.Furthest)) || !until.Equal(now.Add(-time.Hour)) {
		t.Errorf("got %s to %s, want from what is kept to the same end", from, until)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"", "now", "-6h", "-7d", "6 h ago", "2026-10-22T14:23Z", "02:30", "-999999999h", "0001-01-01", "\x00"} {
		f.Add(text, text)
	}

	f.Fuzz(func(t *testing.T, from, to string) {
		r, err := timerange.Parse(url.Values{"from": {from}, "to": {to}}, time.Hour, now, time.UTC)
		if err != nil {
			return
		}

		if length := r.Length(now); length < timerange.Shortest || length > timerange.Furthest {
			t.Errorf("%q to %q is %v long", from, to, length)
		}
	})
}
