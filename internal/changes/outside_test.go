package changes_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

func TestTheSpanOfAnOutsideChangeDoesNotEndBeforeItBegins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		w.current(t)
		w.current(t)
		w.clock.pass(-2 * time.Hour)
		w.set(t, 8)

		if last := w.current(t).Last; last.Since.After(last.At) {
			t.Errorf("from %s until %s", last.Since, last.At)
		}
	})
}

func TestOfOutsideChangesTheNewestOfEachFieldIsAskedAbout(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		w.current(t)

		if _, err := w.Current(t.Context(), w.service, changes.Lifecycle); err != nil {
			t.Fatal(err)
		}

		longer := "PT20H"

		_, err := w.plain.UpdateLifecycleConfig(t.Context(), ops.LifecycleUpdate{Instance: &ops.LifecycleRuleUpdate{DefaultTTL: &longer}})
		if err != nil {
			t.Fatal(err)
		}

		if _, err := w.Current(t.Context(), w.service, changes.Lifecycle); err != nil {
			t.Fatal(err)
		}

		for i := range 21 {
			w.clock.pass(time.Minute)
			w.set(t, 6+i%2)
			w.current(t)
		}

		asked, err := w.Unreviewed(t.Context())
		if err != nil || len(asked) != 2 || asked[0].ID != w.current(t).Last.ID || asked[1].Section != changes.Lifecycle {
			t.Errorf("got %+v, %v", asked, err)
		}
	})
}
