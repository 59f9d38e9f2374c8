package changes_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestAScheduledChangeIsMadeOnceWhereTheClockJumps has one be due after an hour, and the clock stand at these moments, one after the
// other.
func TestAScheduledChangeIsMadeOnceWhereTheClockJumps(t *testing.T) {
	t.Parallel()

	type moment struct {
		at    time.Duration
		state scheduled.State
	}

	for name, moments := range map[string][]moment{
		"an hour ahead":            {{time.Minute, scheduled.Scheduled}, {61 * time.Minute, scheduled.Applied}, {time.Minute, scheduled.Applied}, {time.Hour, scheduled.Applied}},
		"an hour back":             {{50 * time.Minute, scheduled.Scheduled}, {-10 * time.Minute, scheduled.Scheduled}, {time.Hour, scheduled.Applied}},
		"a day's sleep":            {{time.Minute, scheduled.Scheduled}, {24 * time.Hour, scheduled.Held}, {25 * time.Hour, scheduled.Held}},
		"held, and an hour back":   {{2 * time.Hour, scheduled.Held}, {time.Hour, scheduled.Held}},
		"applied, and an hour on":  {{time.Hour, scheduled.Applied}, {2 * time.Hour, scheduled.Applied}},
		"asleep until just behind": {{74 * time.Minute, scheduled.Applied}, {14 * time.Minute, scheduled.Applied}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				s := w.schedule(t, "")

				var stood time.Duration

				for _, m := range moments {
					worldtest.Pass(t, w.db, w.clock, m.at-stood)
					stood = m.at

					if err := w.applyDue(t); err != nil {
						t.Fatal(err)
					}

					if got := w.scheduledChange(t, s.ID); got.State != m.state {
						t.Errorf("at %s it is %s: %s; want %s", m.at, got.State, got.Note, m.state)
					}
				}

				want := 0
				if moments[len(moments)-1].state == scheduled.Applied {
					want = 1
				}

				if n := w.made(t); n != want {
					t.Errorf("it was made %d times, want %d", n, want)
				}
			})
		})
	}
}

// made is how many changes the schedule made.
func (w *world) made(t *testing.T) int {
	t.Helper()

	page, err := w.History(t.Context(), changes.Filter{})
	if err != nil {
		t.Fatal(err)
	}

	return len(slices.DeleteFunc(page.Items, func(c changes.Change) bool { return c.Source != changes.SourceSchedule }))
}

// TestReplicasWhoseClocksDifferPutOffAScheduledChangeTogether: each try stands in the history for ever.
func TestReplicasWhoseClocksDifferPutOffAScheduledChangeTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		shared := worldtest.NewClock(seed)
		w.db.AgreeOn(shared.Now)

		s := w.schedule(t, "")

		w.clock.Advance(time.Hour)
		w.service.fail(nil, nil, down())

		if err := w.applyDue(t); err == nil {
			t.Fatal("it was applied without a control plane")
		}

		w.service.fail(nil, nil, nil)

		others := func() {
			for _, off := range []time.Duration{-3 * time.Hour, -time.Second, time.Minute, 10 * time.Minute} {
				replica := *w
				replica.clock = worldtest.NewClock(w.clock.Now().Add(off))
				replica.Changes = changes.New(w.db, w.log, replica.clock.Now, slog.New(slog.DiscardHandler),
					changes.Policy{Environment: "test", ConfirmBelow: 0.5})

				if err := replica.applyDue(t); err != nil {
					t.Error(err)
				}
			}
		}

		if others(); w.scheduledChange(t, s.ID).State == scheduled.Applied {
			t.Error("another replica tried before the pause was over")
		}

		shared.Advance(2 * time.Second)

		if others(); w.scheduledChange(t, s.ID).State != scheduled.Applied {
			t.Errorf("it is %s after the pause, want it applied", w.scheduledChange(t, s.ID).State)
		}

		if n := w.made(t); n > 2 {
			t.Errorf("it was made %d times, want the try that failed and the one that did not", n)
		}
	})
}
