package changes_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

// outside sets both limits as somebody does who does not use the console, and returns the change.
func (w *world) outside(t *testing.T, perAnalyst, total int) changes.Change {
	t.Helper()

	if _, err := w.plain.UpdateConcurrencyConfig(t.Context(), opstest.Limits(perAnalyst, total)); err != nil {
		t.Fatal(err)
	}

	return *w.current(t).Last
}

// asked is how many outside changes somebody has to decide about.
func (w *world) asked(t *testing.T) int {
	t.Helper()

	asked, err := w.Unreviewed(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	return len(asked)
}

// end lets the time of all leases come.
func (w *world) end(t *testing.T) {
	t.Helper()
	w.clock.Advance(time.Hour)

	if err := endDue(t.Context(), w, w.service); err != nil {
		t.Fatal(err)
	}
}

// TestOneDecisionKeepsAHeldLeaseAndWhatHoldsIt: whoever keeps what is set is not asked about it again,
// on whichever of both pages they said so.
func TestOneDecisionKeepsAHeldLeaseAndWhatHoldsIt(t *testing.T) {
	t.Parallel()

	for name, decide := range map[string]func(t *testing.T, w *world, l lease.Lease, outside changes.Change) error{
		"on the lease's page": func(t *testing.T, w *world, l lease.Lease, _ changes.Change) error {
			t.Helper()
			_, err := w.Confirm(t.Context(), olgaHere, l.ID, "twelve was agreed")

			return err
		},
		"on the change's page": func(t *testing.T, w *world, _ lease.Lease, outside changes.Change) error {
			t.Helper()
			_, err := w.KeepExternal(t.Context(), olgaHere, outside.ID, "twelve was agreed")

			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				l := w.borrow(t, "1h")
				outside := w.outside(t, 12, 50)
				w.end(t)

				if state := w.lease(t, l.ID).State; state != lease.Held || w.asked(t) != 1 {
					t.Fatalf("it is %s, and %d changes are asked about; want held, and 1", state, w.asked(t))
				}

				if err := decide(t, w, l, outside); err != nil {
					t.Fatal(err)
				}

				kept, err := w.Get(t.Context(), outside.ID)
				if err != nil || kept.Kept == nil || kept.Kept.Actor != "olga" || kept.Kept.Reason != "twelve was agreed" || w.asked(t) != 0 {
					t.Errorf("got %+v, %v, and %d changes are asked about; want it kept by olga, and none", kept.Kept, err, w.asked(t))
				}

				if got := w.lease(t, l.ID); got.State != lease.Confirmed || w.perAnalyst(t) != 12 {
					t.Errorf("it is %s with %d per analyst, want confirmed with 12", got.State, w.perAnalyst(t))
				}

				for _, action := range []audit.Action{audit.ChangeKeep, audit.LeaseConfirm} {
					n, err := w.log.Count(t.Context(), audit.Filter{Action: action, Actor: "olga", Outcome: audit.Done})
					if err != nil || n != 1 {
						t.Errorf("the log has %d entries of %s, %v; want 1", n, action, err)
					}
				}
			})
		})
	}
}

// TestADecisionLeavesWhatItIsNotAbout: another field that the outside change set, and one that the
// lease set and nobody replaced.
func TestADecisionLeavesWhatItIsNotAbout(t *testing.T) {
	t.Parallel()

	t.Run("another field of the change", func(t *testing.T) {
		t.Parallel()
		each(t, func(t *testing.T, w *world) {
			t.Helper()

			l := w.borrow(t, "1h")
			w.outside(t, 12, 70)
			w.end(t)

			if _, err := w.Confirm(t.Context(), dave, l.ID, "twelve was agreed"); err != nil || w.asked(t) != 1 {
				t.Errorf("got %v, and %d changes are asked about; want 1: nobody has said that 70 may stand", err, w.asked(t))
			}
		})
	})

	t.Run("another field of the lease", func(t *testing.T) {
		t.Parallel()
		each(t, func(t *testing.T, w *world) {
			t.Helper()

			l := w.borrowBoth(t, 8, 60)
			outside := w.outside(t, 12, 60)
			w.end(t)

			_, err := w.KeepExternal(t.Context(), dave, outside.ID, "twelve was agreed")
			if got := w.lease(t, l.ID).State; err != nil || got != lease.Overdue {
				t.Errorf("got %v, and it is %s; want it to go on: it has still set 60", err, got)
			}

			w.end(t)
			w.wantPartTakenBack(t, l.ID, 12, 50)
		})
	})
}

