package maintenance_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAWindowIsChangedUntilItStarts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		startsAt, title := seed.Add(2*time.Hour), "Patching, later"
		edit := maintenance.Edit{Revision: window.Revision, StartsAt: &startsAt, Title: &title, Reason: "the patches are late"}

		moved, err := w.Update(t.Context(), w.line, olga, window.ID, edit)
		if err != nil || moved.Title != title || !moved.StartsAt.Equal(startsAt) || !moved.EndsAt.Equal(seed.Add(4*time.Hour)) ||
			moved.Revision != 2 || moved.Sequence != 1 || moved.UID != window.UID {
			t.Fatalf("got %+v, %v; want %q from %s to %s, at revision 2 and sequence 1, with UID %s", moved, err, title, startsAt, seed.Add(4*time.Hour), window.UID)
		}

		_, err = w.Update(t.Context(), w.line, olga, window.ID, edit) // from the revision before
		refused(t, err, ops.CodeConflict)

		edit.Revision = 2
		if _, err = w.Update(t.Context(), w.line, olga, window.ID, edit); len(ops.FieldErrors(err)) != 1 || ops.FieldErrors(err)[0].Type != "no_change" {
			t.Errorf("got %v, want one field error of type no_change", err)
		}

		// No start is not now.
		edit.Revision, edit.StartsAt = 2, &time.Time{}
		if _, err = w.Update(t.Context(), w.line, olga, window.ID, edit); len(ops.FieldErrors(err)) != 1 || ops.FieldErrors(err)[0].Field != "body.starts_at" {
			t.Errorf("got %v, want body.starts_at refused alone", err)
		}

		edit.StartsAt = &startsAt

		w.at(t, time.Hour)

		if got := w.get(t, window.ID); got.Phase != maintenance.Announced || got.Overdue {
			t.Errorf("it started at its old time: %+v", got)
		}

		w.at(t, 2*time.Hour)

		edit.Revision = w.get(t, window.ID).Revision
		_, err = w.Update(t.Context(), w.line, olga, window.ID, edit)
		refused(t, err, ops.CodeConflict)

		if got := w.kinds(t); got != "announced changed started " {
			t.Errorf("subscribers heard %q, want %q", got, "announced changed started ")
		}
	})
}

func TestAnEditThatTurnsMaintenanceOnIsConfirmed(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	draft := patching()
	draft.MaintenanceMode, draft.Settings, draft.Confirm = false, nil, ""
	window := w.announce(t, draft)

	on := true
	edit := maintenance.Edit{Revision: window.Revision, MaintenanceMode: &on, Reason: "users must stay out"}

	_, err := w.Update(t.Context(), w.line, olga, window.ID, edit)
	if fields := ops.FieldErrors(err); len(fields) != 1 || fields[0].Field != "body.confirm" {
		t.Errorf("got %v, want body.confirm refused alone", err)
	}

	edit.Confirm = "test"
	if got, err := w.Update(t.Context(), w.line, olga, window.ID, edit); err != nil || !got.MaintenanceMode {
		t.Errorf("got %+v, %v; want maintenance mode on", got, err)
	}
}

func TestAnEditIsPreviewed(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())

	startsAt := time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC) // the clocks go forward in Berlin
	edit := maintenance.Edit{Revision: window.Revision, StartsAt: &startsAt}

	p, err := w.PreviewEdit(t.Context(), window.ID, edit)
	if err != nil || !p.Window.StartsAt.Equal(startsAt) || p.Window.ID != window.ID || len(p.Notes) != 1 || p.Confirm != "" {
		t.Errorf("got %+v, %v; want window %d from %s, with one note and nothing to confirm", p, err, window.ID, startsAt)
	}

	edit.Revision++
	_, err = w.PreviewEdit(t.Context(), window.ID, edit)
	refused(t, err, ops.CodeConflict)

	if got := w.get(t, window.ID); got.Revision != window.Revision {
		t.Errorf("a preview changed %+v", got)
	}
}
