package maintenance_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

// TestTheReportNamesWhoChangedWhatTheWindowLeftAlone, here or outside, and who set what was kept.
func TestTheReportNamesWhoChangedWhatTheWindowLeftAlone(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())
	w.at(t, time.Hour)

	if _, err := w.plain.UpdateConcurrencyConfig(t.Context(), opstest.Limits(3, 70)); err != nil {
		t.Fatal(err)
	}

	w.look(t)
	w.byHand(t, 8)
	w.at(t, 3*time.Hour)

	got, err := w.Settle(t.Context(), w.line, olga, window.ID, act("eight was agreed"), true)
	if err != nil || got.Report == nil {
		t.Fatalf("got %+v, %v, want its report", got, err)
	}

	for _, section := range got.Report.Sections {
		if section.Section != ops.SectionConcurrency {
			continue
		}

		total, kept := section.SetBy["cluster_total"], section.SetBy["per_analyst"]
		if total.Source != changes.SourceExternal || total.Change == 0 || len(section.Others) != 1 || total.From() != "somebody unknown outside this console" {
			t.Errorf("got %+v, want cluster_total set outside this console", section)
		}

		if kept.Actor != "olga" || kept.Source != changes.SourceConsole || kept.Change <= total.Change {
			t.Errorf("got %+v, want per_analyst set by olga", section.SetBy)
		}
	}
}

// TestAWindowGoesOnOnceTheChangeThatHoldsItIsKept: one decision is enough.
func TestAWindowGoesOnOnceTheChangeThatHoldsItIsKept(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())
	w.at(t, time.Hour)

	if _, err := w.plain.UpdateConcurrencyConfig(t.Context(), opstest.Limits(12, 50)); err != nil {
		t.Fatal(err)
	}

	w.look(t)
	w.at(t, 3*time.Hour)

	if held := w.get(t, window.ID); held.Phase != maintenance.Held {
		t.Fatalf("it is %s, want held", held.Phase)
	}

	asked, err := w.changes.Unreviewed(t.Context())
	if err != nil || len(asked) != 1 {
		t.Fatalf("got %v, %v, want one outside change", asked, err)
	}

	if _, err := w.changes.KeepExternal(t.Context(), olga, asked[0].ID, "twelve was agreed"); err != nil {
		t.Fatal(err)
	}

	w.at(t, 3*time.Hour+time.Minute)

	if got := w.get(t, window.ID); got.Phase != maintenance.Completed || w.platform(t).concurrency.PerAnalyst != 12 {
		t.Errorf("it is %s with %d per analyst, want completed with 12", got.Phase, w.platform(t).concurrency.PerAnalyst)
	}
}
