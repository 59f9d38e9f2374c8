package maintenance_test

import (
	"context"
	"log/slog"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

var (
	dave = audit.Actor{Username: "dave", Role: "ops"}
	olga = audit.Actor{Username: "olga", Role: "ops"}
	seed = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// world is a real control plane behind a line that may break, the windows that act on
// it, and a clock.
type world struct {
	*maintenance.Windows

	db      *store.DB
	log     *audit.Log
	changes *changes.Changes
	clock   *worldtest.Clock
	plain   ops.Service
	line    *line
	people  *people
	heard   *heard
}

// people are those who have lost the Ops role.
type people struct {
	mu   sync.Mutex
	gone map[string]bool
	err  error
}

func (p *people) stillOps(_ context.Context, username string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()

	return !p.gone[username], p.err
}

func (p *people) set(username string, gone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.gone[username] = gone
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		fn(t, newWorld(t, db))
	})
}

func onSQLite(t *testing.T) *world {
	t.Helper()

	return newWorld(t, worldtest.Prepared.SQLite(t))
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()

	w := &world{db: db, clock: worldtest.NewClock(seed), people: &people{gone: map[string]bool{}}, heard: &heard{}}
	db.AgreeOn(w.clock.Now)

	w.plain = worldtest.ControlPlane(t, controlplane.Config{DB: w.db, Now: w.clock.Now}).As(ops.Caller{Username: "olga", Role: ops.RoleOps})
	w.line = &line{Service: w.plain}
	w.begin()

	return w
}

// begin starts a new console on the database that is there, as after a crash.
func (w *world) begin() {
	logger := slog.New(slog.DiscardHandler)

	w.log = audit.New(w.db, w.clock.Now)
	w.changes = changes.New(w.db, w.log, w.clock.Now, logger, changes.Policy{Environment: "test", ConfirmBelow: 0.5})
	w.Windows = maintenance.New(maintenance.Config{
		DB: w.db, Changes: w.changes, Audit: w.log, Now: w.clock.Now, Logger: logger,
		AuthorStillOps: w.people.stillOps, Outbox: w.heard,
	})
}

func lost() error {
	return ops.Unavailable(ops.ServiceControlPlane, "no answer").Because(ops.ErrOutcomeUnknown)
}

func down() error { return ops.Unavailable(ops.ServiceControlPlane, "connection refused") }

// patching is a window in an hour, two hours long, that sets maintenance mode and two
// sections.
func patching() maintenance.Draft {
	return maintenance.Draft{
		Plan: maintenance.Plan{
			Title: "Monthly patching", Message: "The platform is being **patched**.", MaintenanceMode: true,
			Settings: maintenance.Settings{
				ops.SectionConcurrency: {"per_analyst": int64(3)},
				ops.SectionLifecycle:   {"instance.default_ttl": "12h"},
			},
		},
		StartsAt: seed.Add(time.Hour), EndsAt: seed.Add(3 * time.Hour), TimeZone: "Europe/Berlin",
		Reason: "patches of the month", Confirm: "test",
	}
}

func (w *world) announce(t *testing.T, draft maintenance.Draft) maintenance.Window {
	t.Helper()

	window, err := w.Announce(t.Context(), w.line, dave, draft)
	if err != nil {
		t.Fatal(err)
	}

	return window
}

func (w *world) get(t *testing.T, id int64) maintenance.Window {
	t.Helper()

	window, err := w.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}

	return window
}

func (w *world) tick(t *testing.T) {
	t.Helper()

	if err := w.Tick(t.Context(), w.line); err != nil {
		t.Fatal(err)
	}
}

// at sets the clock to a moment after the beginning and ticks.
func (w *world) at(t *testing.T, d time.Duration) {
	t.Helper()

	w.clock.Set(seed.Add(d))
	w.tick(t)
}

// platform is what the control plane holds, whatever the line does.
type platform struct {
	maintenance ops.MaintenanceMode
	concurrency ops.ConcurrencyConfig
	lifecycle   ops.LifecycleConfig
	export      ops.ExportConfig
}

func (w *world) platform(t *testing.T) platform {
	t.Helper()

	var (
		p   platform
		err error
	)

	must := func(e error) {
		if e != nil {
			t.Fatal(e)
		}
	}

	p.maintenance, err = w.plain.GetMaintenanceMode(t.Context())
	must(err)
	p.concurrency, err = w.plain.GetConcurrencyConfig(t.Context())
	must(err)
	p.lifecycle, err = w.plain.GetLifecycleConfig(t.Context())
	must(err)
	p.export, err = w.plain.GetExportConfig(t.Context())
	must(err)

	// Who set it, and when, is not what it is.
	p.maintenance.UpdatedAt, p.maintenance.UpdatedBy, p.concurrency.UpdatedAt = nil, nil, nil
	p.export.UpdatedAt, p.export.UpdatedBy = nil, nil

	return p
}

// kinds are the events that were written, in order.
func (w *world) kinds(t *testing.T) string {
	t.Helper()

	events, err := w.Events(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}

	text := ""
	for _, e := range events {
		text += string(e.Kind) + " "
	}

	return text
}

func (w *world) verifyAudit(t *testing.T) {
	t.Helper()

	state, err := w.log.Verify(t.Context())
	if err != nil || state.Broken != "" {
		t.Errorf("the audit log: got %+v, %v; want it unbroken", state, err)
	}
}

func same(a, b platform) bool { return reflect.DeepEqual(a, b) }

// borrow changes the limit for a time, by hand.
func (w *world) borrow(t *testing.T, perAnalyst int64, duration string) lease.Lease {
	t.Helper()

	current, err := w.changes.Current(t.Context(), w.line, ops.SectionConcurrency)
	if err != nil {
		t.Fatal(err)
	}

	term, errs := w.changes.ParseTerm(duration, "", "")
	if len(errs) > 0 {
		t.Fatal(errs)
	}

	result, err := w.changes.Apply(t.Context(), w.line, olga, changes.Request{
		Section: ops.SectionConcurrency, Revision: current.Revision, Values: ops.Values{"per_analyst": perAnalyst},
		Reason: "a load test tonight", Source: changes.SourceConsole, Term: term,
	})
	if err != nil {
		t.Fatal(err)
	}

	return *result.Lease
}

func act(reason string) maintenance.Act { return maintenance.Act{Reason: reason} }
