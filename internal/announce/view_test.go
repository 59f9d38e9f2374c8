package announce_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

var (
	noon = time.Date(2026, time.July, 4, 12, 0, 0, 0, time.UTC)
	page = &url.URL{Scheme: "https", Host: "ops.example.com", Path: "/announcements"}
)

// window is one of two hours from start on, with all that is not for users.
func window(uid string, phase maintenance.Phase, start time.Time) maintenance.Window {
	w := maintenance.Window{
		ID: 7, UID: uid, Revision: 5, Sequence: 2, Phase: phase,
		Plan: maintenance.Plan{
			Title: "Storage " + uid, Message: "Save *your* work.", MaintenanceMode: true,
			Settings: maintenance.Settings{"concurrency": ops.Values{"per_analyst": int64(41)}},
		},
		StartsAt: start, EndsAt: start.Add(2 * time.Hour), TimeZone: "Europe/Berlin",
		Reason: "secret-reason", AnnouncedBy: "dave", ActsFor: "carol", Note: "secret-note", UpdatedAt: noon.Add(-24 * time.Hour),
		Steps:  []maintenance.Step{{Phase: maintenance.Announced, At: noon.Add(-48 * time.Hour)}},
		Report: &maintenance.Report{VerifiedBy: "dave", VerifyReason: "secret-reason"},
	}

	if phase == maintenance.Active || phase == maintenance.Verifying || phase == maintenance.Overrun {
		w.StartedAt = &start
	}

	return w
}

func held(w maintenance.Window, startedAt *time.Time) maintenance.Window {
	w.Phase, w.StartedAt = maintenance.Held, startedAt

	return w
}

// back is a window of which users have had the platform back for three hours.
func back(w maintenance.Window) maintenance.Window {
	at := noon.Add(-3 * time.Hour)
	w.BackAt = &at

	return w
}

func windows() []maintenance.Window {
	started := noon.Add(-5 * time.Hour)

	return []maintenance.Window{
		window("done", maintenance.Completed, noon.Add(-48*time.Hour)),
		window("later", maintenance.Announced, noon.Add(48*time.Hour)),
		window("sooner", maintenance.Announced, noon.Add(24*time.Hour)),
		window("off", maintenance.Cancelled, noon.Add(72*time.Hour)),
		window("missed", maintenance.Missed, noon.Add(-24*time.Hour)),
		window("now", maintenance.Active, noon.Add(-time.Hour)),
		window("long", maintenance.Overrun, noon.Add(-4*time.Hour)),
		held(window("waits", maintenance.Held, noon.Add(time.Hour)), nil),
		held(window("stuck", maintenance.Held, started), &started),
		back(held(window("back", maintenance.Held, started), &started)),
		window("late", maintenance.Announced, noon.Add(-time.Minute)),
	}
}

// eventsOf are the events of windows: each was announced, and is what it is since it was updated last.
func eventsOf(windows []maintenance.Window) []maintenance.Event {
	var out []maintenance.Event

	for _, w := range windows {
		since := w
		w.Phase, w.StartedAt, w.BackAt = maintenance.Announced, nil, nil
		out = append(out, maintenance.Event{ID: int64(len(out) + 1), Kind: maintenance.EventAnnounced, At: noon.Add(-48 * time.Hour), Window: w})

		kinds := map[maintenance.Phase]maintenance.EventKind{
			maintenance.Active: maintenance.EventStarted, maintenance.Overrun: maintenance.EventOverrun, maintenance.Held: maintenance.EventOverrun,
			maintenance.Completed: maintenance.EventEnded, maintenance.Cancelled: maintenance.EventCancelled, maintenance.Missed: maintenance.EventCancelled,
		}
		if since.BackAt != nil {
			since.Phase = maintenance.Completed
		}

		if kind, ok := kinds[since.Phase]; ok && (since.Phase != maintenance.Held || since.StartedAt != nil) {
			out = append(out, maintenance.Event{ID: int64(len(out) + 1), Kind: kind, At: since.UpdatedAt, Window: since})
		}
	}

	return out
}

func names(list []announce.Announcement) []string {
	var out []string
	for _, a := range list {
		out = append(out, a.UID+" "+string(a.Phase)+" "+a.Label)
	}

	return out
}

