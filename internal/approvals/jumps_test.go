package approvals_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/approvals"
)

// TestWhatWaitsExpiresByTheClockWhereThatJumps has something wait for another operator since noon, and the clock stand at these
// moments since then: it expires once its day is over, once, and never sooner.
func TestWhatWaitsExpiresByTheClockWhereThatJumps(t *testing.T) {
	t.Parallel()

	const day = approvals.Lifetime

	for name, test := range map[string]struct {
		from    time.Time
		moments []time.Duration
		expired int // the moment from which on it is
	}{
		"an hour ahead":     {time.Time{}, []time.Duration{22 * time.Hour, 23 * time.Hour, day}, 2},
		"an hour back":      {time.Time{}, []time.Duration{time.Hour, 0, -time.Hour, day - 1, day}, 4},
		"ahead and back":    {time.Time{}, []time.Duration{23 * time.Hour, day, 23 * time.Hour, 25 * time.Hour}, 1},
		"a day's sleep":     {time.Time{}, []time.Duration{time.Hour, 25 * time.Hour}, 1},
		"over the leap day": {time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC), []time.Duration{12 * time.Hour, day - 1, day}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(w *world) {
				if !test.from.IsZero() {
					w.clock.Set(test.from)
				}

				from, asked := w.clock.Now(), w.ask()

				for i, at := range test.moments {
					w.clock.Set(from.Add(at))

					if err := w.Look(w.t.Context()); err != nil {
						w.t.Fatal(err)
					}

					want := approvals.Waiting
					if i >= test.expired {
						want = approvals.Expired
					}

					w.want(asked, want)
				}
			})
		})
	}
}
