package maintenance_test

import (
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAWindowStartsAndEndsByItselfAndPutsEverythingBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		_, err := w.plain.SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Message: "what was there before"})
		if err != nil {
			t.Fatal(err)
		}

		before := w.platform(t)

		window := w.announce(t, patching())
		if window.Phase != maintenance.Announced || window.Revision != 1 || window.Sequence != 0 || window.AnnouncedBy != "dave" {
			t.Fatalf("got %+v, want announced by dave, at revision 1 and sequence 0", window)
		}

		w.at(t, time.Hour-time.Second)

		if got := w.get(t, window.ID); got.Phase != maintenance.Announced || !same(w.platform(t), before) {
			t.Fatalf("it started before its time: %+v", got)
		}

		w.at(t, time.Hour)

		window = w.get(t, window.ID)
		during := w.platform(t)

		if window.Phase != maintenance.Active || window.StartedAt == nil || !window.StartedAt.Equal(seed.Add(time.Hour)) ||
			!during.maintenance.Enabled || during.maintenance.Message != window.Message || during.concurrency.PerAnalyst != 3 ||
			*during.lifecycle.Instance.DefaultTTL != "PT12H" {
			t.Fatalf("got %+v on %+v, want active since %s, with maintenance mode and its message on, per_analyst 3 and default_ttl PT12H", window, during, seed.Add(time.Hour))
		}

		change, err := w.changes.History(t.Context(), changes.Filter{Source: changes.SourceSchedule})
		if err != nil || len(change.Items) != 3 || change.Items[0].Actor != "schedule (for dave)" {
			t.Errorf("got %+v, %v; want three changes, the first by schedule (for dave)", change, err)
		}

		w.at(t, 3*time.Hour)

		window = w.get(t, window.ID)
		if window.Phase != maintenance.Completed || window.EndedAt == nil || !same(w.platform(t), before) {
			t.Fatalf("got %+v, want completed, with the time it ended, and the settings as before", window)
		}

		report := window.Report
		if report == nil || !report.Restored || len(report.Sections) != 3 || report.Health != ops.Healthy || len(report.Phases) != 3 ||
			report.Phases[1].Phase != maintenance.Active || report.Phases[1].Seconds != 7200 {
			t.Errorf("got %+v, want three sections restored, healthy, and three phases, the second active for 7200 seconds", report)
		}

		if got := w.kinds(t); got != "announced started ended " || len(w.heard.list) != 3 || w.heard.list[2].Window.Sequence != 2 {
			t.Errorf("subscribers heard %q in %d events, want %q in three, the last at sequence 2", got, len(w.heard.list), "announced started ended ")
		}

		w.verifyAudit(t)
	})
}

func TestApplyingTwiceOrWithAnOldRevisionDoesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		w.clock.Advance(time.Hour)

		for _, revision := range []int64{0, window.Revision - 1, window.Revision + 1} {
			if err := w.ApplyBoundary(t.Context(), w.line, window.ID, revision); err != nil || w.get(t, window.ID).StartedAt != nil {
				t.Fatalf("revision %d started it: %v", revision, err)
			}
		}

		for range 3 {
			if err := w.ApplyBoundary(t.Context(), w.line, window.ID, window.Revision); err != nil {
				t.Fatal(err)
			}
		}

		if n, err := w.changes.Count(t.Context(), changes.Filter{Source: changes.SourceSchedule}); err != nil || n != 3 {
			t.Errorf("%d changes were made, %v; want 3", n, err)
		}

		if got := w.get(t, window.ID); got.Phase != maintenance.Active || got.Revision != window.Revision+1 {
			t.Errorf("got %+v, want active at revision %d", got, window.Revision+1)
		}
	})
}

func TestManyConsolesApplyABoundaryOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)
		window := w.announce(t, patching())

		others := make([]*world, 6)
		for i := range others {
			other := *w
			other.begin()
			others[i] = &other
		}

		together := func() {
			var group sync.WaitGroup
			for _, other := range others {
				group.Go(func() { _ = other.Tick(t.Context(), other.line) }) // who loses may be refused
			}

			group.Wait()
			w.clock.Advance(10 * time.Second) // what was refused is tried again
			w.tick(t)
		}

		w.clock.Advance(time.Hour)
		together()

		if n, err := w.changes.Count(t.Context(), changes.Filter{Source: changes.SourceSchedule, Outcome: changes.Applied}); err != nil || n != 3 {
			t.Errorf("%d changes were made, %v; want 3", n, err)
		}

		w.clock.Advance(2 * time.Hour)
		together()

		if got := w.get(t, window.ID); got.Phase != maintenance.Completed || !same(w.platform(t), before) {
			t.Errorf("got %+v, want completed and the settings as before", got)
		}

		if got := w.kinds(t); got != "announced started ended " {
			t.Errorf("subscribers heard %q, want %q", got, "announced started ended ")
		}

		w.verifyAudit(t)
	})
}
