package changes_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// jumps are what becomes of a clock that is set, or that of another host, and of a machine that slept.
func jumps() map[string]time.Duration {
	return map[string]time.Duration{
		"a minute ahead": time.Minute, "an hour ahead": time.Hour, "an hour back": -time.Hour, "a day's sleep": 24 * time.Hour,
	}
}

// TestClocksThatDifferSettleNothingUnderWay has a change be under way while another replica looks whose clock is wrong, or while
// the clock of the only process is set: it is left in peace, and applied.
func TestClocksThatDifferSettleNothingUnderWay(t *testing.T) {
	t.Parallel()

	for name, jump := range jumps() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				looks := w
				if w.db.Dialect() == store.Postgres {
					looks = newWorld(t, w.db)
				}

				asked := request(w.current(t).Revision, 8)
				service := looking{w.plain, func() {
					looks.clock.Advance(jump)

					for range 3 {
						if seen := looks.current(t); seen.Open == nil {
							t.Errorf("it was settled while it was being sent: %+v", seen.Last)
						}
					}
				}}

				result, err := w.Apply(t.Context(), service, dave, asked)
				if err != nil || result.Change.Outcome != changes.Applied {
					t.Errorf("got %+v, %v, want it applied", result.Change, err)
				}
			})
		})
	}
}

// TestClocksThatDifferCutNoWaitShort has the outcome of a change be unknown: another replica whose clock is wrong waits for as
// long as the others until it takes the old values for proof, and no longer.
func TestClocksThatDifferCutNoWaitShort(t *testing.T) {
	t.Parallel()

	for name, jump := range jumps() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				revision := w.current(t).Revision
				w.service.fail(lost(), nil, nil)

				if change := w.apply(t, request(revision, 7)); change.Outcome != changes.Unknown {
					t.Fatalf("got %+v, want its outcome unknown", change)
				}

				other := newWorld(t, w.db)
				other.clock.Advance(jump)
				other.service = w.service

				if seen := other.current(t); seen.Open == nil {
					t.Errorf("it was settled at once: %+v", seen.Last)
				}

				other.clock.Advance(10 * time.Second)

				if seen := other.current(t); seen.Open != nil {
					t.Errorf("it is open for more than ten seconds: %+v", seen.Open)
				}
			})
		})
	}
}

// TestAnEndIsNotTakenForGoneByAClock has the end of a temporary change be under way while another replica looks whose clock is ahead.
func TestAnEndIsNotTakenForGoneByAClock(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "1m")
		w.clock.Advance(time.Minute)

		other := newWorld(t, w.db)
		other.clock.Set(w.clock.Now().Add(20 * time.Second))

		service := &meanwhile{faulty: w.service, onWrite: func() {
			if w.db.Dialect() == store.SQLite { // there is no other process
				return
			}

			_ = endDue(t.Context(), other, w.plain) // what is in the way is looked at

			if known, err := other.Known(t.Context(), ops.SectionConcurrency); err != nil || known.Open == nil {
				t.Errorf("another replica has settled the end that is under way: %+v, %v", known.Last, err)
			}
		}}

		if err := endDue(t.Context(), w, service); err != nil {
			t.Fatal(err)
		}

		if got := w.lease(t, l.ID); got.Open() || w.perAnalyst(t) != 5 {
			t.Errorf("got %+v with %d per analyst, want it ended, and 5", got, w.perAnalyst(t))
		}
	})
}