func TestView(t *testing.T) {
	t.Parallel()

	v := announce.View(windows(), nil, ops.Degraded, noon, page)

	for what, test := range map[string]struct{ got, want []string }{
		"current": {names(v.Current), []string{
			"stuck overrun Taking longer than planned", "long overrun Taking longer than planned", "now active Under way",
		}},
		"upcoming": {names(v.Upcoming), []string{
			"late announced Starting", "waits announced Announced", "sooner announced Announced", "later announced Announced",
		}},
		"cancelled": {names(v.Cancelled), []string{"off cancelled Cancelled"}},
		"over":      {names(v.Over()), []string{"back completed Completed", "missed cancelled Cancelled", "done completed Completed"}},
		"past":      {names(v.Past), []string{"off cancelled Cancelled", "back completed Completed", "missed cancelled Cancelled", "done completed Completed"}},
	} {
		if !slices.Equal(test.got, test.want) {
			t.Errorf("%s is\n%q, want\n%q", what, test.got, test.want)
		}
	}

	if got, want := v.Past[1].EndedAt, noon.Add(-3*time.Hour); got == nil || !got.Equal(want) {
		t.Errorf("what waits for an operator ended at %v for users, want %s", got, want)
	}

	if want := noon.Add(-time.Minute); !v.AsOf.Equal(want) {
		t.Errorf("it is as of %s, want %s, when the last window should have begun", v.AsOf, want)
	}

	if v.Overall.Status != ops.Degraded || v.Overall.Label == "" {
		t.Errorf("overall is %+v, want %s and a label", v.Overall, ops.Degraded)
	}

	if got := v.Current[2].URL; got != "https://ops.example.com/announcements#now" {
		t.Errorf("the window is at %s, want https://ops.example.com/announcements#now", got)
	}
}

func TestViewOfNothing(t *testing.T) {
	t.Parallel()

	data, err := json.Marshal(announce.View(nil, nil, "", noon, page))
	if err != nil {
		t.Fatal(err)
	}

	want := `{"stale":false,` +
		`"overall":{"status":"unknown","label":"The state of the platform is not known"},` +
		`"current":[],"upcoming":[],"past":[],"cancelled":[]}`
	if string(data) != want {
		t.Errorf("it is %s, want %s", data, want)
	}
}

// TestJSONIsForUsers holds the JSON to the list of what users may see.
func TestJSONIsForUsers(t *testing.T) {
	t.Parallel()

	data, err := json.Marshal(announce.View(windows(), nil, ops.Healthy, noon, page))
	if err != nil {
		t.Fatal(err)
	}

	for _, secret := range []string{"secret", "dave", "carol", "per_analyst", "41", "maintenance_mode"} {
		if strings.Contains(string(data), secret) {
			t.Errorf("%q is in %s", secret, data)
		}
	}

	var v struct {
		Current []map[string]any `json:"current"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}

	want := []string{
		"ended_at", "ends_at", "label", "message_html", "message_text", "overrun", "phase", "sequence", "started_at", "starts_at",
		"time_zone", "title", "uid", "updated_at", "updates", "url",
	}

	var got []string
	for name := range v.Current[0] {
		got = append(got, name)
	}

	slices.Sort(got)

	if !slices.Equal(got, want) {
		t.Errorf("an announcement has %q, want %q", got, want)
	}
}

func TestWhen(t *testing.T) {
	t.Parallel()

	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}

		return parsed
	}

	for _, test := range []struct{ from, until, zone, want string }{
		{
			"2026-07-04T20:00:00Z", "2026-07-04T21:30:00Z", "Europe/Berlin",
			"Sat 4 July 2026 22:00 to 23:30 Europe/Berlin (20:00 to 21:30 UTC)",
		},
		{
			"2026-07-04T20:00:00Z", "2026-07-04T22:30:00Z", "Europe/Berlin",
			"Sat 4 July 2026 22:00 to Sun 5 July 2026 00:30 Europe/Berlin (Sat 4 July 2026 20:00 to 22:30 UTC)",
		},
		{
			"2026-07-04T12:00:00Z", "2026-07-06T14:00:00Z", "Europe/Berlin",
			"Sat 4 July 2026 14:00 to Mon 6 July 2026 16:00 Europe/Berlin (Sat 4 July 2026 12:00 to Mon 6 July 2026 14:00 UTC)",
		},
		{"2026-07-04T20:00:00Z", "2026-07-04T21:30:00Z", "UTC", "Sat 4 July 2026 20:00 to 21:30 UTC"},
	} {
		w := window("x", maintenance.Announced, at(test.from))
		w.EndsAt, w.TimeZone = at(test.until), test.zone

		if got := announce.Of(w, nil, noon, page).When(); got != test.want {
			t.Errorf("it is %q, want %q", got, test.want)
		}
	}
}
