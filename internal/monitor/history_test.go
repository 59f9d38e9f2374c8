package monitor_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// watch polls every 15 s for that long.
func (w *world) watch(t *testing.T, d time.Duration) {
	t.Helper()

	for range d / (15 * time.Second) {
		w.pass(15 * time.Second)
		w.poll(t)
	}
}

func (w *world) become(status ops.ComponentStatus) {
	w.plane.set(func(p *plane) { p.status = status })
}

// While nobody looks there is a poll for each sample, and the ticks of no clock are quite even.
func TestAPollThatComesALittleEarlyIsASample(t *testing.T) {
	t.Parallel()

	const polls = 20

	w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))
	w.poll(t)

	for i := range polls {
		w.pass(15*time.Second + time.Duration(i%2*10-5)*time.Millisecond)
		w.poll(t)
	}

	if used := w.Snapshot().Used; len(used) != polls+1 {
		t.Errorf("%d polls made %d samples: %v", polls+1, len(used), used)
	}
}

func TestAvailabilityCountsWhatWasSeen(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(db)
		start := *w.clock.Load()
		w.poll(t)
		w.watch(t, 30*time.Minute)
		w.become(ops.ComponentUnreachable)
		w.watch(t, 10*time.Minute)
		w.become(ops.ComponentSlow)
		w.watch(t, 20*time.Minute)

		// An hour in which nobody answers is not seen, neither up nor down.
		w.plane.set(func(p *plane) { p.down = errors.New("cut") })
		w.watch(t, time.Hour)
		w.plane.set(func(p *plane) { p.down = nil })
		w.become(ops.ComponentConnected)
		w.watch(t, 10*time.Minute)

		spans, err := componentSpans(t, w.again(db), start)
		if err != nil {
			t.Fatal(err)
		}

		statuses := []ops.ComponentStatus{}
		for _, s := range spans {
			statuses = append(statuses, s.Status)
		}

		want := []ops.ComponentStatus{
			ops.ComponentConnected, ops.ComponentUnreachable, ops.ComponentSlow, monitor.Unknown, ops.ComponentConnected,
		}
		if !slices.Equal(statuses, want) {
			t.Fatalf("got %v, want %v", statuses, want)
		}

		now := *w.clock.Load()

		// Each span lacks the 15 s before its first sample.
		got := monitor.AvailabilityOf(spans, "database", now.Add(-24*time.Hour), now)
		if up, seen := 30*time.Minute+20*time.Minute+10*time.Minute-30*time.Second, 10*time.Minute-15*time.Second; got.Up != up || got.Seen != up+seen || got.Of != 24*time.Hour || got.Unknown != time.Hour-15*time.Second {
			t.Errorf("got %+v, want %v up", got, up)
		}

		lately := monitor.AvailabilityOf(spans, "database", now.Add(-5*time.Minute), now)
		if lately.Up != 5*time.Minute || lately.Seen != lately.Of {
			t.Errorf("the last minutes: got %+v, want all five seen, and up", lately)
		}

		if other := monitor.AvailabilityOf(spans, "kubernetes", start, now); other.Seen != 0 {
			t.Errorf("of another component: got %+v, want nothing seen", other)
		}
	})
}

func TestTwoConsolesSeeATimeOnce(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))
	w := newWorld(db)
	start := *w.clock.Load()
	w.poll(t)
	w.pass(7 * time.Second)

	second := w.again(db)

	for range 40 {
		second.Poll(t.Context())
		w.pass(8 * time.Second)
		w.poll(t)
		w.pass(7 * time.Second)
	}

	spans, err := componentSpans(t, w.again(db), start)
	if err != nil {
		t.Fatal(err)
	}

	now := *w.clock.Load()
	if got := monitor.AvailabilityOf(spans, "database", start, now); len(spans) != 1 || got.Seen > got.Of || got.Seen < 9*time.Minute {
		t.Errorf("got %+v of %v, want one span, and between 9m and the whole time seen", got, spans)
	}
}

func TestLongerTimesShowTheHighestOfEachStep(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(db)
		start := *w.clock.Load()
		w.watch(t, 2*time.Minute)
		w.plane.set(func(p *plane) { p.used = 30 })
		w.watch(t, 15*time.Second)
		w.plane.set(func(p *plane) { p.used = 7 })
		w.watch(t, 7*time.Minute+45*time.Second)
		w.pass(20 * time.Minute) // Nobody watched.
		w.watch(t, 5*time.Minute)

		used, total, err := usedSince(t.Context(), w, start, 5*time.Minute)
		if err != nil {
			t.Fatal(err)
		}

		if got, want := values(used), " 30 7 7 gap 7 7"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}

		if len(total) != len(used) || *total[0].Value != 50 {
			t.Errorf("the limit: got %v, want %d points, the first 50", values(total), len(used))
		}

		if _, _, err := usedSince(t.Context(), w, start.Add(-monitor.Kept), 5*time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestAClockThatWasSetBackStopsNoSamples(t *testing.T) {
	t.Parallel()

	w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))
	w.watch(t, 10*time.Minute)
	w.pass(-2 * time.Hour)

	before := *w.clock.Load()
	w.watch(t, 5*time.Minute)

	used, _, err := usedSince(t.Context(), w, before, time.Minute)
	if err != nil {
		t.Fatal(err)
	}

	n := 0

	for _, p := range used {
		if p.Value != nil && !p.At.After(*w.clock.Load()) {
			n++
		}
	}

	if n < 5 {
		t.Errorf("%d minutes of five were sampled", n)
	}
}

// componentSpans and ownSpans are the spans of which some part lies after that time.
func componentSpans(t *testing.T, m *monitor.Monitor, from time.Time) ([]monitor.StatusSpan, error) {
	t.Helper()

	history, err := m.History(t.Context())

	return since(history.Components, from), err
}

func ownSpans(t *testing.T, m *monitor.Monitor, from time.Time) ([]monitor.StatusSpan, error) {
	t.Helper()

	history, err := m.History(t.Context())

	return since(history.Own, from), err
}

func since(spans []monitor.StatusSpan, from time.Time) []monitor.StatusSpan {
	return slices.DeleteFunc(spans, func(s monitor.StatusSpan) bool { return !s.Until.After(from) })
}
