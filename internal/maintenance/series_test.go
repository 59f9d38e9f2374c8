package maintenance_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/ops"
)

// weekly is a series on Tuesdays at ten in the evening in Berlin, an hour long, from
// 3 March 2026 on.
func weekly() maintenance.Draft {
	draft := patching()
	draft.StartsAt, draft.EndsAt = firstTuesday(), firstTuesday().Add(time.Hour)
	draft.Recurrence = "FREQ=WEEKLY;BYDAY=TU"

	return draft
}

const week = 7 * 24 * time.Hour

// series are the windows of a series, the first leading.
func (w *world) series(t *testing.T, window maintenance.Window) []maintenance.Window {
	t.Helper()

	page, err := w.List(t.Context(), maintenance.Filter{Series: *window.Series})
	if err != nil {
		t.Fatal(err)
	}

	slices.SortFunc(page.Items, func(a, b maintenance.Window) int { return int(a.Occurrence - b.Occurrence) })

	return page.Items
}

// dates are the days and hours in Berlin of the windows that are still to come.
func dates(windows []maintenance.Window) string {
	var out []string

	for _, window := range windows {
		if window.Phase == maintenance.Announced {
			out = append(out, window.StartsAt.In(window.Location()).Format("2Jan15h"))
		}
	}

	return strings.Join(out, " ")
}

func TestASeriesIsWrittenAhead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)

		window := w.announce(t, weekly())
		if window.Occurrence != 1 || window.Recurrence == nil || *window.Recurrence != "FREQ=WEEKLY;BYDAY=TU" ||
			window.Words() != "every Tuesday at 22:00 Europe/Berlin" {
			t.Fatalf("got %+v, want the first of FREQ=WEEKLY;BYDAY=TU, every Tuesday at 22:00 Europe/Berlin", window)
		}

		all := w.series(t, window)
		if got := dates(all); got != "3Mar22h 10Mar22h 17Mar22h 24Mar22h 31Mar22h" || all[1].UID == all[0].UID || all[4].Length() != time.Hour {
			t.Fatalf("got %s, want 3Mar22h 10Mar22h 17Mar22h 24Mar22h 31Mar22h, each with its own UID and an hour long", got)
		}

		if got := w.kinds(t); got != "announced " {
			t.Errorf("subscribers heard %q, want %q", got, "announced ")
		}

		for at := firstTuesday(); at.Before(firstTuesday().Add(time.Hour)); at = at.Add(30 * time.Minute) {
			w.clock.Set(at)
			w.tick(t)
		}

		w.clock.Set(firstTuesday().Add(time.Hour))
		w.tick(t)

		if got := dates(w.series(t, window)); got != "10Mar22h 17Mar22h 24Mar22h 31Mar22h 7Apr22h" || !same(before, w.platform(t)) {
			t.Errorf("got %s, want 10Mar22h 17Mar22h 24Mar22h 31Mar22h 7Apr22h and the settings as before", got)
		}

		// The console is off for two months; every window that it missed is recorded.
		w.clock.Set(firstTuesday().Add(9*week + time.Minute))

		for range 12 {
			w.tick(t)
		}

		all = w.series(t, window)
		missed := 0

		for _, one := range all {
			if one.Phase == maintenance.Missed {
				missed++
			}
		}

		if got := dates(all); missed != 9 || got != "12May22h 19May22h 26May22h 2Jun22h 9Jun22h" {
			t.Errorf("%d were missed; got %s, want 9 and 12May22h 19May22h 26May22h 2Jun22h 9Jun22h", missed, got)
		}
	})
}

func TestASeriesEndsWhereItsRuleDoes(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	draft := weekly()
	draft.Recurrence += ";COUNT=7"
	window := w.announce(t, draft)

	for n := range 10 {
		at, _, err := calendar.ResolveWall(time.Date(2026, 3, 3+7*n, 22, 0, 0, 0, time.UTC).Format(calendar.WallLayout), "Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}

		w.clock.Set(at)
		w.tick(t)
		w.clock.Advance(time.Hour)
		w.tick(t)
	}

	all := w.series(t, window)
	if len(all) != 7 || slices.ContainsFunc(all, func(w maintenance.Window) bool { return w.Phase != maintenance.Completed }) {
		t.Errorf("got %+v, want seven windows, all completed", all)
	}
}

func TestASeriesDoesNotOverlapItsOwnEarlierWindows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		all := w.series(t, w.announce(t, weekly()))
		startsAt := all[0].StartsAt.Add(30 * time.Minute)
		edit := maintenance.Edit{
			Revision: all[1].Revision, Scope: maintenance.Following, StartsAt: &startsAt, Reason: "a week earlier from here on",
		}

		_, err := w.Update(t.Context(), w.line, olga, all[1].ID, edit)
		refused(t, err, ops.CodeConflict)

		if e := ops.AsError(err); e.Details["window"] != all[0].ID {
			t.Errorf("got %v, want window %d in the details", err, all[0].ID)
		}

		_, err = w.PreviewEdit(t.Context(), all[1].ID, edit)
		refused(t, err, ops.CodeConflict)
	})
}

