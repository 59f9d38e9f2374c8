package changes_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestASignFromTheFutureIsWaitedForByOnesOwnClock has the database's clock be set back by an hour, as it is when another server takes its
// place, while a replica carries out a change: one that is dead keeps no section closed for that hour.
func TestASignFromTheFutureIsWaitedForByOnesOwnClock(t *testing.T) {
	t.Parallel()

	const hour, patience = time.Hour, 10 * time.Second

	t.Run("of the dead", func(t *testing.T) {
		t.Parallel()

		db := worldtest.Prepared.Postgres(t)
		one, other := newWorld(t, db), newWorld(t, db)
		one.crash(t, false, 8)
		one.silent(t, -hour)

		for _, waited := range []time.Duration{0, patience - time.Second} {
			other.clock.Advance(waited)

			if seen := other.current(t); seen.Open == nil {
				t.Fatalf("after %v: got %+v, want it open: the next sign may be on its way", waited, seen.Last)
			}
		}

		other.clock.Advance(time.Second)

		seen := other.current(t)
		if seen.Open != nil {
			t.Fatalf("got %+v, want it settled", seen.Open)
		}

		other.apply(t, request(seen.Revision, 9))
	})

	t.Run("of the living", func(t *testing.T) {
		t.Parallel()

		db := worldtest.Prepared.Postgres(t)
		one, other := newWorld(t, db), newWorld(t, db)
		one.crash(t, false, 8)

		// Each sign comes a while after the one before, and again the clock is set back.
		for ahead := hour; ahead > hour-3*time.Minute; ahead -= time.Minute {
			one.silent(t, -ahead)

			if seen := other.current(t); seen.Open == nil {
				t.Fatalf("got %+v, want it open", seen.Last)
			}

			other.clock.Advance(patience - time.Second)
		}

		one.silent(t, 0)
		other.clock.Advance(hour)

		if seen := other.current(t); seen.Open == nil {
			t.Errorf("got %+v, want it open: it has just given a sign of life", seen.Last)
		}
	})
}
