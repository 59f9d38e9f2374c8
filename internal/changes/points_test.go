package changes_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

func (w *world) keep(t *testing.T, name string) changes.Point {
	t.Helper()

	point, err := w.Keep(t.Context(), w.service, dave, name, "so that we can go back")
	if err != nil {
		t.Fatal(err)
	}

	return point
}

func TestASectionOfAPointThatCannotBeReadIsLoggedAsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		point := w.keep(t, "before the migration")
		w.service.fail(nil, nil, down())

		plan, err := w.PreviewPoint(t.Context(), w.service, point.ID)
		if err != nil || state(plan, ops.SectionConcurrency) != changes.PointFailed {
			t.Fatalf("got %+v, %v, want concurrency failed", plan, err)
		}

		tried, err := w.RestorePoint(t.Context(), w.service, dave, point.ID, plan.Revision, "back to where we were", "test")
		if err != nil || tried.Complete {
			t.Errorf("got %+v, %v, want it not complete", tried, err)
		}

		page, err := w.log.List(t.Context(), audit.Filter{Object: "config/concurrency", Outcome: audit.Refused})
		if err != nil || len(page.Items) != 1 || page.Items[0].Action != audit.ConfigRestore || page.Items[0].Reason != "back to where we were" {
			t.Errorf("got %+v, %v, want one refused %s with its reason", page.Items, err, audit.ConfigRestore)
		}
	})
}

func TestARestoreOfAPointTellsWhatChangedSince(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		w.apply(t, request(w.current(t).Revision, 6))
		w.clock.Advance(time.Minute)

		point := w.keep(t, "before the migration")

		w.clock.Advance(time.Minute)

		since := w.apply(t, request(w.current(t).Revision, 7))

		plan, err := w.PreviewPoint(t.Context(), w.service, point.ID)
		if err != nil {
			t.Fatal(err)
		}

		for _, part := range plan.Sections {
			switch {
			case part.Section != ops.SectionConcurrency && len(part.Since) != 0:
				t.Errorf("%s: got %+v, want no change since", part.Section, part.Since)
			case part.Section == ops.SectionConcurrency && (len(part.Since) != 1 || part.Since[0].ID != since.ID):
				t.Errorf("got %+v, want change %d alone", part.Since, since.ID)
			}
		}
	})
}

func TestPointsAreListedByThePage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		for i := range 3 {
			w.keep(t, fmt.Sprintf("point %d", i))
		}

		first, err := w.Points(t.Context(), changes.PointFilter{Limit: 2})
		if err != nil || len(first.Items) != 2 || first.Items[0].Name != "point 2" || first.Next != first.Items[1].ID {
			t.Fatalf("got %+v, %v, want two points, point 2 first, and more after them", first, err)
		}

		last, err := w.Points(t.Context(), changes.PointFilter{Limit: 2, Before: first.Next})
		if err != nil || len(last.Items) != 1 || last.Items[0].Name != "point 0" || last.Next != 0 {
			t.Errorf("got %+v, %v, want point 0 alone and nothing after it", last, err)
		}
	})
}