// TestASeriesOfYearsIsNotExpandedForAges: a rule that is about one day a year reaches
// farther than anybody can look.
func TestASeriesOfYearsIsNotExpandedForAges(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		draft := weekly()
		draft.Recurrence = "FREQ=YEARLY"

		preview, err := w.Preview(t.Context(), draft)
		if err != nil || len(preview.Dates) != 5 || len(preview.Notes) != 0 {
			t.Fatalf("got %+v, %v; want five dates and no note", preview, err)
		}

		yearly := w.announce(t, draft)

		// A day four years on is not looked at until it is written, a day in two years is.
		daily := weekly()
		daily.StartsAt, daily.EndsAt = firstTuesday().AddDate(0, 0, 1), firstTuesday().AddDate(0, 0, 1).Add(time.Hour)
		daily.Recurrence = "FREQ=DAILY;UNTIL=20270301"
		w.announce(t, daily)

		daily.StartsAt, daily.EndsAt = daily.StartsAt.Add(30*time.Minute), daily.EndsAt.Add(30*time.Minute)
		_, err = w.Announce(t.Context(), w.line, dave, daily)
		refused(t, err, ops.CodeConflict)

		if got := w.series(t, yearly); len(got) != 5 {
			t.Errorf("got %d windows, want 5, with %s to come", len(got), dates(got))
		}
	})
}

func TestAWindowDoesNotOverlapWhatASeriesWillBe(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		series := w.announce(t, weekly())

		draft := patching()
		draft.StartsAt = firstTuesday().Add(20*week + 30*time.Minute) // of which no window is written yet
		draft.StartsAt = draft.StartsAt.Add(-time.Hour)               // it is summer then
		draft.EndsAt = draft.StartsAt.Add(time.Hour)

		_, err := w.Announce(t.Context(), w.line, dave, draft)
		refused(t, err, ops.CodeConflict)

		if e := ops.AsError(err); e.Details["series"] != *series.Series {
			t.Errorf("got %v, want series %v in the details", err, *series.Series)
		}

		draft.StartsAt = draft.StartsAt.Add(2 * time.Hour)
		draft.EndsAt = draft.StartsAt.Add(time.Hour)
		single := w.announce(t, draft)

		// Nor does a series overlap a window that is far away, or another series.
		other := weekly()
		other.StartsAt, other.EndsAt = other.StartsAt.Add(2*time.Hour+30*time.Minute), other.EndsAt.Add(2*time.Hour+30*time.Minute)
		other.Recurrence = "FREQ=WEEKLY"

		_, err = w.Announce(t.Context(), w.line, dave, other)
		refused(t, err, ops.CodeConflict)

		if e := ops.AsError(err); e.Details["window"] != single.ID {
			t.Errorf("got %v, want window %d in the details", err, single.ID)
		}

		other = weekly()
		other.StartsAt, other.EndsAt = other.StartsAt.Add(2*24*time.Hour), other.EndsAt.Add(2*24*time.Hour)
		other.Recurrence = "FREQ=DAILY;INTERVAL=2" // on a Tuesday some day

		_, err = w.Announce(t.Context(), w.line, dave, other)
		refused(t, err, ops.CodeConflict)
	})
}

func TestWhoTakesOverTakesTheSeries(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, weekly())
	w.people.set("dave", true)
	w.clock.Set(firstTuesday())
	w.tick(t)

	got, err := w.TakeOver(t.Context(), w.line, olga, window.ID, act("dave has left, I do it"))
	if err != nil || got.Phase != maintenance.Active {
		t.Fatalf("got %+v, %v; want active", got, err)
	}

	w.clock.Set(firstTuesday().Add(time.Hour))
	w.tick(t)
	w.clock.Set(firstTuesday().Add(week))
	w.tick(t)

	all := w.series(t, window)
	if all[1].Phase != maintenance.Active || all[5].ActsFor != "olga" || all[5].AnnouncedBy != "dave" {
		t.Errorf("got %+v, want the second active, and the sixth for olga and announced by dave", all)
	}
}

func TestTheFormIsToldOfDatesAndClocks(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	draft := weekly()
	draft.Recurrence = "FREQ=DAILY"
	draft.StartsAt = time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC) // 02:30 in Berlin
	draft.EndsAt = draft.StartsAt.Add(90 * time.Minute)

	p, err := w.Preview(t.Context(), draft)
	if err != nil || len(p.Dates) != 5 || p.Words != "every day at 02:30 Europe/Berlin" || p.Confirm == "" || p.Window.ID != 0 {
		t.Fatalf("got %+v, %v; want five dates, every day at 02:30 Europe/Berlin, something to confirm and no ID", p, err)
	}

	if !slices.ContainsFunc(p.Notes, func(n string) bool { return strings.Contains(n, "02:30 does not exist") }) {
		t.Errorf("got %q, want a note that 02:30 does not exist", p.Notes)
	}

	draft.Recurrence = ""
	draft.StartsAt = time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC)
	draft.EndsAt = draft.StartsAt.Add(3 * time.Hour)

	p, err = w.Preview(t.Context(), draft)
	if want := "Sun 29 March 2026: The clocks in Europe/Berlin go forward during the window: it lasts 3 h, while they show 4 h."; err != nil ||
		!slices.Equal(p.Notes, []string{want}) || p.Words != "" || len(p.Dates) != 1 {
		t.Errorf("got %+v, %v; want the note %q, no words and one date", p, err, want)
	}

	if open, err := w.Open(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("a preview announced %+v, %v", open, err)
	}
}
