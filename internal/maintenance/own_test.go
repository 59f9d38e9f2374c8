package maintenance_test

import (
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// ofItsOwn is a weekly series whose second window has a title and a length of its own.
func ofItsOwn(t *testing.T, w *world) (all []maintenance.Window) {
	t.Helper()

	all = w.series(t, w.announce(t, weekly()))
	title, later := "Patching and a new switch", all[1].EndsAt.Add(3*time.Hour)

	if _, err := w.Update(t.Context(), w.line, olga, all[1].ID, maintenance.Edit{
		Revision: all[1].Revision, Title: &title, EndsAt: &later, Reason: "more to do on that day",
	}); err != nil {
		t.Fatal(err)
	}

	return w.series(t, all[0])
}

// TestWhereWeeksBeginIsSaid in the review and of the window, where it matters.
func TestWhereWeeksBeginIsSaid(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)

	for rule, want := range map[string]string{
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU": "Weeks are counted from Sunday to Saturday, as WKST says.",
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU":         "",
	} {
		draft := weekly()
		draft.Recurrence = rule

		preview, err := w.Preview(t.Context(), draft)
		if err != nil {
			t.Fatal(err)
		}

		announced := w.announce(t, draft)
		if preview.WeekNote != want || announced.WeekNote() != want {
			t.Errorf("%s: the review says %q, the window %q, want %q", rule, preview.WeekNote, announced.WeekNote(), want)
		}

		if _, err := w.Cancel(t.Context(), w.line, olga, announced.ID, act("for the next one"), maintenance.Following); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhatAnOccurrenceHasOfItsOwnIsKept when all from an earlier one, or from itself, change in
// something else; none of it is passed on to the others, and the review says so.
func TestWhatAnOccurrenceHasOfItsOwnIsKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		all := ofItsOwn(t, w)
		ordinary := all[0].Title
		message, title, later := "We patch it more slowly.", "Patching", all[0].StartsAt.Add(time.Hour)

		for _, test := range []struct {
			from          int
			edit          maintenance.Edit
			review        string
			dates         string
			others, title string
		}{
			{
				0,
				maintenance.Edit{Message: &message},
				"The window on Tue 10 March 2026 at 22:00 Europe/Berlin, which has a length of its own, stays as it is. It keeps its own title.",
				"3Mar22h 10Mar22h 17Mar22h 24Mar22h 31Mar22h", ordinary, "Patching and a new switch",
			},
			{
				1,
				maintenance.Edit{Message: &message},
				"The window on Tue 10 March 2026 at 22:00 Europe/Berlin, which has a length of its own, stays as it is. It keeps its own title.",
				"3Mar22h 10Mar22h 17Mar22h 24Mar22h 31Mar22h", ordinary, "Patching and a new switch",
			},
			{
				0,
				maintenance.Edit{StartsAt: &later},
				"The window on Tue 10 March 2026 at 22:00 Europe/Berlin, which has a length of its own, stays as it is. It keeps its own title.",
				"3Mar23h 10Mar22h 17Mar23h 24Mar23h 31Mar23h", ordinary, "Patching and a new switch",
			},
			{
				0,
				maintenance.Edit{Title: &title},
				"The window that was moved by itself to Tue 10 March 2026 at 22:00 Europe/Berlin stays there. It gets the new title in place of its own.",
				"3Mar23h 10Mar22h 17Mar23h 24Mar23h 31Mar23h", title, title,
			},
		} {
			window := w.get(t, all[test.from].ID)
			edit := test.edit
			edit.Revision, edit.Scope, edit.Reason = window.Revision, maintenance.Following, "other terms from now on"

			preview, err := w.PreviewEdit(t.Context(), window.ID, edit)
			if err != nil || !slices.Equal(preview.Moved, []string{test.review}) {
				t.Errorf("the review says %q, %v, want %q", preview.Moved, err, test.review)
			}

			changed, err := w.Update(t.Context(), w.line, olga, window.ID, edit)
			if err != nil {
				t.Fatal(err)
			}

			after := w.series(t, changed)
			if got := dates(after); got != test.dates {
				t.Errorf("got %s, want %s", got, test.dates)
			}

			for i, one := range after {
				wantTitle, wantLength := test.others, time.Hour
				if i == 1 {
					wantTitle, wantLength = test.title, 4*time.Hour
				}

				if one.Title != wantTitle || one.Length() != wantLength || i >= test.from && edit.Message != nil && one.Message != message {
					t.Errorf("window %d is called %q, lasts %s and says %q; want %q, %s", i+1, one.Title, one.Length(), one.Message, wantTitle, wantLength)
				}
			}
		}
	})
}
