package maintenance_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// TestOfSeveralThatBlockTheOneThatWaitsIsTold: the other's end would change nothing.
func TestOfSeveralThatBlockTheOneThatWaitsIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		current, err := w.changes.Current(t.Context(), w.line, ops.SectionLifecycle)
		if err != nil {
			t.Fatal(err)
		}

		term, _ := w.changes.ParseTerm("72h", "", "")

		_, err = w.changes.Apply(t.Context(), w.line, olga, changes.Request{
			Section: ops.SectionLifecycle, Revision: current.Revision, Values: ops.Values{"instance.default_ttl": "PT20H"},
			Reason: "shorter for three days of tests", Source: changes.SourceConsole, Term: term,
		})
		if err != nil {
			t.Fatal(err)
		}

		held := w.borrow(t, 9, "30m")
		w.byHand(t, 8)
		w.clock.Advance(time.Hour)

		if err := w.changes.EndDue(t.Context(), w.line, ops.SectionConcurrency); err != nil {
			t.Fatal(err)
		}

		draft := patching()
		draft.StartsAt, draft.EndsAt = seed.Add(48*time.Hour), seed.Add(50*time.Hour)

		_, err = w.Announce(t.Context(), w.line, dave, draft)
		refused(t, err, ops.CodeConflict)

		if e := ops.AsError(err); e.Details["lease"] != held.ID || e.Details["state"] != "held" {
			t.Errorf("got %v with %v, want lease %d, which waits for a decision", err, e.Details, held.ID)
		}
	})
}
