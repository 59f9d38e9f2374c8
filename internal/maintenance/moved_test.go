package maintenance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// movedByItself is a weekly series whose second window is on the Wednesday after.
func movedByItself(t *testing.T, w *world) (all []maintenance.Window) {
	t.Helper()

	all = w.series(t, w.announce(t, weekly()))
	startsAt := all[1].StartsAt.Add(24 * time.Hour)

	moved, err := w.Update(t.Context(), w.line, olga, all[1].ID, maintenance.Edit{
		Revision: all[1].Revision, StartsAt: &startsAt, Reason: "a holiday on Tuesday",
	})
	if err != nil {
		t.Fatal(err)
	}

	want := "moved by itself to Wed 11 March 2026 at 22:00 Europe/Berlin; the others recur every Tuesday at 22:00 Europe/Berlin"
	if got := moved.OwnWords(); !moved.Moved() || got != want || all[0].Moved() || all[0].OwnWords() != all[0].Words() {
		t.Errorf("got %q, want %q, and of the others those of the series", got, want)
	}

	return w.series(t, moved)
}

func TestAMovedOccurrenceStaysWhenTheSeriesChanges(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		all := movedByItself(t, w)
		title, later := "Patching", all[0].StartsAt.Add(time.Hour)

		for _, test := range []struct {
			from  int
			edit  maintenance.Edit
			dates string
		}{
			{0, maintenance.Edit{Title: &title}, "3Mar22h 11Mar22h 17Mar22h 24Mar22h 31Mar22h"},
			// Also when it is the first that is changed: the others keep their Tuesdays.
			{1, maintenance.Edit{Title: &title}, "3Mar22h 11Mar22h 17Mar22h 24Mar22h 31Mar22h"},
			{0, maintenance.Edit{StartsAt: &later}, "3Mar23h 11Mar22h 17Mar23h 24Mar23h 31Mar23h"},
		} {
			window := w.get(t, all[test.from].ID)
			edit := test.edit
			edit.Revision, edit.Scope, edit.Reason = window.Revision, maintenance.Following, "other terms from now on"

			preview, err := w.PreviewEdit(t.Context(), window.ID, edit)
			if want := "The window that was moved by itself to Wed 11 March 2026 at 22:00 Europe/Berlin stays there."; err != nil || strings.Join(preview.Moved, " ") != want {
				t.Errorf("the review says %q, %v, want %q", preview.Moved, err, want)
			}

			changed, err := w.Update(t.Context(), w.line, olga, window.ID, edit)
			if err != nil {
				t.Fatal(err)
			}

			after := w.series(t, changed)
			if got := dates(after); got != test.dates || !after[1].Moved() || after[1].Title != title || after[1].Length() != time.Hour {
				t.Errorf("got %s, and %+v, want %s, the second moved and called %s", got, after[1], test.dates, title)
			}

			if preview.Window.StartsAt != changed.StartsAt {
				t.Errorf("the review says %s, and it became %s", preview.Window.StartsAt, changed.StartsAt)
			}
		}
	})
}

func TestAMovedOccurrenceWhoseDayIsNoDateMoves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		for rule, want := range map[string][2]string{
			// 10 March is no date any more; the second is 17 March.
			"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU": {"moves to Tue 17 March 2026 at 22:00, a date of the series.", "3Mar22h 17Mar22h 31Mar22h 14Apr22h 28Apr22h"},
			// Enablede, but where the window was put there is another.
			"FREQ=DAILY;COUNT=20": {"moves to Wed 4 March 2026 at 22:00, a date of the series.", "3Mar22h 4Mar22h 5Mar22h 6Mar22h 7Mar22h"},
			"FREQ=DAILY;COUNT=1":  {"is cancelled: the series has no date left for it.", "3Mar22h"},
		} {
			all := movedByItself(t, w)
			edit := maintenance.Edit{Revision: all[0].Revision, Scope: maintenance.Following, Recurrence: &rule, Reason: "another rule from now on"}

			preview, err := w.PreviewEdit(t.Context(), all[0].ID, edit)
			if err != nil || len(preview.Moved) != 1 || !strings.HasSuffix(preview.Moved[0], want[0]) {
				t.Errorf("%s: the review says %q, %v, want %q", rule, preview.Moved, err, want[0])
			}

			changed, err := w.Update(t.Context(), w.line, olga, all[0].ID, edit)
			if err != nil {
				t.Fatal(err)
			}

			if got := dates(w.series(t, changed)); got != want[1] {
				t.Errorf("%s: got %s, want %s", rule, got, want[1])
			}

			if _, err := w.Cancel(t.Context(), w.line, olga, all[0].ID, act("for the next one"), maintenance.Following); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestTheEndOfAMovedOccurrenceIsThatOfTheOthers makes all windows longer, by the form of one
// that is elsewhere.
func TestTheEndOfAMovedOccurrenceIsThatOfTheOthers(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	all := movedByItself(t, w)
	later := all[1].EndsAt.Add(time.Hour)

	changed, err := w.Update(t.Context(), w.line, olga, all[1].ID, maintenance.Edit{
		Revision: all[1].Revision, Scope: maintenance.Following, EndsAt: &later, Reason: "longer from now on",
	})
	if err != nil {
		t.Fatal(err)
	}

	for _, one := range w.series(t, changed)[1:] {
		if one.Length() != 2*time.Hour {
			t.Errorf("%s lasts %s, want 2h", one.StartsAt, one.Length())
		}
	}
}
