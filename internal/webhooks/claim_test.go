package webhooks_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestCrash lets the database go away between sending and writing down that it arrived.
func TestCrash(t *testing.T) {
	t.Parallel()

	for name, databaseURL := range map[string]func(testing.TB) string{"sqlite": worldtest.Prepared.SQLiteURL, "postgres": worldtest.Prepared.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			shared := databaseURL(t)
			w := newWorld(t, storetest.Open(t, shared), nil)

			doomed, err := store.Open(t.Context(), shared)
			if err != nil {
				t.Fatal(err)
			}

			r := newReceiver(t, func(http.ResponseWriter, *http.Request) {
				if err := doomed.Close(); err != nil {
					t.Error(err)
				}
			})
			w.trust(r)
			w.create(webhooks.Generic, r.url)
			id := w.happenOnce(maintenance.EventAnnounced)

			doomed.AgreeOn(w.clock.Now)

			c := w.Config
			c.DB = doomed

			if _, err := webhooks.New(c).Deliver(t.Context(), id); err == nil || len(r.got()) != 1 {
				t.Fatalf("it was sent %d times and ended with %v, want once and an error", len(r.got()), err)
			}

			next := w.deliver(id)
			if !next.Equal(noon.Add(time.Minute)) || len(r.got()) != 1 {
				t.Fatalf("it was sent %d times, and is due at %s, want once and %s", len(r.got()), next, noon.Add(time.Minute))
			}

			w.clock.Set(next)
			w.deliver(id)

			d := w.delivery(id)
			if d.State != webhooks.Delivered || len(d.Log) != 2 || d.Log[0].Error == "" || d.Log[0].Status != 0 {
				t.Errorf("the log says %+v, want delivered in two attempts, the first with an error and no status", d)
			}

			if got := r.got(); len(got) != 2 || got[0].header.Get(webhooks.DeliveryHeader) != got[1].header.Get(webhooks.DeliveryHeader) {
				t.Errorf("the receiver saw %d, want two with one %s", len(got), webhooks.DeliveryHeader)
			}
		})
	}
}

// TestTogether lets many processes deliver the same at once.
func TestTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := newReceiver(t)
		w.trust(r)
		w.create(webhooks.Generic, r.url)
		id := w.happenOnce(maintenance.EventAnnounced)

		var all sync.WaitGroup

		for range 8 {
			all.Go(func() {
				if _, err := w.Deliver(t.Context(), id); err != nil {
					t.Error(err)
				}
			})
		}

		all.Wait()

		if n := len(r.got()); n != 1 {
			t.Errorf("it was sent %d times, want once", n)
		}
	})
}

// TestLateAnswer: an attempt that counted as lost arrives after all.
func TestLateAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		var id string

		// While the first attempt waits for its answer the second fails.
		r := newReceiver(t, func(http.ResponseWriter, *http.Request) {
			w.clock.Set(noon.Add(time.Minute))

			if _, err := w.Deliver(t.Context(), id); err != nil {
				t.Error(err)
			}
		}, status(500))
		w.trust(r)
		w.create(webhooks.Generic, r.url)

		id = w.happenOnce(maintenance.EventAnnounced)
		w.deliver(id)

		if d := w.delivery(id); d.State != webhooks.Delivered || len(d.Log) != 2 || d.Log[0].Status != 200 || d.Log[1].Status != 500 {
			t.Errorf("the log says %+v, want delivered in two attempts, with 200 and 500", d)
		}
	})
}
