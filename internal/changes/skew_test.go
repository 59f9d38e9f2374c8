package changes_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestReplicasWhoseClocksDifferPutOffAnEndTogether: each try stands in the history for ever, so a replica whose clock is early or
// late by more than any pause does not try before the others.
func TestReplicasWhoseClocksDifferPutOffAnEndTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		shared := worldtest.NewClock(seed)
		w.db.AgreeOn(shared.Now)

		l := w.borrow(t, "1h")
		w.clock.Advance(24 * time.Hour)
		w.service.fail(nil, nil, down())

		if err := endDue(t.Context(), w, w.service); err == nil {
			t.Fatal("it was ended without a control plane")
		}

		w.service.fail(nil, nil, nil)

		others := func() {
			for _, off := range []time.Duration{-3 * time.Hour, -time.Minute, time.Minute, 3 * time.Hour} {
				replica := *w
				replica.clock = worldtest.NewClock(w.clock.Now().Add(off))
				replica.Changes = changes.New(w.db, w.log, replica.clock.Now, slog.New(slog.DiscardHandler),
					changes.Policy{Environment: "test", ConfirmBelow: 0.5})

				if err := endDue(t.Context(), &replica, w.service); err != nil {
					t.Error(err)
				}
			}
		}

		if others(); w.lease(t, l.ID).EndedAt != nil {
			t.Error("another replica tried before the pause was over")
		}

		shared.Advance(2 * time.Second)

		if others(); w.lease(t, l.ID).EndedAt == nil || w.perAnalyst(t) != 5 {
			t.Errorf("it is %s after the pause, want it ended", w.lease(t, l.ID).State)
		}
	})
}
