package changes_test

import (
	"context"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// meanwhile does something while the concurrency limits are read or written, once.
type meanwhile struct {
	*faulty

	onRead, onWrite func()
}

func (m *meanwhile) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	if do := m.onRead; do != nil {
		m.onRead = nil

		do()
	}

	return m.faulty.GetConcurrencyConfig(ctx)
}

func (m *meanwhile) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	if do := m.onWrite; do != nil {
		m.onWrite = nil

		do()
	}

	return m.faulty.UpdateConcurrencyConfig(ctx, u)
}

func (w *world) extend(t *testing.T, id int64, term string) {
	t.Helper()

	longer, _ := w.ParseTerm(term, "", "")
	if _, err := w.Extend(t.Context(), dave, id, longer, "needed for longer than that"); err != nil {
		t.Error(err)
	}
}

func TestALeaseThatIsExtendedWhileItsEndIsUnderWayDoesNotEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		lease := w.borrow(t, "1m")
		w.clock.pass(time.Minute)

		slow := &meanwhile{faulty: w.service, onRead: func() { w.extend(t, lease.ID, "1h") }}
		if err := w.EndDue(t.Context(), slow); err != nil {
			t.Fatal(err)
		}

		got := w.lease(t, lease.ID)
		if got.State != changes.LeaseActive || got.Note != "" || w.perAnalyst(t) != 9 {
			t.Fatalf("got %+v", got)
		}

		w.clock.pass(time.Hour)

		if err := w.EndDue(t.Context(), w.service); err != nil || w.perAnalyst(t) != 5 {
			t.Errorf("not taken back at its new time: %v", err)
		}
	})
}

func TestALeaseWhoseEndWasMovedSinceItWasReadDoesNotEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		lease := w.borrow(t, "1m")

		// Another replica has read the lease already; the operator was faster.
		stale := lease
		w.extend(t, lease.ID, "1h")

		if err := w.Ending(t.Context(), stale); ops.AsError(err).Code != ops.CodeConflict {
			t.Errorf("got %v", err)
		}
	})
}
