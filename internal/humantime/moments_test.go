package humantime_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

// said is what is understood of a text. The page's script says the same, which a browser test
// holds against the same file.
type said struct {
	Text string    `json:"text"`
	Now  time.Time `json:"now"`
	Zone string    `json:"zone"`
	// At is null for what is no moment.
	At    *time.Time `json:"at"`
	Words string     `json:"words,omitempty"`
	Note  string     `json:"note,omitempty"`
	// Second is the other moment of a time that comes twice.
	Second *time.Time `json:"second,omitempty"`
}

func TestMomentsAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()

	data, err := os.ReadFile("testdata/moments.json")
	if err != nil {
		t.Fatal(err)
	}

	var cases []said
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) < 40 {
		t.Fatalf("got %d cases, %v, want at least 40", len(cases), err)
	}

	for _, want := range cases {
		got := understood(t, want.Text, want.Now, want.Zone)

		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q in %s: got %s %q %q %s, want %s %q %q %s", want.Text, want.Zone,
				got.At, got.Words, got.Note, got.Second, want.At, want.Words, want.Note, want.Second)
		}
	}
}

func understood(t *testing.T, text string, now time.Time, zone string) said {
	t.Helper()

	loc := location(t, zone)
	out := said{Text: text, Now: now, Zone: zone}

	m, err := humantime.ParseMoment(text, now, loc)
	if err != nil {
		if !strings.Contains(err.Error(), "18:00") {
			t.Errorf("%q: got %v, want an error that says how it is written", text, err)
		}

		return out
	}

	at := m.At.UTC()
	out.At, out.Words, out.Note = &at, humantime.Say(at, loc), m.Note

	if len(m.Choices) > 1 {
		out.Second = &m.Choices[1].At
	}

	return out
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()

	loc, err := zoneinfo.Location(name)
	if err != nil {
		t.Fatal(err)
	}

	return loc
}

func TestAMomentInARFC3339IsTheSameEverywhere(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 11, 29, 13, 0, 0, 0, time.UTC)

	for text, fixed := range map[string]bool{
		"2026-12-01T18:00:00Z": true, "2026-12-01 18:00 UTC": true, "2026-12-01 18:00 +05:30": true, "2026-12-01T18:00:00.123456+05:30": true,
		"2026-12-01 18:00": false, "18:00": false, "18:00 UTC": false, "in 3 h": false, "tomorrow": false, "now": false,
	} {
		m, err := humantime.ParseMoment(text, now, location(t, "Europe/Berlin"))
		if err != nil || m.Fixed != fixed {
			t.Errorf("%q: got %+v, %v, want it fixed: %v", text, m, err, fixed)
		}
	}
}
