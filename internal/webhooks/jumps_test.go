package webhooks_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// TestADeliveryIsMadeOnceWhereTheClockJumps has the first attempt fail and the clock jump then: it is tried again, delivered once,
// and not given up over a sleep without a try.
func TestADeliveryIsMadeOnceWhereTheClockJumps(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		jump time.Duration
		// late is how much later than at the jump it is tried at most.
		late time.Duration
	}{
		"an hour ahead":  {time.Hour, 0},
		"a day's sleep":  {24 * time.Hour, 0},
		"three days":     {72 * time.Hour, 0},
		"an hour back":   {-time.Hour, time.Hour + 5*time.Second},
		"five hours":     {-5 * time.Hour, 0},
		"a minute ahead": {time.Minute, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				r := newReceiver(t, status(http.StatusServiceUnavailable))
				w.trust(r)
				w.create(webhooks.Generic, r.url)
				id := w.happenOnce(maintenance.EventStarted)

				if next := w.deliver(id); next.IsZero() {
					t.Fatal("it is not tried again")
				}

				w.clock.Advance(test.jump)

				if test.late > 0 {
					if next := w.deliver(id); len(r.got()) == 1 && next.Sub(w.clock.Now()) > test.late {
						t.Errorf("it is tried again %s after the jump, want %s at most", next.Sub(w.clock.Now()), test.late)
					}

					w.clock.Advance(test.late)
				}

				for range 3 {
					w.deliver(id)
				}

				if d := w.delivery(id); d.State != webhooks.Delivered || len(r.got()) != 2 {
					t.Errorf("it is %s after %d attempts that came, want it delivered by the second", d.State, len(r.got()))
				}
			})
		})
	}
}
