package maintenance_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

func TestTemplatesAreKeptAndUsed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		template := maintenance.Template{
			Name: "Monthly patching", Plan: patching().Plan, LengthSeconds: 7200, TimeZone: "Europe/Berlin", Recurrence: "FREQ=MONTHLY;BYDAY=1TU",
		}

		kept, err := w.SaveTemplate(t.Context(), dave, template, "we do it every month")
		if err != nil || kept.ID == 0 || kept.CreatedBy != "dave" {
			t.Fatalf("got %+v, %v; want an ID, and created by dave", kept, err)
		}

		template.LengthSeconds = 3600
		if kept, err = w.SaveTemplate(t.Context(), olga, template, "an hour is enough"); err != nil {
			t.Fatal(err)
		}

		list, err := w.Templates(t.Context())
		if err != nil || len(list) != 1 || list[0].Length() != time.Hour || list[0].CreatedBy != "olga" || list[0].Title != "Monthly patching" {
			t.Fatalf("got %+v, %v; want Monthly patching alone, an hour long and created by olga", list, err)
		}

		draft := list[0].Draft(firstTuesday())
		draft.Reason, draft.Confirm = "patches of the month", "test"

		if window := w.announce(t, draft); window.Length() != time.Hour || window.Words() != "on the first Tuesday of every month at 22:00 Europe/Berlin" {
			t.Errorf("got %+v, want an hour long, on the first Tuesday of every month at 22:00 Europe/Berlin", window)
		}

		if err := w.DeleteTemplate(t.Context(), olga, kept.ID, "nobody needs it"); err != nil {
			t.Fatal(err)
		}

		_, err = w.Template(t.Context(), kept.ID)
		refused(t, err, ops.CodeNotFound)
		refused(t, w.DeleteTemplate(t.Context(), olga, kept.ID, "nobody needs it"), ops.CodeNotFound)

		for _, spoil := range []func(tm *maintenance.Template){
			func(tm *maintenance.Template) { tm.Name = " " },
			func(tm *maintenance.Template) { tm.Title = "" },
			func(tm *maintenance.Template) { tm.LengthSeconds = 0 },
			func(tm *maintenance.Template) { tm.TimeZone = "Mars" },
			func(tm *maintenance.Template) { tm.Recurrence = "now and then" },
		} {
			bad := template
			spoil(&bad)

			if _, err := w.SaveTemplate(t.Context(), dave, bad, "we do it every month"); len(ops.FieldErrors(err)) != 1 {
				t.Errorf("got %v, want one field error", err)
			}
		}
	})
}
