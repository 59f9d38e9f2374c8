package changes_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAChangeThatIsCarriedOutLateIsOursNotExternal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := request(w.current(t).Revision, 9)
		r.Term, _ = w.ParseTerm("1h", "", "")
		w.service.fail(lost(), nil, nil)

		change := w.apply(t, r)

		w.service.fail(nil, nil, nil)
		w.clock.Advance(time.Minute)
		w.current(t)

		if given, err := w.Get(t.Context(), change.ID); err != nil || given.Outcome != changes.Failed {
			t.Fatalf("got %+v, %v, want it failed", given, err)
		}

		// The request had been on its way all the time.
		w.set(t, 9)
		w.clock.Advance(time.Minute)

		current := w.current(t)
		if current.Last == nil || current.Last.ID != change.ID || current.Last.Outcome != changes.Applied || current.Last.Error == nil {
			t.Fatalf("got %+v, want change %d, applied, with its error", current.Last, change.ID)
		}

		if n, err := w.Count(t.Context(), changes.Filter{Source: changes.SourceExternal}); err != nil || n != 0 {
			t.Errorf("%d external changes, %v, want none", n, err)
		}

		// Values for a time goes back at its time.
		w.clock.Advance(time.Hour)

		if err := endDue(t.Context(), w, w.service); err != nil || w.perAnalyst(t) != 5 {
			t.Errorf("not taken back: %v", err)
		}
	})
}

func TestAnUnansweredChangeIsWaitedForFromWhenItBecameUnknown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		slow := &slowly{faulty: w.service, clock: w.clock}
		w.service.fail(lost(), nil, nil)

		result, err := w.Apply(t.Context(), slow, dave, request(w.current(t).Revision, 7))
		if err != nil || result.Change.Outcome != changes.Unknown {
			t.Fatalf("got %+v, %v, want its outcome unknown", result, err)
		}

		w.service.fail(nil, nil, nil)
		w.clock.Advance(5 * time.Second)

		if current := w.current(t); current.Open == nil {
			t.Error("given up within the time that a request may take")
		}
	})
}

func (w *world) externals(t *testing.T) int {
	t.Helper()

	n, err := w.Count(t.Context(), changes.Filter{Source: changes.SourceExternal})
	if err != nil {
		t.Fatal(err)
	}

	return n
}

func TestAnUnansweredChangeThatMeetsAnOutsideOneIsWaitedForAndRemembered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := request(w.current(t).Revision, 9)
		r.Term, _ = w.ParseTerm("1h", "", "")
		w.service.fail(lost(), nil, nil)

		result, err := w.Apply(t.Context(), &meanwhile{faulty: w.service, onWrite: func() { w.set(t, 8) }}, dave, r)
		if err != nil || result.Change.Outcome != changes.Unknown {
			t.Fatalf("settled while its request may be on its way: %+v, %v", result.Change, err)
		}

		w.service.fail(nil, nil, nil)
		w.clock.Advance(11 * time.Second)

		if current := w.current(t); current.Open != nil || current.Last.Source != changes.SourceExternal || w.externals(t) != 1 {
			t.Fatalf("got %+v, want nothing open and one external change, the last", current)
		}

		// Now it arrives.
		w.clock.Advance(time.Second)
		w.set(t, 9)

		last := w.current(t).Last
		if last.Source != r.Source || last.Actor != "dave" || last.Before["per_analyst"] != int64(8) || w.externals(t) != 1 {
			t.Fatalf("got %+v, want dave's change, from 8, after one external change", last)
		}

		// What it found is what goes back at its time.
		w.clock.Advance(time.Hour)

		if err := endDue(t.Context(), w, w.service); err != nil || w.perAnalyst(t) != 8 {
			t.Errorf("not taken back: %d, %v, want 8", w.perAnalyst(t), err)
		}
	})
}

func TestAChangeThatIsCarriedOutAfterAnotherIsOursNotExternal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		lateAfter(t, w, ops.Values{"cluster_total": int64(70)})

		last := w.current(t).Last
		if last.Source == changes.SourceExternal || last.Before["cluster_total"] != int64(70) || w.externals(t) != 0 {
			t.Fatalf("got %+v, want a change of ours, from 70 in the cluster, and no external one", last)
		}

		w.clock.Advance(time.Hour)

		if err := endDue(t.Context(), w, w.service); err != nil || w.perAnalyst(t) != 5 {
			t.Errorf("not taken back: %v", err)
		}
	})
}

func TestAChangeThatWasReplacedDoesNotExplainWhatTurnsUpLater(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		lateAfter(t, w, ops.Values{"per_analyst": int64(12)})

		if last := w.current(t).Last; last.Source != changes.SourceExternal {
			t.Errorf("got %+v, want an external change", last)
		}
	})
}

