package announce_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

// hours are spans of hours from noon on: -20, -14 is a span of six hours this morning and last night.
func hours(pairs ...float64) []announce.Span {
	at := func(h float64) time.Time { return noon.Add(time.Duration(h * float64(time.Hour))) }

	var spans []announce.Span
	for pair := range slices.Chunk(pairs, 2) {
		spans = append(spans, announce.Span{Since: at(pair[0]), Until: at(pair[1])})
	}

	return spans
}

// uptimesOf is what users are told of what was observed.
func uptimesOf(zone string, windows []maintenance.Window, at time.Time, components ...announce.Component) announce.Uptimes {
	return announce.UptimesOf(&announce.Observed{At: at, Components: components}, windows, calendar.Location(zone))
}

func checkShare(t *testing.T, what string, got announce.Share, up, down, maintenance float64) {
	t.Helper()

	const hour = 3600
	if float64(got.UpSeconds) != up*hour || float64(got.DownSeconds) != down*hour || float64(got.MaintenanceSeconds) != maintenance*hour {
		t.Errorf("%s: got %+v, want %v h up, %v h down and %v h of maintenance", what, got, up, down, maintenance)
	}
}

// TestUptime counts what was seen, maintenance apart, and nothing that nobody saw.
func TestUptime(t *testing.T) {
	t.Parallel()

	planned := window("x", maintenance.Completed, noon)
	planned.StartedAt, planned.BackAt = new(noon.Add(-10*time.Hour)), new(noon.Add(-8*time.Hour))
	never := window("y", maintenance.Cancelled, noon.Add(-2*time.Hour))

	got := uptimesOf("UTC", []maintenance.Window{planned, never}, noon,
		announce.Component{
			Name: "Catalog",
			// Long ago; by two consoles; and one of them saw until later that it answered.
			Answered: hours(-24*200, -24*100, -20, -14.5, -20, -14, -13, -11, -13, -10.5),
			// Over midnight; and two hours of it planned.
			Silent: hours(-14, -13, -11, -7),
		},
		announce.Component{Name: "Queries", Answered: hours(-1, 1)},
		announce.Component{Name: "Nobody looks"},
	)

	if got.AsOf != noon || got.TimeZone != "UTC" || len(got.Components) != 3 || len(got.Components[0].Days) != announce.UptimeDays {
		t.Fatalf("got %+v, want three components over 90 days in UTC as of noon", got)
	}

	u := got.Components[0]
	checkShare(t, "in all", u.Share, 8, 3, 2)

	if all := u.UpSeconds + u.DownSeconds + u.MaintenanceSeconds + u.UnknownSeconds; all != (89*24+12)*3600 {
		t.Errorf("it is told what became of %d s, want of 89 days and a half", all)
	}

	if u.Percent == nil || *u.Percent != 72.7 {
		t.Errorf("got %v %%, want 72.7", u.Percent)
	}

	today, yesterday := u.Days[announce.UptimeDays-1], u.Days[announce.UptimeDays-2]
	checkShare(t, "today", today.Share, 1, 2, 2)
	checkShare(t, "yesterday", yesterday.Share, 7, 1, 0)

	if today.Date != "2026-07-04" || yesterday.Date != "2026-07-03" || today.UnknownSeconds != 7*3600 {
		t.Errorf("got %+v and %+v, want the 4th, 7 h of it unknown, and the 3rd", today, yesterday)
	}

	checkShare(t, "what is not over yet", got.Components[1].Share, 1, 0, 2)

	if silent := got.Components[2]; silent.Percent != nil || silent.Name != "Nobody looks" || silent.Days[0].Percent != nil {
		t.Errorf("of what nobody watched it is told %+v", silent.Share)
	}
}

// TestUptimeIsNotRoundedUp: 100 is all of it.
func TestUptimeIsNotRoundedUp(t *testing.T) {
	t.Parallel()

	got := uptimesOf("UTC", nil, noon, announce.Component{
		Name: "Catalog", Answered: []announce.Span{{Since: noon.AddDate(0, 0, -89), Until: noon}},
		Silent: []announce.Span{{Since: noon.Add(-time.Second), Until: noon}},
	}).Components[0]
	if got.DownSeconds != 1 || *got.Percent != 99.9 {
		t.Errorf("of one second in 89 days it is told %+v, want 99.9 %%", got.Share)
	}
}

