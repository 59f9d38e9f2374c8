package changes_test

import (
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

func TestTheSpanOfAnOutsideChangeDoesNotEndBeforeItBegins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		w.current(t)
		w.current(t)
		w.clock.Advance(-2 * time.Hour)
		w.set(t, 8)

		if last := w.current(t).Last; last.Since.After(last.At) {
			t.Errorf("since %s, want no later than %s", last.Since, last.At)
		}
	})
}

func TestOfOutsideChangesTheNewestOfEachFieldIsAskedAbout(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		w.current(t)

		if _, err := w.Current(t.Context(), w.service, ops.SectionLifecycle); err != nil {
			t.Fatal(err)
		}

		longer := "PT20H"

		_, err := w.plain.UpdateLifecycleConfig(t.Context(), ops.LifecycleUpdate{Instance: &ops.LifecycleRuleUpdate{DefaultTTL: &longer}})
		if err != nil {
			t.Fatal(err)
		}

		if _, err := w.Current(t.Context(), w.service, ops.SectionLifecycle); err != nil {
			t.Fatal(err)
		}

		for i := range 21 {
			w.clock.Advance(time.Minute)
			w.set(t, 6+i%2)
			w.current(t)
		}

		asked, err := w.Unreviewed(t.Context())
		if err != nil || len(asked) != 2 || asked[0].ID != w.current(t).Last.ID || asked[1].Section != ops.SectionLifecycle {
			t.Errorf("got %+v, %v, want the last change of concurrency, then one of lifecycle", asked, err)
		}
	})
}

func TestWhatIsChangedOutsideBecomesAChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		seen := w.current(t)

		w.clock.Advance(10 * time.Minute)

		if _, err := w.plain.UpdateConcurrencyConfig(t.Context(), opstest.Limits(3, 50)); err != nil {
			t.Fatal(err)
		}

		if err := w.Watch(t.Context(), w.service); err != nil {
			t.Fatal(err)
		}

		page, err := w.History(t.Context(), changes.Filter{Section: ops.SectionConcurrency})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("got %+v, %v, want one change", page, err)
		}

		change := page.Items[0]
		if change.Source != changes.SourceExternal || change.Before["per_analyst"] != int64(5) || change.After["per_analyst"] != int64(3) ||
			change.Since == nil || !change.Since.Equal(seed) || !change.At.Equal(w.clock.Now()) {
			t.Errorf("got %+v, want an external change from 5 to 3, since %s, seen at %s", change, seed, w.clock.Now())
		}

		// Whoever had the form open is told.
		_, err = w.Apply(t.Context(), w.service, dave, request(seen.Revision, 9))
		if ops.AsError(err).Code != ops.CodeConflict {
			t.Errorf("got %v, want a conflict", err)
		}

		// And it can be restored.
		result, err := w.restore(t, change.ID, w.current(t).Revision, "nobody agreed to that")
		if err != nil || result.Change.Outcome != changes.Applied || w.perAnalyst(t) != 5 {
			t.Errorf("got %+v, %v, with %d per analyst, want it applied, and 5", result, err, w.perAnalyst(t))
		}
	})
}

func TestOurOwnWritesAreNeverExternalHoweverThePollerRaces(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		w.current(t)

		stop := make(chan struct{})

		var pollers sync.WaitGroup
		for range 3 {
			pollers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}

					if err := w.Watch(t.Context(), w.service); err != nil {
						t.Error(err)
					}
				}
			})
		}

		for n := range int64(20) {
			if change := w.apply(t, request(w.current(t).Revision, 10+n)); change.Outcome != changes.Applied {
				t.Errorf("got %+v, want it applied", change)
			}
		}

		close(stop)
		pollers.Wait()

		if n, err := w.Count(t.Context(), changes.Filter{Source: changes.SourceExternal}); err != nil || n != 0 {
			t.Errorf("%d changes of ours count as external, %v, want none", n, err)
		}
	})
}

// TestAValueThatWasSetHereIsNotAskedAbout, whoever set it outside before.
func TestAValueThatWasSetHereIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		w.current(t)

		asked := func(what string, want int) {
			t.Helper()

			if got := w.asked(t); got != want {
				t.Errorf("%s: %d changes are asked about, want %d", what, got, want)
			}
		}

		w.outside(t, 12, 50)
		asked("set outside", 1)

		l := w.borrow(t, "1h")

		asked("replaced for an hour", 0)
		w.end(t)

		if got := w.lease(t, l.ID).State; got != lease.Ended || w.perAnalyst(t) != 12 {
			t.Fatalf("it is %s with %d per analyst, want it ended with 12", got, w.perAnalyst(t))
		}

		asked("back by itself", 1)
		w.change(t, dave, ops.Values{"per_analyst": int64(9)}, "nine for the course")
		asked("replaced here", 0)
		w.change(t, dave, ops.Values{"per_analyst": int64(12)}, "twelve after all")
		asked("set again here", 0)
		w.borrow(t, "1h")
		w.end(t)
		asked("back to what was set here", 0)
		w.outside(t, 7, 50)
		w.outside(t, 12, 50)
		asked("set outside anew", 1)
		w.outside(t, 12, 70)
		w.change(t, dave, ops.Values{"per_analyst": int64(13)}, "one more")
		w.change(t, dave, ops.Values{"per_analyst": int64(12)}, "one less")
		asked("another field of it", 1)
	})
}
