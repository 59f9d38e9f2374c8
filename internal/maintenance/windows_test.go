package maintenance_test

import (
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
			t.Fatalf("got %+v", window)
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
			t.Fatalf("got %+v on %+v", window, during)
		}

		change, err := w.changes.History(t.Context(), changes.Filter{Source: changes.SourceSchedule})
		if err != nil || len(change.Items) != 3 || change.Items[0].Actor != "schedule (for dave)" {
			t.Errorf("got %+v, %v", change, err)
		}

		w.at(t, 3*time.Hour)

		window = w.get(t, window.ID)
		if window.Phase != maintenance.Completed || window.EndedAt == nil || !same(w.platform(t), before) {
			t.Fatalf("got %+v", window)
		}

		report := window.Report
		if report == nil || !report.Restored || len(report.Sections) != 3 || report.Health != ops.Healthy || len(report.Phases) != 3 ||
			report.Phases[1].Phase != maintenance.Active || report.Phases[1].Seconds != 7200 {
			t.Errorf("got %+v", report)
		}

		if got := w.kinds(t); got != "announced started ended " || len(w.heard.list) != 3 || w.heard.list[2].Window.Sequence != 2 {
			t.Errorf("subscribers heard %s", got)
		}

		w.verifyAudit(t)
	})
}
