package maintenance_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// TestUsersAreToldOfWhatTheySee: what a window sets, and how, is for operators. A form sends all of a window, what was not
// changed too.
func TestUsersAreToldOfWhatTheySee(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		all := w.series(t, w.announce(t, weekly()))
		settings, off := maintenance.Settings{ops.SectionExport: {"max_duration_seconds": int64(600)}}, false
		matchers := []string{}
		title, zone, startsAt := all[0].Title, all[0].TimeZone, all[0].StartsAt
		message, later := "We patch it more slowly.", startsAt.Add(time.Hour)
		rule := *all[0].Recurrence
		other := rule + ";COUNT=9"

		for _, test := range []struct {
			edit maintenance.Edit
			told bool
		}{
			{maintenance.Edit{Settings: &settings, AlertMatchers: &matchers, Title: &title, TimeZone: &zone, StartsAt: &startsAt}, false},
			{maintenance.Edit{MaintenanceMode: &off}, false},
			{maintenance.Edit{Message: &message}, true},
			{maintenance.Edit{StartsAt: &later}, true},
			{maintenance.Edit{Settings: &maintenance.Settings{}, Scope: maintenance.Following, StartsAt: &later, Recurrence: &rule}, true}, // the others move too
			{maintenance.Edit{Settings: &settings, Scope: maintenance.Following, StartsAt: &later, Recurrence: &rule}, false},
			{maintenance.Edit{Settings: &maintenance.Settings{}, Scope: maintenance.Following}, false},
			{maintenance.Edit{Recurrence: &other, Scope: maintenance.Following}, true},
		} {
			before, heard := w.get(t, all[0].ID), w.kinds(t)
			edit := test.edit
			edit.Revision, edit.Reason, edit.Confirm = before.Revision, "other terms from now on", "test"

			after, err := w.Update(t.Context(), w.line, olga, before.ID, edit)
			if err != nil {
				t.Fatalf("%+v: %v", test.edit, err)
			}

			want, sequence := heard, before.Sequence
			if test.told {
				want, sequence = heard+"changed ", sequence+1
			}

			if got := w.kinds(t); got != want || after.Sequence != sequence || after.Revision == before.Revision {
				t.Errorf("%+v: subscribers heard %q, it is at sequence %d, revision %d; want %q, %d and another revision than %d",
					test.edit, got, after.Sequence, after.Revision, want, sequence, before.Revision)
			}
		}

		w.verifyAudit(t)
	})
}
