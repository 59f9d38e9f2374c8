package maintenance_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// moment is where the clock stands, since the beginning, and what a window, from 1 h to 3 h, has come to by then.
type moment struct {
	at    time.Duration
	phase maintenance.Phase
}

// TestAWindowIsStartedAndEndedOnceWhereTheClockJumps sets the clock forth and back, and has the machine sleep, at each stage
// of a window.
func TestAWindowIsStartedAndEndedOnceWhereTheClockJumps(t *testing.T) {
	t.Parallel()

	const half = 30 * time.Minute

	for name, test := range map[string]struct {
		moments []moment
		heard   string
	}{
		"an hour ahead before it": {
			[]moment{{half, maintenance.Announced}, {3 * half, maintenance.Active}, {6 * half, maintenance.Completed}}, "announced started ended ",
		},
		"ahead over its start and back again": {
			[]moment{{3 * half, maintenance.Active}, {half, maintenance.Active}, {6*half - 1, maintenance.Active}, {6 * half, maintenance.Completed}},
			"announced started ended ",
		},
		"an hour back while it runs": {
			[]moment{{3 * half, maintenance.Active}, {half, maintenance.Active}, {3 * half, maintenance.Active}, {7 * half, maintenance.Completed}},
			"announced started ended ",
		},
		"an hour back after its end": {
			[]moment{{2 * half, maintenance.Active}, {6 * half, maintenance.Completed}, {4 * half, maintenance.Completed}, {6 * half, maintenance.Completed}},
			"announced started ended ",
		},
		"an hour ahead over its end": {
			[]moment{{2 * half, maintenance.Active}, {5 * half, maintenance.Active}, {7 * half, maintenance.Completed}}, "announced started ended ",
		},
		"a day's sleep while it runs": {
			[]moment{{2 * half, maintenance.Active}, {50 * half, maintenance.Completed}, {51 * half, maintenance.Completed}}, "announced started ended ",
		},
		"a day's sleep over all of it": {
			[]moment{{half, maintenance.Announced}, {49 * half, maintenance.Missed}, {50 * half, maintenance.Missed}}, "announced cancelled ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				before := w.platform(t)
				window := w.announce(t, patching())

				for _, m := range test.moments {
					w.at(t, m.at)
					w.tick(t)

					got := w.get(t, window.ID)
					if set := !same(before, w.platform(t)); got.Phase != m.phase || set != (m.phase == maintenance.Active) {
						t.Errorf("at %s it is %s, and its settings are set: %t; want it %s", m.at, got.Phase, set, m.phase)
					}
				}

				if got := w.kinds(t); got != test.heard {
					t.Errorf("subscribers heard %q, want %q", got, test.heard)
				}

				w.verifyAudit(t)
			})
		})
	}
}

// TestASeriesLosesNoDateWhereTheClockJumps has the machine sleep over two of the windows of a series, and the clock set back
// over another: each of its dates has one window, and none is announced twice.
func TestASeriesLosesNoDateWhereTheClockJumps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		first := w.announce(t, weekly())
		start := firstTuesday()

		for _, at := range []time.Duration{0, time.Hour, 2*week + 2*time.Hour, 2*week + time.Hour, week, 3 * week, 3*week + time.Hour} {
			w.clock.Set(start.Add(at))
			w.tick(t)
		}

		phases := map[time.Time]maintenance.Phase{}

		for _, window := range w.series(t, first) {
			if before, twice := phases[window.StartsAt]; twice {
				t.Errorf("%s has two windows, %s and %s", window.StartsAt, before, window.Phase)
			}

			phases[window.StartsAt] = window.Phase
		}

		berlin := first.Location()
		local := start.In(berlin)

		for n, want := range []maintenance.Phase{
			maintenance.Completed, maintenance.Missed, maintenance.Missed, maintenance.Completed, maintenance.Announced,
		} {
			at := time.Date(local.Year(), local.Month(), local.Day()+7*n, local.Hour(), local.Minute(), 0, 0, berlin).UTC()
			if got := phases[at]; got != want {
				t.Errorf("the window of %s is %q, want it %s", at, got, want)
			}
		}
	})
}

// TestALeapDay has windows of every day, and of each 29 February: a year that has none goes without, as RFC 5545 has it
// (section 3.3.10).
func TestALeapDay(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		from  time.Time
		rule  string
		dates string
	}{
		"every day":   {time.Date(2028, 2, 27, 22, 0, 0, 0, time.UTC), "FREQ=DAILY;COUNT=4", "27Feb23h 28Feb23h 29Feb23h 1Mar23h"},
		"every month": {time.Date(2028, 1, 29, 22, 0, 0, 0, time.UTC), "FREQ=MONTHLY;COUNT=3", "29Jan23h 29Feb23h 29Mar23h"},
		"every year":  {time.Date(2028, 2, 29, 22, 0, 0, 0, time.UTC), "FREQ=YEARLY;COUNT=2", "29Feb23h 29Feb23h"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := onSQLite(t)
			w.clock.Set(time.Date(2028, 1, 20, 12, 0, 0, 0, time.UTC))

			before := w.platform(t)
			draft := patching()
			draft.StartsAt, draft.EndsAt, draft.Recurrence = test.from, test.from.Add(time.Hour), test.rule
			first := w.announce(t, draft)

			if got := dates(w.series(t, first)); got != test.dates {
				t.Errorf("its windows are on %s, want %s", got, test.dates)
			}

			for _, window := range w.series(t, first) {
				w.clock.Set(window.StartsAt)
				w.tick(t)

				if got := w.get(t, window.ID); got.Phase != maintenance.Active {
					t.Errorf("at %s it is %s, want it active", window.StartsAt, got.Phase)
				}

				w.clock.Set(window.EndsAt)
				w.tick(t)

				if year := window.StartsAt.Year(); test.rule == "FREQ=YEARLY;COUNT=2" && year%4 != 0 {
					t.Errorf("there is a window in %d", year)
				}

				if got := w.get(t, window.ID); got.Phase != maintenance.Completed || !same(before, w.platform(t)) {
					t.Errorf("at %s it is %s, want it completed and all put back", window.EndsAt, got.Phase)
				}
			}
		})
	}
}
