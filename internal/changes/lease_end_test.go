package changes_test

import (
	"context"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
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

		l := w.borrow(t, "1m")
		w.clock.Advance(time.Minute)

		slow := &meanwhile{faulty: w.service, onRead: func() { w.extend(t, l.ID, "1h") }}
		if err := endDue(t.Context(), w, slow); err != nil {
			t.Fatal(err)
		}

		got := w.lease(t, l.ID)
		if got.State != lease.Active || got.Note != "" || w.perAnalyst(t) != 9 {
			t.Fatalf("got %+v with %d per analyst, want it active without a note, and 9", got, w.perAnalyst(t))
		}

		w.clock.Advance(time.Hour)

		if err := endDue(t.Context(), w, w.service); err != nil || w.perAnalyst(t) != 5 {
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

		if err := w.EndBy(t.Context(), stale); ops.AsError(err).Code != ops.CodeConflict {
			t.Errorf("got %v, want a conflict", err)
		}
	})
}

func TestALeaseEndsWithinTenSecondsAlthoughSomebodyDiedOverIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "1m")
		w.clock.Advance(time.Minute)

		func() {
			defer func() {
				if recover() == nil {
					t.Error("it did not die")
				}
			}()

			_ = w.EndDue(t.Context(), &meanwhile{faulty: w.service, onWrite: func() { panic(errKilled) }}, ops.SectionConcurrency)
		}()

		next := changes.New(w.db, w.log, w.clock.Now, slog.New(slog.DiscardHandler), changes.Policy{})
		if err := next.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}

		for second := range 9 {
			w.clock.Advance(time.Second)
			w.silent(t, time.Duration(1+second)*time.Second)

			if err := endDue(t.Context(), next, w.service); err != nil {
				t.Fatal(err)
			}
		}

		if got := w.lease(t, l.ID); got.State != lease.Ended || w.perAnalyst(t) != 5 {
			t.Errorf("got %+v with %d per analyst, want it ended, and 5", got, w.perAnalyst(t))
		}
	})
}

func TestASectionThatDoesNotAnswerHoldsUpNoEndOfAnother(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		stuck := w.borrow(t, "1m")
		w.clock.Advance(time.Second)

		other := w.saveLifecycle(t, "1m", ops.Values{"instance.default_ttl": "PT20H"}).Lease

		w.clock.Advance(2 * time.Minute)

		answer, done := make(chan struct{}), make(chan error)

		go func() {
			done <- endDue(t.Context(), w, &meanwhile{faulty: w.service, onRead: func() { <-answer }})
		}()

		ended := func() bool { return !w.lease(t, other.ID).Open() }
		for deadline := time.Now().Add(10 * time.Second); !ended() && time.Now().Before(deadline); {
			runtime.Gosched()
		}

		if !ended() || !w.lease(t, stuck.ID).Open() {
			t.Error("it waited for a section that does not answer")
		}

		close(answer)

		if err := <-done; err != nil || w.lease(t, stuck.ID).Open() {
			t.Errorf("not ended in the end: %v", err)
		}
	})
}

func TestAnEndThatIsRefusedAgainAndAgainDoesNotFloodTheHistory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		lease := w.borrow(t, "1m")
		w.clock.Advance(time.Minute)

		pass := func(seconds int) {
			for range seconds {
				_ = endDue(t.Context(), w, w.service) // refused, and noted
				w.clock.Advance(time.Second)
			}
		}

		w.service.fail(ops.InsufficientRole(ops.RoleOps, ops.RoleAdmin), nil, nil)
		pass(60)
		w.service.fail(nil, nil, nil)
		pass(10)

		if w.lease(t, lease.ID).Open() {
			t.Error("not ended within ten seconds of the control plane's taking it again")
		}

		r := request(w.current(t).Revision, 9)
		r.Term, _ = w.ParseTerm("1s", "", "")
		r.Reason = "one more load test"
		w.apply(t, r)
		w.service.fail(ops.InsufficientRole(ops.RoleOps, ops.RoleAdmin), nil, nil)
		pass(3600)

		n, err := w.Count(t.Context(), changes.Filter{Source: changes.SourceLeaseEnd})
		if err != nil || n > 70 {
			t.Errorf("%d tries stand in the history, %v, want at most 70", n, err)
		}
	})
}
