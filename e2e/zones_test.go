package e2e_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

// TestTheBrowserReckonsWithTheSameRules asks the browser for every zone that it knows. Where it
// has other offsets its rules are of another release: ./task zoneinfo brings ours up to date.
func TestTheBrowserReckonsWithTheSameRules(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/")
	p.pressIn(".topbar", "dave")
	p.sees("#zone-help", "IANA 2026f")

	offsets := evaluate[map[string]string](p, `Object.fromEntries(Intl.supportedValuesOf("timeZone").map(zone => [zone,
		new Intl.DateTimeFormat("en", {timeZone: zone, timeZoneName: "longOffset"})
			.formatToParts(new Date("2026-12-15T12:00:00Z")).find(part => part.type === "timeZoneName").value]))`)
	if len(offsets) < 400 {
		t.Fatalf("the browser knows %d zones, want at least 400", len(offsets))
	}

	at := time.Date(2026, 12, 15, 12, 0, 0, 0, time.UTC)

	for zone, browser := range offsets {
		loc, err := zoneinfo.Location(zone)
		if err != nil {
			t.Error(err)

			continue
		}

		// A browser may be older than 2026f: Chromium 156 has not heard of Havana's new rules.
		changed := []string{
			"America/Vancouver", "America/Edmonton", "America/Inuvik", "America/Winnipeg", "America/Rainy_River", "America/Havana",
			"Africa/Casablanca", "Africa/El_Aaiun",
		}

		if ours := "GMT" + at.In(loc).Format("-07:00"); ours != browser && !slices.Contains(changed, zone) {
			t.Errorf("%s is %s here and %s in the browser, want the same", zone, ours, browser)
		}
	}

	got := p.fetch(http.MethodGet, "/readyz", nil)

	var ready struct {
		Details struct {
			TimeZones struct {
				Release string `json:"release"`
			} `json:"time_zones"`
		} `json:"details"`
	}
	if err := json.Unmarshal([]byte(got.Body), &ready); err != nil || ready.Details.TimeZones.Release < "2026f" {
		t.Errorf("got %s, %v, want release 2026f or later", got.Body, err)
	}
}
