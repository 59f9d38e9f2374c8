package webhooks_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// TestReplicasWhoseClocksDifferSendADeliveryOnce has others try while one waits for the answer, and after it failed: it is
// sent again when all agree that it is due.
func TestReplicasWhoseClocksDifferSendADeliveryOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		w.DB.AgreeOn(w.clock.Now)

		var id string

		others := func() {
			for _, off := range []time.Duration{-72 * time.Hour, -3 * time.Hour, 2 * time.Minute, 72 * time.Hour} {
				c := w.Config
				c.Now = func() time.Time { return w.clock.Now().Add(off) }

				if _, err := webhooks.New(c).Deliver(t.Context(), id); err != nil {
					t.Error(err)
				}
			}
		}

		r := newReceiver(t, func(rw http.ResponseWriter, r *http.Request) {
			others()
			status(http.StatusServiceUnavailable)(rw, r)
		})
		w.trust(r)
		w.create(webhooks.Generic, r.url)

		id = w.happenOnce(maintenance.EventAnnounced)
		next := w.deliver(id)

		others()

		if n := len(r.got()); n != 1 {
			t.Errorf("it was sent %d times before it is due again, want once", n)
		}

		w.clock.Set(next)
		others()

		if d := w.delivery(id); d.State != webhooks.Delivered || len(r.got()) != 2 {
			t.Errorf("it is %s after it was sent %d times, want it delivered by the second", d.State, len(r.got()))
		}
	})
}
