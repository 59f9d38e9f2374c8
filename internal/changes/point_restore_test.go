package changes_test

import (
	"testing"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAPointIsRestoredAsAWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		point, err := w.Keep(t.Context(), w.service, dave, "before the migration", "so that we can go back")
		if err != nil {
			t.Fatal(err)
		}

		if _, err := w.Keep(t.Context(), w.service, dave, "before the migration", "the same name again"); ops.FieldErrors(err) == nil {
			t.Errorf("two points of one name: %v", err)
		}

		w.set(t, 30)

		if _, err := w.plain.UpdateExportConfig(t.Context(), ops.ExportUpdate{MaxDurationSeconds: 7200}); err != nil {
			t.Fatal(err)
		}

		plan, err := w.PreviewPoint(t.Context(), w.service, point.ID)
		if err != nil || plan.Complete || plan.Confirm == "" {
			t.Fatalf("got %+v, %v, want a plan that is not complete and asks to be confirmed", plan, err)
		}

		restore := func(revision, confirm string) (changes.PointPlan, error) {
			return w.RestorePoint(t.Context(), w.service, dave, point.ID, revision, "the migration is off", confirm)
		}

		if _, err := restore(plan.Revision, ""); len(ops.FieldErrors(err)) != 1 {
			t.Errorf("not confirmed and yet: %v", err)
		}

		if _, err := restore("lifecycle:9", "test"); ops.AsError(err).Code != ops.CodeConflict {
			t.Errorf("a stale preview was good enough: %v", err)
		}

		// One section fails: the other is restored, and a retry does the rest.
		w.service.fail(down(), nil, nil)

		half, err := restore(plan.Revision, "test")
		if err != nil || half.Complete || state(half, ops.SectionConcurrency) != changes.PointFailed || state(half, ops.SectionExport) != changes.PointRestored {
			t.Fatalf("got %+v, %v, want concurrency failed and export restored", half, err)
		}

		w.service.fail(nil, nil, nil)

		if plan, err = w.PreviewPoint(t.Context(), w.service, point.ID); err != nil || state(plan, ops.SectionExport) != changes.PointUnchanged {
			t.Fatalf("got %+v, %v, want export unchanged", plan, err)
		}

		whole, err := restore(plan.Revision, "test")
		if err != nil || !whole.Complete || w.perAnalyst(t) != 5 {
			t.Errorf("got %+v, %v, with %d per analyst, want it complete, and 5", whole, err, w.perAnalyst(t))
		}
	})
}

func state(plan changes.PointPlan, section ops.SectionName) changes.PointState {
	for _, s := range plan.Sections {
		if s.Section == section {
			return s.State
		}
	}

	return ""
}

func TestAnOutsideChangeIsAskedAboutUntilItIsKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		w.current(t)
		w.set(t, 8)
		w.current(t)

		asked, err := w.Unreviewed(t.Context())
		if err != nil || len(asked) != 1 {
			t.Fatalf("got %+v, %v, want one change to review", asked, err)
		}

		kept, err := w.KeepExternal(t.Context(), dave, asked[0].ID, "agreed with the analysts")
		if err != nil || kept.Kept == nil || kept.Kept.Actor != "dave" {
			t.Fatalf("got %+v, %v, want it kept by dave", kept, err)
		}

		if asked, err := w.Unreviewed(t.Context()); err != nil || len(asked) != 0 {
			t.Errorf("got %+v, %v, want nothing left to review", asked, err)
		}
	})
}
