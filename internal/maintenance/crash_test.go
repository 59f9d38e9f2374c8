package maintenance_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// TestACrashAtAnyCallIsMadeUpFor kills the console before and after its nth call to the
// control plane, for every n, at the start and at the end.
func TestACrashAtAnyCallIsMadeUpFor(t *testing.T) {
	t.Parallel()
	atEachCall(t, crashAt)
}

// atEachCall tries the nth call of the start and of the end of a window, before and after it is acted upon, for every n there is.
func atEachCall(t *testing.T, try func(t *testing.T, n int, acted bool, boundary time.Duration) (there bool)) {
	t.Helper()

	for _, acted := range []bool{false, true} {
		for _, boundary := range []time.Duration{time.Hour, 3 * time.Hour} {
			t.Run(fmt.Sprintf("acted %v at %s", acted, boundary), func(t *testing.T) {
				t.Parallel()

				for n := 1; try(t, n, acted, boundary); n++ {
					if n > 100 {
						t.Fatal("a boundary has no end")
					}
				}
			})
		}
	}
}

// crashAt reports whether there was an nth call.
func crashAt(t *testing.T, n int, acted bool, boundary time.Duration) (there bool) {
	t.Helper()

	w := onSQLite(t)
	before := w.platform(t)
	window := w.announce(t, patching())

	if boundary > time.Hour {
		w.at(t, time.Hour)
	}

	kill := func(bool) error {
		if n--; n == 0 {
			panic(errKilled)
		}

		return nil
	}
	if acted {
		w.line.fail(nil, kill)
	} else {
		w.line.fail(kill, nil)
	}

	w.clock.Set(seed.Add(boundary))
	there = w.killed(t, func() { w.tick(t) })
	w.line.fail(nil, nil)

	for second := range 20 {
		w.at(t, boundary+time.Duration(second)*time.Second)
	}

	if boundary == time.Hour {
		if got := w.get(t, window.ID); got.Phase != maintenance.Active {
			t.Errorf("killed at call %d: got %+v, want active", n, got)
		}

		w.at(t, 3*time.Hour)
	}

	if got := w.get(t, window.ID); got.Phase != maintenance.Completed || !got.Report.Restored || !same(before, w.platform(t)) {
		t.Errorf("killed at call %d: got %+v, want completed, restored and the settings as before", n, got)
	}

	if n, err := w.changes.Count(t.Context(), changes.Filter{Outcome: changes.Applied}); err != nil || n != 6 {
		t.Errorf("%d changes were applied, %v; want 6", n, err)
	}

	if got := w.kinds(t); got != "announced started ended " {
		t.Errorf("subscribers heard %q, want %q", got, "announced started ended ")
	}

	w.verifyAudit(t)

	return there
}

// killed reports whether something killed the console; then a new one has begun.
func (w *world) killed(t *testing.T, act func()) (killed bool) {
	t.Helper()

	defer func() {
		switch r := recover(); r {
		case nil:
		case errKilled:
			killed = true

			w.begin()

			if err := w.changes.Recover(t.Context()); err != nil {
				t.Error(err)
			}
		default:
			panic(r)
		}
	}()

	act()

	return false
}

func TestAnEventThatCannotBeHandedOnUndoesWhatHappened(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		w.heard.err = errKilled
		w.clock.Advance(time.Hour)

		if err := w.Tick(t.Context(), w.line); err == nil {
			t.Error("nobody was told that an event was lost")
		}

		if got := w.get(t, window.ID); got.StartedAt != nil || got.Sequence != 0 {
			t.Errorf("got %+v, want it not started, at sequence 0", got)
		}

		w.heard.err = nil
		w.clock.Advance(10 * time.Second)
		w.tick(t)

		if got := w.kinds(t); got != "announced started " || w.get(t, window.ID).Phase != maintenance.Active {
			t.Errorf("subscribers heard %q, want %q and the window active", got, "announced started ")
		}
	})
}