// TestUptimeOfAWindow is apart until users have the platform back.
func TestUptimeOfAWindow(t *testing.T) {
	t.Parallel()

	started := noon.Add(-2 * time.Hour)
	overrun := window("overrun", maintenance.Overrun, started)
	overrun.StartedAt = &started
	w := window("held", maintenance.Held, started)
	heldBack := back(held(w, new(noon.Add(-5*time.Hour))))

	got := uptimesOf("UTC", []maintenance.Window{overrun, heldBack}, noon, announce.Component{Name: "Catalog", Silent: hours(-6, 0)})
	checkShare(t, "while one overruns, and of one that waits for an operator", got.Components[0].Share, 0, 2, 4)
}

// TestUptimeDaysAreThoseOfTheZone, which have 23 to 25 hours and begin at one where clocks skip midnight, in all zones
// and whatever the time of the day.
func TestUptimeDaysAreThoseOfTheZone(t *testing.T) {
	t.Parallel()

	lengths := map[string]map[int64]bool{}

	for _, zone := range calendar.Zones() {
		lengths[zone] = map[int64]bool{}

		for _, month := range []time.Month{time.January, time.May, time.July, time.December} {
			at := time.Date(2026, month, 15, 9, 17, 3, 0, time.UTC)
			up := announce.Component{Name: "Catalog", Answered: []announce.Span{{Since: at.AddDate(-1, 0, 0), Until: at}}}
			u := uptimesOf(zone, nil, at, up).Components[0]

			for i, d := range u.Days {
				want := at.In(calendar.Location(zone)).AddDate(0, 0, i-announce.UptimeDays+1).Format(time.DateOnly)
				if d.Date != want || d.UnknownSeconds != 0 || *d.Percent != 100 {
					t.Fatalf("%s, day %d at %s: got %+v, want all of %s", zone, i, at, d, want)
				}

				if i < announce.UptimeDays-1 {
					lengths[zone][d.UpSeconds/3600] = true
				}
			}
		}
	}

	for zone, want := range map[string][]int64{"Europe/Berlin": {23, 24, 25}, "Asia/Beirut": {23, 24, 25}, "America/Havana": {23, 24, 25}, "UTC": {24}} {
		for _, hours := range want {
			if !lengths[zone][hours] || len(lengths[zone]) != len(want) {
				t.Errorf("the days of %s have %v hours, want %v", zone, lengths[zone], want)
			}
		}
	}
}

// TestUptimesAreServed from memory, to be asked for again at little cost; what else is told stays as it is.
func TestUptimesAreServed(t *testing.T) {
	t.Parallel()

	w := newWorld()
	w.windows = nil
	f := w.feeds(func(c *announce.Config) { c.Zone = time.UTC })

	if got := get(t, f, announce.UptimesPath).Body.String(); got != `{"components":[]}` {
		t.Errorf("unless it is observed %s is told, want nothing", got)
	}

	windows := get(t, f, announce.JSONPath).Header().Get("ETag")
	reads := w.reads.Load()

	f.Observe(announce.Observed{At: noon, Components: []announce.Component{{Name: "Catalog", Answered: hours(-5, -1), Silent: hours(-1, 0)}}})

	first := get(t, f, announce.UptimesPath)

	var told announce.Uptimes
	if err := json.Unmarshal(first.Body.Bytes(), &told); err != nil || len(told.Components) != 1 || *told.Components[0].Percent != 80 {
		t.Errorf("%v: %s, want 80 %% of Catalog", err, first.Body)
	}

	f.Observe(announce.Observed{At: noon}) // nothing new

	if again := get(t, f, announce.UptimesPath, "If-None-Match: "+first.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("asked for again it is %d, want 304", again.Code)
	}

	if got := get(t, f, announce.JSONPath).Header().Get("ETag"); got != windows {
		t.Error("what is told of windows is another document since")
	}

	if got := w.reads.Load(); got > reads+1 {
		t.Errorf("windows were read %d times more, want once at the most", got-reads)
	}
}
