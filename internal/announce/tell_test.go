package announce_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// story is a window that is announced, moved, begun, extended, told of and ended, as it is after n events.
func story(n int) (maintenance.Window, []maintenance.Event) {
	w := window("x", maintenance.Announced, noon)
	w.Title = "Storage"

	var events []maintenance.Event

	happen := func(kind maintenance.EventKind, at time.Time, change func(w *maintenance.Window, e *maintenance.Event)) {
		if len(events) == n {
			return
		}

		e := maintenance.Event{ID: int64(len(events) + 11), Kind: kind, At: at}
		w.Sequence, w.UpdatedAt = w.Sequence+1, at
		change(&w, &e)
		e.Window = w
		events = append(events, e)
	}

	happen(maintenance.EventAnnounced, noon.Add(-48*time.Hour), func(*maintenance.Window, *maintenance.Event) {})
	happen(maintenance.EventChanged, noon.Add(-24*time.Hour), func(w *maintenance.Window, e *maintenance.Event) {
		e.WasStartsAt, e.WasEndsAt = new(w.StartsAt), new(w.EndsAt)
		w.StartsAt, w.EndsAt = noon.Add(time.Hour), noon.Add(3*time.Hour)
	})
	happen(maintenance.EventStarted, noon.Add(time.Hour), func(w *maintenance.Window, _ *maintenance.Event) {
		w.Phase, w.StartedAt = maintenance.Active, new(noon.Add(time.Hour))
	})
	happen(maintenance.EventExtended, noon.Add(2*time.Hour), func(w *maintenance.Window, e *maintenance.Event) {
		e.WasStartsAt, e.WasEndsAt = new(w.StartsAt), new(w.EndsAt)
		w.EndsAt = noon.Add(4 * time.Hour)
	})
	happen(maintenance.EventUpdated, noon.Add(3*time.Hour), func(_ *maintenance.Window, e *maintenance.Event) {
		e.Severity, e.Text = maintenance.SeverityWarning, "The *database* is back.\n\nRunning checks."
	})
	happen(maintenance.EventOverrun, noon.Add(4*time.Hour), func(w *maintenance.Window, _ *maintenance.Event) { w.Phase = maintenance.Overrun })
	happen(maintenance.EventEnded, noon.Add(5*time.Hour), func(w *maintenance.Window, _ *maintenance.Event) {
		w.Phase, w.BackAt, w.EndedAt = maintenance.Completed, new(noon.Add(5*time.Hour)), new(noon.Add(5*time.Hour))
	})

	return w, events
}

const storyLength = 7

// viewOf is what users are told after n events, at that moment.
func viewOf(n int, now time.Time) announce.Announcements {
	w, events := story(n)

	return announce.View([]maintenance.Window{w}, events, ops.Healthy, now, page)
}

func TestAtomTellsEachEventOnce(t *testing.T) {
	t.Parallel()

	want := []string{
		"Announced: Storage, Sat 4 July 2026 14:00 to 16:00 Europe/Berlin (12:00 to 14:00 UTC)",
		"Moved: Storage, now Sat 4 July 2026 15:00 to 17:00 Europe/Berlin (13:00 to 15:00 UTC)",
		"Under way: Storage, Sat 4 July 2026 15:00 to 17:00 Europe/Berlin (13:00 to 15:00 UTC)",
		"Extended: Storage, now Sat 4 July 2026 15:00 to 18:00 Europe/Berlin (13:00 to 16:00 UTC)",
		"Warning: Storage, The database is back.",
		"Taking longer than planned: Storage, Sat 4 July 2026 15:00 to 18:00 Europe/Berlin (13:00 to 16:00 UTC)",
		"Completed: Storage, Sat 4 July 2026 15:00 to 19:00 Europe/Berlin (13:00 to 17:00 UTC)",
	}

	var known []string

	for n := 1; n <= storyLength; n++ {
		f := feed(t, viewOf(n, noon.Add(6*time.Hour)))

		if f.Entries[0].Links[0].Href != f.Entries[0].ID {
			t.Errorf("after %d events the newest leads to %s, want a place of its own: some readers tell of each once", n, f.Entries[0].Links[0].Href)
		}

		if len(f.Entries) != n || f.Entries[0].Title != want[n-1] || slices.Contains(known, f.Entries[0].ID) {
			t.Fatalf("after %d events there are %d entries, the newest %q with the id %s; want %q with one that was not there: %q",
				n, len(f.Entries), f.Entries[0].Title, f.Entries[0].ID, want[n-1], known)
		}

		for i, e := range f.Entries[1:] {
			if e.ID != known[len(known)-1-i] || e.Title != want[n-2-i] {
				t.Errorf("after %d events an entry that was there is %s, %q; want %s, %q", n, e.ID, e.Title, known[len(known)-1-i], want[n-2-i])
			}
		}

		known = append(known, f.Entries[0].ID)
	}

	if known[0] != "https://ops.example.com/announcements#x" {
		t.Errorf("the announcement has the id %s, want that which the window's only entry had", known[0])
	}
}

