package changes_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

func (w *world) borrow(t *testing.T, term string) lease.Lease {
	t.Helper()

	r := request(w.current(t).Revision, 9)

	var errs []ops.FieldError
	if r.Term, errs = w.ParseTerm(term, "", ""); len(errs) > 0 {
		t.Fatal(errs)
	}

	result, err := w.Apply(t.Context(), w.service, dave, r)
	if err != nil || result.Lease == nil {
		t.Fatalf("got %+v, %v, want a lease", result, err)
	}

	return *result.Lease
}

func (w *world) lease(t *testing.T, id int64) lease.Lease {
	t.Helper()

	l, err := w.Lease(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}

	return l
}

func (w *world) set(t *testing.T, perAnalyst int) {
	t.Helper()

	_, err := w.plain.UpdateConcurrencyConfig(t.Context(), opstest.Limits(perAnalyst, 50))
	if err != nil {
		t.Fatal(err)
	}
}

func TestALeaseEndsByItselfAndTakesBackOnlyWhatItSet(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "90m")
		if l.State != lease.Active || !l.EndsAt.Equal(seed.Add(90*time.Minute)) || len(l.Set) != 1 {
			t.Fatalf("got %+v, want it active for 90m, with one field set", l)
		}

		// Another field is changed meanwhile, for good.
		r := request(w.current(t).Revision, 0)
		r.Values = ops.Values{"cluster_total": int64(70)}
		w.apply(t, r)

		if err := endDue(t.Context(), w, w.service); err != nil || w.perAnalyst(t) != 9 {
			t.Fatalf("it ended before its time: %v", err)
		}

		// The console is off when the time comes.
		w.clock.Advance(3 * time.Hour)

		if got := w.lease(t, l.ID); got.State != lease.Overdue {
			t.Errorf("got %+v, want it overdue", got)
		}

		if err := endDue(t.Context(), w, w.service); err != nil {
			t.Fatal(err)
		}

		l = w.lease(t, l.ID)
		if l.State != lease.Ended || l.EndChange == nil || w.perAnalyst(t) != 5 {
			t.Fatalf("got %+v with %d per analyst, want it ended by a change, and 5", l, w.perAnalyst(t))
		}

		end, err := w.Get(t.Context(), *l.EndChange)
		if err != nil || end.Source != changes.SourceLeaseEnd || end.Actor != "schedule (for dave)" || *end.Restores != l.Change {
			t.Errorf("got %+v, %v, want the schedule's end for dave, which restores change %d", end, err, l.Change)
		}

		if current := w.current(t); current.Values["cluster_total"] != int64(70) {
			t.Errorf("it took back more than it set: %v, want 70 in the cluster", current.Values)
		}
	})
}

func TestALeaseEndsWhenTheControlPlaneAnswersAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "PT1M")

		w.clock.Advance(time.Minute)
		w.service.fail(nil, nil, down())

		if err := endDue(t.Context(), w, w.service); err == nil {
			t.Fatal("no error from a control plane that is down")
		}

		if got := w.lease(t, l.ID); got.State != lease.Overdue || !strings.Contains(got.Note, "connection refused") {
			t.Errorf("got %+v, want it overdue, with a note of connection refused", got)
		}

		w.service.fail(nil, nil, nil)
		w.clock.Advance(10 * time.Second)

		if err := endDue(t.Context(), w, w.service); err != nil || w.perAnalyst(t) != 5 {
			t.Errorf("not ended within ten seconds of its answer: %v", err)
		}
	})
}

func TestALeaseWhoseEndIsUnknownIsSettled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "PT1M")

		w.clock.Advance(time.Minute)
		w.service.fail(lost(), nil, nil) // The request is lost on its way.

		if err := endDue(t.Context(), w, w.service); err != nil {
			t.Fatal(err)
		}

		if got := w.lease(t, l.ID); !got.Open() || got.EndChange == nil {
			t.Fatalf("got %+v, want it open, with the change that ends it", got)
		}

		w.service.fail(nil, nil, nil)
		w.clock.Advance(time.Minute)

		if err := w.Watch(t.Context(), w.service); err != nil {
			t.Fatal(err)
		}

		if err := endDue(t.Context(), w, w.service); err != nil || w.lease(t, l.ID).State != lease.Ended || w.perAnalyst(t) != 5 {
			t.Errorf("got %+v, %v, with %d per analyst, want it ended, and 5", w.lease(t, l.ID), err, w.perAnalyst(t))
		}
	})
}

func TestALeaseStopsAndAsksWhenSomebodyElseChangedWhatItSet(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "PT1M")
		w.set(t, 12)
		w.clock.Advance(time.Minute)

		if err := endDue(t.Context(), w, w.service); err != nil {
			t.Fatal(err)
		}

		l = w.lease(t, l.ID)
		if l.State != lease.Held || !strings.Contains(l.Note, "outside") || w.perAnalyst(t) != 12 {
			t.Fatalf("got %+v with %d per analyst, want it held for a change from outside, and 12", l, w.perAnalyst(t))
		}

		// The operator decides: back, whatever is set.
		ended, err := w.End(t.Context(), w.service, dave, l.ID, "that was a mistake")
		if err != nil || ended.State != lease.Ended || w.perAnalyst(t) != 5 {
			t.Errorf("got %+v, %v, with %d per analyst, want it ended, and 5", ended, err, w.perAnalyst(t))
		}
	})
}

func TestALeaseThatIsHeldCanBeKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "PT1M")
		w.set(t, 12)
		w.clock.Advance(time.Minute)

		if err := endDue(t.Context(), w, w.service); err != nil {
			t.Fatal(err)
		}

		kept, err := w.Confirm(t.Context(), dave, l.ID, "twelve is what we want")
		if err != nil || kept.State != lease.Confirmed || w.perAnalyst(t) != 12 {
			t.Fatalf("got %+v, %v, with %d per analyst, want it confirmed, and 12", kept, err, w.perAnalyst(t))
		}

		if _, err := w.Confirm(t.Context(), dave, l.ID, "once more, please"); ops.AsError(err).Code != ops.CodeConflict {
			t.Errorf("a lease was confirmed twice: %v", err)
		}
	})
}

func TestOverlappingLeasesAreRefusedByName(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		first := w.borrow(t, "1h")
		r := request(w.current(t).Revision, 11)
		r.Term, _ = w.ParseTerm("2h", "", "")

		_, err := w.Apply(t.Context(), w.service, dave, r)
		if e := ops.AsError(err); e.Code != ops.CodeConflict || e.Details["lease"] != first.ID {
			t.Fatalf("got %v, want a conflict with lease %d", err, first.ID)
		}

		// Nothing of it was written, and another field is free.
		r.Values = ops.Values{"cluster_total": int64(70)}
		if result, err := w.Apply(t.Context(), w.service, dave, r); err != nil || result.Lease == nil {
			t.Errorf("got %+v, %v, want a lease", result, err)
		}

		if open, err := w.Leases(t.Context()); err != nil || len(open) != 2 || open[0].ID != first.ID {
			t.Errorf("got %+v, %v, want two leases, lease %d first", open, err, first.ID)
		}
	})
}

func TestALeaseIsExtendedAndConfirmed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := request(w.current(t).Revision, 9)
		r.Term, _ = w.ParseTerm("", "", "10m")

		result, err := w.Apply(t.Context(), w.service, dave, r)
		if err != nil || result.Lease.Kind != lease.Confirm {
			t.Fatalf("got %+v, %v, want a change that asks to be confirmed", result, err)
		}

		longer, _ := w.ParseTerm("", seed.Add(time.Hour).Format(time.RFC3339), "")

		l, err := w.Extend(t.Context(), dave, result.Lease.ID, longer, "needs more watching")
		if err != nil || !l.EndsAt.Equal(seed.Add(time.Hour)) {
			t.Fatalf("got %+v, %v, want it to end at %s", l, err, seed.Add(time.Hour))
		}

		w.clock.Advance(30 * time.Minute)

		if err := endDue(t.Context(), w, w.service); err != nil || w.perAnalyst(t) != 9 {
			t.Fatalf("it ended before its new time: %v", err)
		}

		if _, err := w.Confirm(t.Context(), dave, l.ID, "nobody complained"); err != nil {
			t.Fatal(err)
		}

		w.clock.Advance(time.Hour)

		if err := endDue(t.Context(), w, w.service); err != nil || w.perAnalyst(t) != 9 {
			t.Errorf("a confirmed change went back: %v", err)
		}
	})
}

func TestALeaseOfAChangeThatFailedIsVoid(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := request(w.current(t).Revision, 9)
		r.Term, _ = w.ParseTerm("1h", "", "")
		w.service.fail(down(), nil, nil)

		result, err := w.Apply(t.Context(), w.service, dave, r)
		if err != nil || result.Change.Outcome != changes.Failed || result.Lease.State != lease.Void {
			t.Errorf("got %+v, %v, want the change failed and its lease void", result, err)
		}
	})
}

func TestTermsAreChecked(t *testing.T) {
	t.Parallel()

	w := newWorld(t, worldtest.Prepared.SQLite(t))

	for _, bad := range [][3]string{
		{"90m", "2026-03-01T14:00:00Z", ""},
		{"soon", "", ""},
		{"0s", "", ""},
		{"91 days", "", ""},
		{"", "tomorrow", ""},
		{"", "2026-03-01T11:59:59Z", ""},
		{"", "2026-03-01T14:00:00", ""},
		{"", "", "-5m"},
	} {
		if term, errs := w.ParseTerm(bad[0], bad[1], bad[2]); len(errs) != 1 || term != nil {
			t.Errorf("%v: got %+v, %v, want one field refused and no term", bad, term, errs)
		}
	}

	if term, errs := w.ParseTerm("", "", ""); term != nil || errs != nil {
		t.Errorf("a permanent change has a term: %+v, %v", term, errs)
	}
}
