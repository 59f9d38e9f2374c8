package monitor_test

import (
	"errors"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestTimeWithoutAnAnswerIsDownForTheControlPlaneAndUnknownForTheOthers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(db)
		start := *w.clock.Load()
		w.poll(t)
		w.watch(t, 30*time.Minute)
		w.plane.set(func(p *plane) { p.down = ops.Unavailable(ops.ServiceControlPlane, "cut") })
		w.watch(t, 5*time.Minute)

		w.restart(t, db)
		w.watch(t, 5*time.Minute)

		lost := w.Snapshot().ControlPlane
		if !lost.Since.Equal(start.Add(30*time.Minute + 15*time.Second)) {
			t.Errorf("not answering since %v, want 30m15s after %v, also after a restart", lost.Since, start)
		}

		w.plane.set(func(p *plane) { p.down = nil })
		w.watch(t, 20*time.Minute)

		now := *w.clock.Load()

		spans, err := componentSpans(t, w.again(db), start)
		if err != nil {
			t.Fatal(err)
		}

		own, err := ownSpans(t, w.again(db), start)
		if err != nil {
			t.Fatal(err)
		}

		// Each span lacks the 15 s before its first sample.
		const down, up = 10*time.Minute - 15*time.Second, 50*time.Minute - 15*time.Second

		if got := monitor.AvailabilityOf(own, monitor.ControlPlane, start, now); got.Up != up || got.Seen != up+down {
			t.Errorf("the control plane: got %+v, want %v of %v", got, up, up+down)
		}

		if got := monitor.AvailabilityOf(spans, "database", start, now); got.Up != up || got.Seen != up || got.Unknown != down {
			t.Errorf("the database: got %+v, want %v of as much, and %v unknown", got, up, down)
		}

		if got := monitor.AvailabilityOf(spans, "starburst", start, now); got.Unknown != 0 {
			t.Errorf("what was never set up: got %v unknown, want nothing", got.Unknown)
		}
	})
}

// TestWhatIsAskedInVainForAShortTimeIsUnknown: the polls are nearer to each other than what counts as a gap.
func TestWhatIsAskedInVainForAShortTimeIsUnknown(t *testing.T) {
	t.Parallel()

	for name, fail := range map[string]func(p *plane, err error){
		"nothing answers":              func(p *plane, err error) { p.down = err },
		"only health is asked in vain": func(p *plane, err error) { p.unwell = err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))
			start := *w.clock.Load()

			for i := range 10*12 + 1 { // every 5 s, for ten minutes: of each only the first 10 s are answered
				var err error
				if i%12 > 2 {
					err = errors.New("cut")
				}

				w.plane.set(func(p *plane) { fail(p, err) })
				w.poll(t)
				w.pass(5 * time.Second)
			}

			spans, err := componentSpans(t, w.Monitor, start)
			if err != nil {
				t.Fatal(err)
			}

			got := monitor.AvailabilityOf(spans, "database", start, start.Add(10*time.Minute))
			if want := 10 * 10 * time.Second; got.Up != want || got.Seen != want || got.Unknown != 10*40*time.Second {
				t.Errorf("got %+v, want %v up of as much seen, and 6m40s unknown", got, want)
			}
		})
	}
}

func TestWhatAnotherConsoleSawIsNotUnknown(t *testing.T) {
	t.Parallel()

	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

	spans := []monitor.StatusSpan{
		{Component: "database", Status: monitor.Unknown, Since: at(0), Until: at(50)},
		{Component: "database", Status: monitor.Unknown, Since: at(10), Until: at(55)}, // of another console
		{Component: "database", Status: ops.ComponentConnected, Since: at(20), Until: at(30)},
		{Component: "database", Status: ops.ComponentNotConfigured, Since: at(55), Until: at(70)},
	}

	if got := monitor.AvailabilityOf(spans, "database", at(0), at(60)); got.Unknown != 45*time.Minute || got.Up != 10*time.Minute {
		t.Errorf("got %+v, want 45m unknown: without what was seen", got)
	}
}