// TestAtomSumsUpWhatWasTold before there was an entry for each event: readers know the id of the one that
// there was, and are told nothing anew.
func TestAtomSumsUpWhatWasTold(t *testing.T) {
	t.Parallel()

	w, events := story(4)
	for i := range events[:3] {
		events[i].SummedUp = true
	}

	f := feed(t, announce.View([]maintenance.Window{w}, events, ops.Healthy, noon, page))

	var got []string
	for _, e := range f.Entries {
		got = append(got, e.ID+" "+strings.SplitN(e.Title, ":", 2)[0])
	}

	want := []string{"https://ops.example.com/announcements#x-14 Extended", "https://ops.example.com/announcements#x Under way"}
	if !slices.Equal(got, want) {
		t.Errorf("the entries are %q, want %q", got, want)
	}
}

// TestAtomTellsOfASeriesOnce, by its rule; windows that are written ahead have their turn.
func TestAtomTellsOfASeriesOnce(t *testing.T) {
	t.Parallel()

	var windows []maintenance.Window

	for i := range 4 {
		w := window(string(rune('a'+i)), maintenance.Announced, noon.AddDate(0, 0, 7*i))
		w.Recurrence, w.Series, w.Occurrence = new("FREQ=WEEKLY;BYDAY=SA"), new(int64(3)), int64(i+1)
		windows = append(windows, w)
	}

	events := []maintenance.Event{
		{ID: 1, Kind: maintenance.EventAnnounced, At: noon.Add(-time.Hour), Window: windows[0], Following: true},
		{ID: 2, Kind: maintenance.EventAnnounced, At: noon, Window: windows[1]},
	}

	f := feed(t, announce.View(windows, events, ops.Healthy, noon, page))

	var got []string
	for _, e := range f.Entries {
		got = append(got, e.ID+" "+e.Title)
	}

	want := []string{
		"https://ops.example.com/announcements#b-2 Announced: Storage b, Sat 11 July 2026 14:00 to 16:00 Europe/Berlin (12:00 to 14:00 UTC)",
		"https://ops.example.com/announcements#a Announced: Storage a, every Saturday at 14:00 Europe/Berlin, from Sat 4 July 2026 14:00 Europe/Berlin (12:00 UTC) on",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the entries are\n%q, want\n%q", got, want)
	}
}

// TestCalendarTellsAsItGoesOn what the window is by then, and when it ends.
func TestCalendarTellsAsItGoesOn(t *testing.T) {
	t.Parallel()

	for n, want := range map[int]struct {
		now              time.Duration
		summary, endsAt  string
		description, not string
	}{
		1: {-47 * time.Hour, "Storage", "14:00:00", "Announced: Sat 4 July 2026 14:00 to 16:00 Europe/Berlin (12:00 to 14:00 UTC)", "What changed"},
		2: {
			-23 * time.Hour, "Moved: Storage", "15:00:00",
			"Fri 3 July 2026 14:00 Europe/Berlin (12:00 UTC): Moved from Sat 4 July 2026 14:00 to 16:00 Europe/Berlin (12:00 to 14:00 UTC) " +
				"to Sat 4 July 2026 15:00 to 17:00 Europe/Berlin (13:00 to 15:00 UTC)", "Under way",
		},
		3: {time.Hour, "Under way: Storage", "15:00:00", "Save your work.", "Extended"},
		5: {3 * time.Hour, "Under way: Storage", "16:00:00", "Warning: The database is back.", "Completed"},
		6: {4*time.Hour + 20*time.Minute, "Taking longer than planned: Storage", "16:45:00", "Taking longer than planned", "Completed"},
		7: {6 * time.Hour, "Storage", "17:00:00", "Ended Sat 4 July 2026 19:00 Europe/Berlin (17:00 UTC)", "Cancelled"},
	} {
		v := viewOf(n, noon.Add(want.now))
		_, byUID := events(t, v.Calendar(source))
		e := byUID["x"]

		if got := value(t, e, ical.PropSummary); got != want.summary {
			t.Errorf("after %d events it is %q, want %q", n, got, want.summary)
		}

		if got := moment(t, e, ical.PropDateTimeEnd).UTC().Format(time.TimeOnly); got != want.endsAt {
			t.Errorf("after %d events it ends at %s, want %s", n, got, want.endsAt)
		}

		if got := value(t, e, ical.PropDescription); !strings.Contains(got, want.description) || strings.Contains(got, want.not) {
			t.Errorf("after %d events it says\n%s\nwant %q, not %q", n, got, want.description, want.not)
		}
	}
}

