package humantime_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/templates/format"
)

// TestDurationsAreReadAsTheScriptReadsThem: testdata/durations.json has what is typed and the words
// for it, null for what is none. e2e holds assets/js/durations.js against it too.
func TestDurationsAreReadAsTheScriptReadsThem(t *testing.T) {
	t.Parallel()

	data, err := os.ReadFile("testdata/durations.json")
	if err != nil {
		t.Fatal(err)
	}

	var typed map[string]*string
	if err := json.Unmarshal(data, &typed); err != nil {
		t.Fatal(err)
	}

	for text, want := range typed {
		got, err := humantime.ParseDuration(text)

		switch {
		case text == "": // no expiry, of which nothing is said
		case want == nil && err == nil:
			t.Errorf("%q passes for %s", text, got)
		case want != nil && (err != nil || format.Duration(got) != *want):
			t.Errorf("%q is %q, %v; want %q", text, format.Duration(got), err, *want)
		}
	}
}

// TestADurationIsTypedInWords where those are the same duration, and as it is spelled where they are not.
func TestADurationIsTypedInWords(t *testing.T) {
	t.Parallel()

	for iso, want := range map[string]string{
		"PT24H": "24 h", "P30D": "30 d", "PT90M": "90 min", "PT45S": "45 s", "PT36H": "36 h",
		"P1DT12H": "1 d 12 h", "PT1H30M": "1 h 30 min", "P1Y": "P1Y", "P4W": "P4W", "PT0.5S": "PT0.5S", "P1M": "P1M", "": "",
	} {
		if got := humantime.Typed(iso); got != want {
			t.Errorf("%q: got %q, want %q", iso, got, want)
		}
	}
}