// TestAChangeThatIsCarriedOutAfterOthersThatTookEachOtherBackFollowsThem: what it found is
// what it says of before, and still it came last.
func TestAChangeThatIsCarriedOutAfterOthersThatTookEachOtherBackFollowsThem(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		lateAfter(t, w, ops.Values{"cluster_total": int64(70)}, ops.Values{"cluster_total": int64(50)})
		w.current(t)

		page, err := w.History(t.Context(), changes.Filter{Outcome: changes.Applied})
		if err != nil {
			t.Fatal(err)
		}

		values := w.current(t).Values

		for _, change := range page.Items {
			if d := w.current(t).Section.Diff(change.After, values); len(d) > 0 {
				t.Errorf("change %d (%s) leaves %v, and what follows begins with %v", change.ID, change.Reason, change.After, values)
			}

			values = change.Before
		}

		if len(page.Items) != 3 || w.externals(t) != 0 {
			t.Errorf("got %+v, want three changes, none external", page.Items)
		}
	})
}

// lateAfter gives up a temporary change to 9, makes others, and carries out the first.
func lateAfter(t *testing.T, w *world, between ...ops.Values) {
	t.Helper()

	r := request(w.current(t).Revision, 9)
	r.Term, _ = w.ParseTerm("1h", "", "")

	w.service.fail(lost(), nil, nil)
	w.apply(t, r)
	w.service.fail(nil, nil, nil)
	w.clock.Advance(11 * time.Second)

	for i, values := range between {
		other := request(w.current(t).Revision, 0)
		other.Values, other.Reason = values, fmt.Sprintf("other change %d meanwhile", i)
		w.apply(t, other)
	}

	w.clock.Advance(time.Second)
	w.set(t, 9)
}

// slowly takes ten seconds for a write.
type slowly struct {
	*faulty

	clock *worldtest.Clock
}

func (s *slowly) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	s.clock.Advance(10 * time.Second)

	return s.faulty.UpdateConcurrencyConfig(ctx, u)
}

func (w *world) saveLifecycle(t *testing.T, term string, values ops.Values) changes.Result {
	t.Helper()

	current, err := w.Current(t.Context(), w.service, ops.SectionLifecycle)
	if err != nil {
		t.Fatal(err)
	}

	r := changes.Request{
		Section: ops.SectionLifecycle, Revision: current.Revision, Values: values, Source: changes.SourceAPI, Confirm: "test",
		Reason: "trying durations at " + w.clock.Now().String(),
	}
	r.Term, _ = w.ParseTerm(term, "", "")

	result, err := w.Apply(t.Context(), w.service, dave, r)
	if err != nil {
		t.Fatal(err)
	}

	return result
}

func TestALeaseWhoseOldValuesWouldBeInvalidIsHeldAndNotTriedForEver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.saveLifecycle(t, "1m", ops.Values{"instance.default_ttl": "PT1H"}).Lease
		w.clock.Advance(time.Second)
		w.saveLifecycle(t, "", ops.Values{"instance.max_ttl": "PT12H"})
		w.clock.Advance(time.Minute)

		for range 3 {
			if err := endDue(t.Context(), w, w.service); err != nil {
				t.Fatal(err)
			}

			w.clock.Advance(time.Minute)
		}

		if got := w.lease(t, l.ID); got.State != lease.Held || got.Note == "" {
			t.Errorf("got %+v, want it held, with a note", got)
		}

		if n, err := w.Count(t.Context(), changes.Filter{Source: changes.SourceLeaseEnd}); err != nil || n != 0 {
			t.Errorf("%d changes were tried, %v, want none", n, err)
		}
	})
}

func TestShorteningADurationToHalfIsGrave(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		current, err := w.Current(t.Context(), w.service, ops.SectionLifecycle)
		if err != nil {
			t.Fatal(err)
		}

		for field, value := range map[string]any{"mapping.max_ttl": "PT1S", "instance.default_ttl": "12h", "mapping.default_ttl": "P1D"} {
			_, err := w.Apply(t.Context(), w.service, dave, changes.Request{
				Section: ops.SectionLifecycle, Revision: current.Revision, Values: ops.Values{field: value},
				Reason: "shorter than it was", Source: changes.SourceAPI,
			})
			if fields := ops.FieldErrors(err); len(fields) != 1 || fields[0].Field != "body.confirm" {
				t.Errorf("%s: got %v, want body.confirm alone refused", field, err)
			}
		}
	})
}

func TestAnOutsideChangeIsAskedAboutWhileItHolds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		w.current(t)
		w.set(t, 8)

		r := request(w.current(t).Revision, 0)
		r.Values = ops.Values{"cluster_total": int64(70)}
		w.apply(t, r)

		asked, err := w.Unreviewed(t.Context())
		if err != nil || len(asked) != 1 {
			t.Fatalf("an unrelated change hid it: %+v, %v", asked, err)
		}

		if _, err := w.restore(t, asked[0].ID, w.current(t).Revision, "nobody agreed to that"); err != nil {
			t.Fatal(err)
		}

		if asked, err := w.Unreviewed(t.Context()); err != nil || len(asked) != 0 {
			t.Errorf("got %+v, %v, want nothing left to review", asked, err)
		}

		if _, err := w.KeepExternal(t.Context(), dave, asked[0].ID, "too late for that"); ops.AsError(err).Code != ops.CodeConflict {
			t.Errorf("got %v, want a conflict", err)
		}
	})
}
