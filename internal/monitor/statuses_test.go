package monitor_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestStatusesAreThoseOfThatMoment before a change, at it and after it, and of nobody while nobody looked.
func TestStatusesAreThoseOfThatMoment(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(db)
		start := w.clock.Load().UTC()
		w.poll(t)
		w.watch(t, 10*time.Minute)
		w.become(ops.ComponentUnreachable)
		w.watch(t, 10*time.Minute)

		fell := start.Add(10*time.Minute + 15*time.Second)

		w.pass(time.Hour)
		w.become(ops.ComponentConnected)
		w.poll(t)

		end := w.clock.Load().UTC()
		other := newWorld(db).Monitor // which has seen nothing itself

		for at, want := range map[time.Time]ops.ComponentStatus{
			start.Add(-time.Second): "", fell.Add(-time.Microsecond): ops.ComponentConnected, fell: ops.ComponentUnreachable,
			fell.Add(5 * time.Minute): ops.ComponentUnreachable, fell.Add(30 * time.Minute): "", end: ops.ComponentConnected,
		} {
			seen, err := other.StatusesAt(t.Context(), at)

			var got ops.ComponentStatus

			for _, s := range seen {
				if s.Component == ops.ComponentDatabase {
					got = s.Status
				}
			}

			if err != nil || got != want {
				t.Errorf("at %s: got %q, %v, want %q", at, got, err, want)
			}
		}

		changed, more, err := other.StatusChanges(t.Context(), start, end.Add(time.Second), 100)
		if err != nil || !more.IsZero() {
			t.Fatalf("got %v, %v, want all there is", more, err)
		}

		var got []monitor.StatusChange

		for _, c := range changed {
			if c.Component == ops.ComponentDatabase {
				got = append(got, c)
			}
		}

		if len(got) != 2 || !got[0].At.Equal(fell) || got[0].Since != nil || got[0].To != ops.ComponentUnreachable {
			t.Fatalf("got %+v, want that it fell at %s, which was seen, and came back", got, fell)
		}

		if back := got[1]; !back.At.Equal(end) || back.Since == nil || !back.Since.Equal(end.Add(-time.Hour)) {
			t.Errorf("got %+v, want that it came back within the hour that nobody looked", back)
		}

		if after, _, err := other.StatusChanges(t.Context(), fell.Add(time.Microsecond), end, 100); err != nil || len(after) != 0 {
			t.Errorf("got %+v, %v, want nothing between", after, err)
		}
	})
}
