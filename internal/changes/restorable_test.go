package changes_test

import (
	"fmt"
	"testing"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

func TestWhatCanBeRestoredIsFoundBehindAnyNumberOfFailures(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		if got, err := w.restorable(t); err != nil || got != nil {
			t.Fatalf("nothing was changed yet, and %+v can be restored; %v", got, err)
		}

		applied := w.apply(t, request(w.current(t).Revision, 7))

		w.service.fail(ops.Invalid([]ops.FieldError{{Field: "body.per_analyst", Message: "not today", Type: "refused"}}), nil, nil)

		for n := range 60 {
			r := request(w.current(t).Revision, 8)
			r.Reason = fmt.Sprintf("attempt %d at eight", n)

			if change := w.apply(t, r); change.Outcome != changes.Failed {
				t.Fatalf("got %+v, want it failed", change)
			}
		}

		if got, err := w.restorable(t); err != nil || got == nil || got.ID != applied.ID {
			t.Errorf("got %+v, %v, want change %d", got, err, applied.ID)
		}
	})
}

func (w *world) restorable(t *testing.T) (*changes.Change, error) {
	t.Helper()

	current := w.current(t)

	page, err := w.History(t.Context(), changes.Filter{Section: current.Section.Name, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}

	return w.Restorable(t.Context(), current, page)
}
