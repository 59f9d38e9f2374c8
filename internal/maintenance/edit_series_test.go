package maintenance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

func TestOneOccurrenceIsMovedAndTheOthersStay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		all := w.series(t, w.announce(t, weekly()))
		startsAt := all[1].StartsAt.Add(24 * time.Hour)

		moved, err := w.Update(t.Context(), w.line, olga, all[1].ID, maintenance.Edit{
			Revision: all[1].Revision, StartsAt: &startsAt, Reason: "a holiday on Tuesday",
		})
		if err != nil || !moved.EndsAt.Equal(startsAt.Add(time.Hour)) || moved.Words() != all[0].Words() {
			t.Fatalf("got %+v, %v; want an end at %s and the words %q", moved, err, startsAt.Add(time.Hour), all[0].Words())
		}

		if got := dates(w.series(t, moved)); got != "3Mar22h 11Mar22h 17Mar22h 24Mar22h 31Mar22h" {
			t.Errorf("got %s, want 3Mar22h 11Mar22h 17Mar22h 24Mar22h 31Mar22h", got)
		}

		rule := "FREQ=DAILY"
		_, err = w.Update(t.Context(), w.line, olga, all[2].ID, maintenance.Edit{
			Revision: all[2].Revision, Recurrence: &rule, Reason: "more often from now on",
		})
		refused(t, err, ops.CodeValidationFailed) // one alone has no rule
	})
}

func TestASeriesIsChangedFromHereOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		draft := weekly()
		draft.Recurrence += ";COUNT=010"
		all := w.series(t, w.announce(t, draft))

		// The fourth is cancelled by itself: it does not come back.
		if _, err := w.Cancel(t.Context(), w.line, olga, all[3].ID, act("not that week"), maintenance.This); err != nil {
			t.Fatal(err)
		}

		all = w.series(t, all[0])
		title, settings := "Patching", maintenance.Settings{ops.SectionExport: {"max_duration_seconds": int64(600)}}

		changed, err := w.Update(t.Context(), w.line, olga, all[1].ID, maintenance.Edit{
			Revision: all[1].Revision, Scope: maintenance.Following, Title: &title, Settings: &settings, Reason: "other settings from now on",
			Confirm: "test",
		})
		if err != nil || changed.Title != title || *changed.Recurrence != "FREQ=WEEKLY;BYDAY=TU;COUNT=9" {
			t.Fatalf("got %+v, %v; want %q, FREQ=WEEKLY;BYDAY=TU;COUNT=9", changed, err, title)
		}

		after := w.series(t, changed)
		if got := dates(after); got != "3Mar22h 10Mar22h 17Mar22h 31Mar22h 7Apr22h" {
			t.Errorf("got %s, want 3Mar22h 10Mar22h 17Mar22h 31Mar22h 7Apr22h", got)
		}

		if after[0].Title == title || after[2].Title != title || after[2].UID != all[2].UID || after[2].Sequence != all[2].Sequence+1 {
			t.Errorf("the first is %q and the third %+v, want %q on the third alone, with UID %s and sequence %d", after[0].Title, after[2], title, all[2].UID, all[2].Sequence+1)
		}

		// Another time, and every second week.
		rule, startsAt := "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", after[2].StartsAt.Add(25*time.Hour)

		changed, err = w.Update(t.Context(), w.line, olga, after[2].ID, maintenance.Edit{
			Revision: after[2].Revision, Scope: maintenance.Following, Recurrence: &rule, StartsAt: &startsAt, Reason: "Wednesdays from now on",
		})
		if err != nil || changed.Words() != "every second Wednesday at 23:00 Europe/Berlin" {
			t.Fatalf("got %+v, %v; want %q", changed, err, "every second Wednesday at 23:00 Europe/Berlin")
		}

		if got := dates(w.series(t, changed)); got != "3Mar22h 10Mar22h 18Mar23h 1Apr23h 15Apr23h" {
			t.Errorf("got %s, want 3Mar22h 10Mar22h 18Mar23h 1Apr23h 15Apr23h", got)
		}

		if got := w.kinds(t); !strings.HasPrefix(got, "announced cancelled ") || strings.Count(got, "changed ") != 2 {
			t.Errorf("subscribers heard %q, want announced and cancelled first, and changed twice", got)
		}

		w.verifyAudit(t)
	})
}

func TestASeriesThatGetsFewerDatesCancelsTheRest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		all := w.series(t, w.announce(t, weekly()))
		rule := "FREQ=WEEKLY;BYDAY=TU;COUNT=2"

		changed, err := w.Update(t.Context(), w.line, olga, all[1].ID, maintenance.Edit{
			Revision: all[1].Revision, Scope: maintenance.Following, Recurrence: &rule, Reason: "two more, then no more",
		})
		if err != nil || dates(w.series(t, changed)) != "3Mar22h 10Mar22h 17Mar22h" {
			t.Fatalf("got %s, %v; want 3Mar22h 10Mar22h 17Mar22h", dates(w.series(t, changed)), err)
		}

		none := ""

		changed, err = w.Update(t.Context(), w.line, olga, all[1].ID, maintenance.Edit{
			Revision: changed.Revision, Scope: maintenance.Following, Recurrence: &none, Reason: "this one is the last",
		})
		if err != nil || dates(w.series(t, changed)) != "3Mar22h 10Mar22h" {
			t.Fatalf("got %s, %v; want 3Mar22h 10Mar22h", dates(w.series(t, changed)), err)
		}

		w.clock.Set(firstTuesday().Add(3 * week))
		w.tick(t)

		if got := w.series(t, changed); len(got) != 5 || dates(got) != "" {
			t.Errorf("got %q to come of %d, want none of 5", dates(got), len(got))
		}
	})
}

func TestASeriesIsCancelledFromHereOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		all := w.series(t, w.announce(t, weekly()))

		got, err := w.Cancel(t.Context(), w.line, olga, all[2].ID, act("there will be no more"), maintenance.Following)
		if err != nil || got.Phase != maintenance.Cancelled || dates(w.series(t, got)) != "3Mar22h 10Mar22h" {
			t.Fatalf("got %s and %s, %v; want cancelled and 3Mar22h 10Mar22h", got.Phase, dates(w.series(t, got)), err)
		}

		w.clock.Set(firstTuesday())
		w.tick(t)

		if got := w.series(t, got); len(got) != 5 {
			t.Errorf("it goes on: got %d windows, want 5, with %s to come", len(got), dates(got))
		}
	})
}

func TestASingleWindowBecomesASeries(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		draft := weekly()
		draft.Recurrence = ""
		window := w.announce(t, draft)
		rule := "FREQ=MONTHLY;BYDAY=1TU"

		changed, err := w.Update(t.Context(), w.line, olga, window.ID, maintenance.Edit{
			Revision: window.Revision, Recurrence: &rule, Reason: "every month from now on",
		})
		if err != nil || changed.Series == nil || changed.Occurrence != 1 || changed.UID != window.UID {
			t.Fatalf("got %+v, %v; want the first of a series, with UID %s", changed, err, window.UID)
		}

		if got := dates(w.series(t, changed)); got != "3Mar22h 7Apr22h 5May22h 2Jun22h 7Jul22h" {
			t.Errorf("got %s, want 3Mar22h 7Apr22h 5May22h 2Jun22h 7Jul22h", got)
		}
	})
}
