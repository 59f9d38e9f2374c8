package opsapi_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

// worldDay is when the worlds' clocks begin.
const worldDay = "2026-03-02"

// world is an embedded control plane over a database of its own.
type world struct {
	*controlplane.ControlPlane

	db      *store.DB
	clock   *worldtest.Clock
	mapping int64
}

func newWorld(tb testing.TB, db *store.DB) *world {
	tb.Helper()

	w := &world{db: db, clock: worldtest.NewClock(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))}
	logger := slog.New(slog.DiscardHandler)
	registry := prometheus.NewRegistry()

	db.AgreeOn(w.clock.Now)
	w.seed(tb)

	registry.MustRegister(controlplane.NewDatabaseConnections(db))

	runner, err := jobs.New(tb.Context(), jobs.Config{
		DB: db, Now: w.clock.Now, Logger: logger, Enqueuer: worldtest.NoQueue{}, Registry: registry,
	})
	if err != nil {
		tb.Fatal(err)
	}

	w.ControlPlane = worldtest.ControlPlane(tb, controlplane.Config{
		DB: db, Now: w.clock.Now, Jobs: runner, Metrics: registry, Version: "1.2.3",
	})

	return w
}

// seed adds a mapping of somebody, with a node and an edge.
func (w *world) seed(tb testing.TB) {
	tb.Helper()

	const (
		at    = "2026-03-01T08:00:00.000000Z"
		nodes = `[{"label": "Customer", "sql": "SELECT id, name FROM customers",
			"primary_key": {"name": "id", "type": "STRING"}, "properties": [{"name": "name", "type": "STRING"}]}]`
		edges = `[{"type": "BOUGHT", "from_node": "Customer", "to_node": "Customer", "sql": "SELECT a, b FROM sales",
			"from_key": "a", "to_key": "b", "properties": []}]`
	)

	if err := w.db.Tx(tb.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(tb.Context(), `INSERT INTO users (username, email, display_name, created_at, updated_at, is_active)
			VALUES ('erin', 'erin@example.com', 'Erin', $1, $1, 1)`, at); err != nil {
			return err
		}

		if err := tx.QueryRowContext(tb.Context(), `INSERT INTO mappings (owner_username, name, current_version, created_at, updated_at)
			VALUES ('erin', 'Sales', 1, $1, $1) RETURNING id`, at).Scan(&w.mapping); err != nil {
			return err
		}

		_, err := tx.ExecContext(tb.Context(), `
			INSERT INTO mapping_versions (mapping_id, version, node_definitions, edge_definitions, created_at, created_by)
			VALUES ($1, 1, $2, $3, $4, 'erin')`, w.mapping, nodes, edges, at)

		return err
	}); err != nil {
		tb.Fatal(err)
	}
}

// subject is the world as the conformance suite sees it, in process.
func (w *world) subject() opstest.Subject {
	return opstest.Subject{Platform: w, Instances: w, MappingID: w.mapping, Advance: w.clock.Advance, Become: w.become}
}

// become puts an instance into a state, as the background jobs would.
func (w *world) become(t *testing.T, id int64, status ops.InstanceStatus) {
	t.Helper()

	w.exec(t, fmt.Sprintf(`UPDATE instances SET status = '%s' WHERE id = %d`, status, id))
}

// loopback are the networks of the tests' own connections.
func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// api is a server over the world, and what it logs.
type api struct {
	*httptest.Server

	log *worldtest.Buffer
}

// disable adds a user who may not come in.
func (w *world) disable(tb testing.TB, username string) {
	tb.Helper()

	if err := w.db.Tx(tb.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(tb.Context(), `INSERT INTO users (username, email, display_name, created_at, updated_at, is_active)
			VALUES ($1, $2, $1, $3, $3, 0)`, username, username+"@example.com", "2026-03-01T08:00:00.000000Z")

		return err
	}); err != nil {
		tb.Fatal(err)
	}
}

// serve serves the world; callers are told by headers unless adjust says otherwise.
// Every answer is held against the document.
func (w *world) serve(tb testing.TB, adjust ...func(*opsapi.Config)) api {
	tb.Helper()

	return w.serveSeen(tb, nil, adjust...)
}

// serveSeen serves the world and tells of every answer of an operation.
func (w *world) serveSeen(tb testing.TB, seen func(operation string, status int), adjust ...func(*opsapi.Config)) api {
	tb.Helper()

	served := api{log: &worldtest.Buffer{}}
	config := opsapi.Config{
		Platform: w, Instances: w, Probes: w, DataVersion: w.DataVersion,
		Authenticate: opsapi.Authenticator{HeaderNetworks: loopback()},
		Logger:       slog.New(slog.NewJSONHandler(served.log, nil)),
	}

	for _, a := range adjust {
		a(&config)
	}

	handler, err := opsapi.New(config)
	if err != nil {
		tb.Fatal(err)
	}

	served.Server = httptest.NewServer(described(tb, handler, seen))
	tb.Cleanup(served.Close)

	return served
}

// client speaks to the server as the headers say.
func (a api) client(tb testing.TB) *ops.Client {
	tb.Helper()

	client, err := ops.NewClient(ops.ClientConfig{BaseURL: a.URL, Credentials: ops.IdentityHeaders()})
	if err != nil {
		tb.Fatal(err)
	}

	tb.Cleanup(client.CloseIdleConnections)

	return client
}