// TestCalendarOfAnEarlyEnd has the end that was, and of a window that is called off what it was to be.
func TestCalendarOfAnEarlyEnd(t *testing.T) {
	t.Parallel()

	early := window("early", maintenance.Completed, noon)
	early.BackAt = new(noon.Add(time.Hour))

	off := window("off", maintenance.Cancelled, noon)
	off.EndedAt = new(noon.Add(-time.Hour))

	_, byUID := events(t, announce.View([]maintenance.Window{early, off}, nil, ops.Healthy, noon.Add(3*time.Hour), page).Calendar(source))

	if got, want := moment(t, byUID["early"], ical.PropDateTimeEnd), noon.Add(time.Hour); !got.Equal(want) {
		t.Errorf("what ended early ends at %s, want %s", got, want)
	}

	if got := value(t, byUID["off"], ical.PropSummary); got != "Cancelled: Storage off" || !moment(t, byUID["off"], ical.PropDateTimeEnd).Equal(off.EndsAt) {
		t.Errorf("what was called off is %q until %s, want it to say so, until %s", got, moment(t, byUID["off"], ical.PropDateTimeEnd), off.EndsAt)
	}
}

// TestTheEndOfAnOverrunMovesOn in what is served, and a copy is not kept beyond.
func TestTheEndOfAnOverrunMovesOn(t *testing.T) {
	t.Parallel()

	w := newWorld()
	overrun, _ := story(6)
	w.windows = []maintenance.Window{overrun}

	f := w.feeds(nil)

	for _, test := range []struct{ now, want time.Duration }{
		{4*time.Hour + 10*time.Minute, 4*time.Hour + 30*time.Minute},
		{4*time.Hour + 14*time.Minute, 4*time.Hour + 30*time.Minute},
		{4*time.Hour + 15*time.Minute, 4*time.Hour + 45*time.Minute},
	} {
		w.set(func(w *world) { w.now = noon.Add(test.now) })

		r := get(t, f, announce.CalendarPath)

		_, byUID := events(t, r.Body.Bytes())
		if got := moment(t, byUID["x"], ical.PropDateTimeEnd); !got.Equal(noon.Add(test.want)) {
			t.Errorf("%s after noon it ends at %s, want %s", test.now, got, noon.Add(test.want))
		}

		if again := get(t, f, announce.CalendarPath, "If-None-Match: "+r.Header().Get("ETag")); again.Code != 304 {
			t.Errorf("asked for again it is %d, want 304", again.Code)
		}
	}
}

// TestWhatRulesMovedIsToldInUTC: the clocks of its zone showed what they show now.
func TestWhatRulesMovedIsToldInUTC(t *testing.T) {
	t.Parallel()

	w := window("x", maintenance.Announced, noon)
	before := noon.Add(time.Hour)
	w.RulesMove = &maintenance.RulesMove{StartsAt: before, EndsAt: before.Add(2 * time.Hour), NowStartsAt: w.StartsAt, NowEndsAt: w.EndsAt}

	moved := maintenance.Event{
		ID: 2, Kind: maintenance.EventChanged, At: noon.Add(-time.Hour), Window: w, WasStartsAt: new(before), WasEndsAt: new(before.Add(2 * time.Hour)),
	}
	v := announce.View([]maintenance.Window{w}, append(eventsOf([]maintenance.Window{w}), moved), ops.Healthy, noon.Add(-time.Hour), page)

	const want = "Moved from Sat 4 July 2026 13:00 to 15:00 UTC to Sat 4 July 2026 12:00 to 14:00 UTC: " +
		"the rules of Europe/Berlin have changed, and it keeps its time on the clocks there"

	if got := feed(t, v).Entries[0].Content.Value; !strings.Contains(got, want) {
		t.Errorf("the entry says\n%s\nwant %q", got, want)
	}

	_, byUID := events(t, v.Calendar(source))
	if got := value(t, byUID["x"], ical.PropDescription); !strings.Contains(got, want) {
		t.Errorf("calendars say\n%s\nwant %q", got, want)
	}
}
