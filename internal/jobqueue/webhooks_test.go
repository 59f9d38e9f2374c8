package jobqueue_test

import (
	"database/sql"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// TestWebhookDeliveries sends an event to an endpoint that fails at first, and another
// when it is turned off: through the engine, in real time.
func TestWebhookDeliveries(t *testing.T) {
	t.Parallel()

	prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		endpoint, got := newEndpoint(t, http.StatusBadGateway, http.StatusOK)
		hooks := newHooks(t, db, newEnqueuer(t, db), endpoint)

		start(t, db, jobqueue.WebhookDeliveries(hooks))
		happen(t, hooks)

		first, second := receive(t, got, "the first attempt"), receive(t, got, "the second")
		if first != second || first == "" {
			t.Errorf("%q was sent, and then %q", first, second)
		}

		for deadline := time.After(time.Minute); ; {
			d, err := hooks.Delivery(t.Context(), first)
			if err != nil {
				t.Fatal(err)
			}

			if d.State == webhooks.Delivered {
				if d.Attempts != 2 || d.Log[0].Status != http.StatusBadGateway || d.Log[1].Status != http.StatusOK {
					t.Errorf("the log says %+v", d.Log)
				}

				return
			}

			select {
			case <-deadline:
				t.Fatalf("it is still %+v", d)
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
}

// newEndpoint answers with these, and tells of each delivery.
func newEndpoint(t *testing.T, statuses ...int) (address string, got <-chan string) {
	t.Helper()

	answers, deliveries := make(chan int, len(statuses)), make(chan string, len(statuses))
	for _, status := range statuses {
		answers <- status
	}

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)

		w.WriteHeader(<-answers)

		deliveries <- r.Header.Get(webhooks.DeliveryHeader)
	}))
	t.Cleanup(server.Close)

	return server.URL, deliveries
}

// newHooks tell that endpoint.
func newHooks(t *testing.T, db *store.DB, enqueuer *jobqueue.Enqueuer, endpoint string) *webhooks.Webhooks {
	t.Helper()

	hooks := webhooks.New(webhooks.Config{
		DB: db, Audit: audit.New(db, time.Now), Jobs: enqueuer, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Environment: "test",
		AllowedHosts: []string{"127.0.0.1"}, AllowedNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})

	if _, _, err := hooks.Create(t.Context(), audit.Actor{Username: "dave"}, webhooks.Draft{
		Name: "team", Kind: webhooks.Generic, URL: endpoint, Enabled: true, Reason: "tell the data team",
	}); err != nil {
		t.Fatal(err)
	}

	return hooks
}

// happen has the hooks tell of an event.
func happen(t *testing.T, hooks *webhooks.Webhooks) {
	t.Helper()

	if err := hooks.DB.Tx(t.Context(), func(tx *sql.Tx) error {
		return hooks.Notify(t.Context(), tx, maintenance.Event{ID: 1, Kind: maintenance.EventStarted, At: time.Now()})
	}); err != nil {
		t.Fatal(err)
	}
}
