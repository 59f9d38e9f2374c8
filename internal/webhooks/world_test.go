package webhooks_test

import (
	"context"
	"crypto/x509"
	"database/sql"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

var (
	dave = audit.Actor{Username: "dave", Role: "ops"}
	noon = time.Date(2026, time.July, 4, 12, 0, 0, 0, time.UTC)
	page = &url.URL{Scheme: "https", Host: "ops.example.com", Path: "/announcements"}

	loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
)

const reason = "tell the data team"

// world is webhooks on a database, a clock, and the jobs that were enqueued.
type world struct {
	*webhooks.Webhooks

	t     *testing.T
	log   *audit.Log
	clock *worldtest.Clock
	jobs  *jobs
	// said is what was logged.
	said *worldtest.Buffer
}

// jobs are the deliveries that were enqueued; a transaction that is undone leaves them
// here, which is why tests look at the database too.
type jobs struct {
	mu  sync.Mutex
	ids []string
}

func (j *jobs) EnqueueDelivery(_ context.Context, _ *sql.Tx, id string) error {
	j.mu.Lock()
	defer j.mu.Unlock()

	j.ids = append(j.ids, id)

	return nil
}

func (j *jobs) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()

	ids := j.ids
	j.ids = nil

	return ids
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		fn(t, newWorld(t, db, nil))
	})
}

// onSQLite is for what has nothing to do with the database.
func onSQLite(t *testing.T, change func(c *webhooks.Config)) *world {
	t.Helper()

	return newWorld(t, worldtest.Prepared.SQLite(t), change)
}

func newWorld(t *testing.T, db *store.DB, change func(c *webhooks.Config)) *world {
	t.Helper()

	w := &world{t: t, clock: worldtest.NewClock(noon), jobs: &jobs{}, said: &worldtest.Buffer{}}
	w.log = audit.New(db, w.clock.Now)

	c := webhooks.Config{
		DB: db, Audit: w.log, Jobs: w.jobs, Now: w.clock.Now, Logger: slog.New(slog.NewTextHandler(w.said, nil)),
		Environment: "demo", Page: page, AllowedHosts: []string{"127.0.0.1", "*.example.com"}, AllowedNetworks: loopback,
		Jitter: func() float64 { return 0 },
	}
	if change != nil {
		change(&c)
	}

	w.Webhooks = webhooks.New(c)

	db.AgreeOn(func() time.Time { return w.Now() })

	return w
}

// trust adds the receiver's certificate to those that are trusted.
func (w *world) trust(r *receiver) {
	c := w.Config
	c.RootCAs = x509.NewCertPool()
	c.RootCAs.AddCert(r.server.Certificate())
	w.Webhooks = webhooks.New(c)
}

func (w *world) create(kind webhooks.Kind, address string, events ...maintenance.EventKind) (e webhooks.Endpoint, secret string) {
	w.t.Helper()

	e, secret, err := w.Create(w.t.Context(), dave, webhooks.Draft{
		Name: "team " + string(kind), Kind: kind, URL: address, Events: events, Enabled: true, Reason: reason,
	})
	if err != nil {
		w.t.Fatal(err)
	}

	return e, secret
}

// happen lets something happen to the window and returns the deliveries.
func (w *world) happen(kind maintenance.EventKind) []string {
	w.t.Helper()
	w.jobs.take()

	if err := w.DB.Tx(w.t.Context(), func(tx *sql.Tx) error { return w.Notify(w.t.Context(), tx, event(kind)) }); err != nil {
		w.t.Fatal(err)
	}

	return w.jobs.take()
}

// happenOnce is happen where one endpoint is told.
func (w *world) happenOnce(kind maintenance.EventKind) string {
	w.t.Helper()

	ids := w.happen(kind)
	if len(ids) != 1 {
		w.t.Fatalf("there are %d deliveries, want 1", len(ids))
	}

	return ids[0]
}

func event(kind maintenance.EventKind) maintenance.Event {
	return maintenance.Event{
		ID: 17, Kind: kind, At: noon, Actor: "dave", Reason: "secret-reason",
		Window: maintenance.Window{
			ID: 7, UID: "UID7", Sequence: 2, Phase: maintenance.Announced, TimeZone: "Europe/Berlin",
			Plan: maintenance.Plan{
				Title: "Storage <moves> & *more*", Message: "Save **your** work <!channel> @here.", MaintenanceMode: true,
				Settings: maintenance.Settings{ops.SectionConcurrency: ops.Values{"per_analyst": int64(41)}},
			},
			StartsAt: noon.Add(time.Hour), EndsAt: noon.Add(2 * time.Hour), UpdatedAt: noon,
			Reason: "secret-reason", AnnouncedBy: "dave", ActsFor: "carol", Note: "secret-note",
		},
	}
}

func (w *world) deliver(id string) time.Time {
	w.t.Helper()

	next, err := w.Deliver(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}

	return next
}

func (w *world) delivery(id string) webhooks.Delivery {
	w.t.Helper()

	d, err := w.Delivery(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}

	return d
}

// receiver is an endpoint that answers as it is told, and remembers.
type receiver struct {
	server *httptest.Server
	url    string

	mu       sync.Mutex
	requests []request
	answers  []http.HandlerFunc
}

type request struct {
	method string
	header http.Header
	body   string
}

// newReceiver is an https endpoint. It gives the answers one after the other, and 204
// when there are no more.
func newReceiver(t *testing.T, answers ...http.HandlerFunc) *receiver {
	t.Helper()

	r := &receiver{answers: answers}
	r.server = httptest.NewUnstartedServer(r)
	r.server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // handshakes that fail are part of the tests
	r.server.StartTLS()
	t.Cleanup(r.server.Close)

	r.url = r.server.URL + "/hooks/maintenance?token=secret-token"

	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)

		return
	}

	r.mu.Lock()
	r.requests = append(r.requests, request{method: req.Method, header: req.Header.Clone(), body: string(body)})
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })

	if len(r.answers) > 0 {
		answer, r.answers = r.answers[0], r.answers[1:]
	}

	r.mu.Unlock()
	answer(w, req)
}

func (r *receiver) got() []request {
	r.mu.Lock()
	defer r.mu.Unlock()

	return slices.Clone(r.requests)
}

// status answers with a status and headers such as "Retry-After: 60".
func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			w.Header().Set(name, value)
		}

		w.WriteHeader(code)
		_, _ = io.WriteString(w, "secret-answer")
	}
}
