package maintenance_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestReplicasWhoseClocksDifferTakeAStepOnce has others look while one is at the start of a window, and after it failed: the step is
// taken again when all agree that it is time.
func TestReplicasWhoseClocksDifferTakeAStepOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		shared := worldtest.NewClock(seed)
		w.db.AgreeOn(shared.Now)

		window := w.announce(t, patching())
		w.clock.Set(seed.Add(2 * time.Hour))

		calls := 0
		others := func() {
			for _, off := range []time.Duration{-30 * time.Minute, -25 * time.Second, 10 * time.Second, 50 * time.Minute} {
				replica := *w
				replica.clock = worldtest.NewClock(w.clock.Now().Add(off))
				replica.begin()

				look := &line{Service: w.plain}
				look.fail(func(bool) error {
					calls++

					return nil
				}, nil)

				if err := replica.Tick(t.Context(), look); err != nil {
					t.Error(err)
				}
			}
		}

		reached := 0

		w.line.fail(func(bool) error {
			reached++

			others()

			return down()
		}, nil)
		w.tick(t)

		if others(); reached == 0 || calls != 0 {
			t.Fatalf("one made %d calls, and others %d beside it, want some and none", reached, calls)
		}

		shared.Advance(10 * time.Second)
		others()

		if got := w.get(t, window.ID); calls == 0 || got.Phase != maintenance.Active {
			t.Errorf("it is %s after %d calls of others, want it started by one of them", got.Phase, calls)
		}
	})
}