// TestWhatWasKeptBeforeALeaseEndsHoldsItNot: the decision was made already.
func TestWhatWasKeptBeforeALeaseEndsHoldsItNot(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "1h")

		if _, err := w.KeepExternal(t.Context(), dave, w.outside(t, 12, 50).ID, "twelve was agreed"); err != nil {
			t.Fatal(err)
		}

		w.end(t)

		if got := w.lease(t, l.ID); got.State != lease.Confirmed || w.perAnalyst(t) != 12 || got.Note == "" {
			t.Errorf("got %+v with %d per analyst, want it confirmed with 12, and a note", got, w.perAnalyst(t))
		}
	})
}

// wantPartTakenBack compares what is set, and looks that a lease is over which took back the total alone.
func (w *world) wantPartTakenBack(t *testing.T, id int64, perAnalyst, total int) {
	t.Helper()

	got := w.lease(t, id)
	if got.State != lease.Ended || got.EndChange == nil {
		t.Fatalf("got %+v, want it ended by a change", got)
	}

	limits, err := w.plain.GetConcurrencyConfig(t.Context())
	if err != nil || limits.PerAnalyst != perAnalyst || limits.ClusterTotal != total {
		t.Errorf("got %+v, %v, want %d and %d", limits, err, perAnalyst, total)
	}

	change, err := w.Get(t.Context(), *got.EndChange)
	if err != nil || len(change.Fields) != 1 || change.Fields[0] != "cluster_total" {
		t.Errorf("its end changed %v, %v, want the total alone", change.Fields, err)
	}
}

// borrowBoth sets both limits for an hour.
func (w *world) borrowBoth(t *testing.T, perAnalyst, total int64) lease.Lease {
	t.Helper()

	r := request(w.current(t).Revision, perAnalyst)
	r.Values["cluster_total"] = total
	r.Term, _ = w.ParseTerm("1h", "", "")

	result, err := w.Apply(t.Context(), w.service, dave, r)
	if err != nil {
		t.Fatal(err)
	}

	return *result.Lease
}

// TestWhatWasKeptInTimeIsNotTakenBack: the rest of the lease ends at its time, and nobody is asked.
func TestWhatWasKeptInTimeIsNotTakenBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrowBoth(t, 8, 60)

		if _, err := w.KeepExternal(t.Context(), dave, w.outside(t, 12, 60).ID, "twelve was agreed"); err != nil {
			t.Fatal(err)
		}

		if got := w.lease(t, l.ID).State; got != lease.Active {
			t.Errorf("it is %s, want it to go on until its time comes", got)
		}

		w.end(t)
		w.wantPartTakenBack(t, l.ID, 12, 50)
	})
}

// TestADecisionAboutAPartLeavesTheOther: two outside changes have replaced a field each.
func TestADecisionAboutAPartLeavesTheOther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrowBoth(t, 8, 60)
		first := w.outside(t, 12, 60)
		w.outside(t, 12, 70)
		w.end(t)

		if _, err := w.KeepExternal(t.Context(), dave, first.ID, "twelve was agreed"); err != nil {
			t.Fatal(err)
		}

		w.end(t)

		got := w.lease(t, l.ID)
		if by, _ := got.ErrorDetails["changes"].(map[string]any); got.State != lease.Held || len(by) != 1 || by["cluster_total"] == nil {
			t.Fatalf("got %+v, want it held because of the total alone", got)
		}

		if _, err := w.End(t.Context(), w.service, dave, l.ID, "seventy was a mistake"); err != nil {
			t.Fatal(err)
		}

		w.wantPartTakenBack(t, l.ID, 12, 50)
	})
}
