package changes_test

import (
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
)

// TestATemporaryChangeEndsOnceWhereTheClockJumps has one of two hours be begun at noon, and the clock stand at these moments since
// then, one after the other.
func TestATemporaryChangeEndsOnceWhereTheClockJumps(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		from    time.Time
		moments []time.Duration
		ended   []bool
	}{
		"an hour ahead":          {seed, []time.Duration{30 * time.Minute, 90 * time.Minute, 2 * time.Hour}, []bool{false, false, true}},
		"an hour ahead over it":  {seed, []time.Duration{90 * time.Minute, 150 * time.Minute, 90 * time.Minute}, []bool{false, true, true}},
		"an hour back":           {seed, []time.Duration{90 * time.Minute, 30 * time.Minute, 2*time.Hour - 1, 2 * time.Hour}, []bool{false, false, false, true}},
		"back before it began":   {seed, []time.Duration{time.Minute, -time.Hour, 2 * time.Hour}, []bool{false, false, true}},
		"a day's sleep":          {seed, []time.Duration{time.Hour, 25 * time.Hour, 26 * time.Hour}, []bool{false, true, true}},
		"over the leap day":      {time.Date(2028, 2, 28, 23, 0, 0, 0, time.UTC), []time.Duration{time.Hour, 2 * time.Hour}, []bool{false, true}},
		"from the leap day on":   {time.Date(2028, 2, 29, 23, 0, 0, 0, time.UTC), []time.Duration{time.Hour, 2 * time.Hour}, []bool{false, true}},
		"asleep on the leap day": {time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC), []time.Duration{time.Hour, 49 * time.Hour}, []bool{false, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()
				w.clock.Set(test.from)

				l := w.borrow(t, "2h")

				for i, at := range test.moments {
					w.clock.Set(test.from.Add(at))

					if err := endDue(t.Context(), w, w.service); err != nil {
						t.Fatal(err)
					}

					if got := w.lease(t, l.ID); (got.State == lease.Ended) != test.ended[i] || (w.perAnalyst(t) == 5) != test.ended[i] {
						t.Errorf("at %s it is %s with %d per analyst, want it ended: %t", at, got.State, w.perAnalyst(t), test.ended[i])
					}
				}

				page, err := w.History(t.Context(), changes.Filter{})
				ends := slices.DeleteFunc(page.Items, func(c changes.Change) bool { return c.Source != changes.SourceLeaseEnd })

				if err != nil || len(ends) != 1 {
					t.Errorf("it was taken back %d times, %v, want once", len(ends), err)
				}
			})
		})
	}
}
