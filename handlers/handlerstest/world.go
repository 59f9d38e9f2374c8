// Package handlerstest gives tests a console over a real control plane.
package handlerstest

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/auth/devidp"
	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/handlers/announcements"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/idempotency"
	"github.com/graph-olap/opsconsole/internal/instances"
	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/metrics"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// World is a console over a real control plane, with the demo's identity provider.
type World struct {
	t        testing.TB
	URL      string
	DB       *store.DB
	Plane    *Line
	Jobs     *jobs.Runner
	Monitor  *monitor.Monitor
	Changes  *changes.Changes
	Windows  *maintenance.Windows
	Webhooks *webhooks.Webhooks
	ahead    atomic.Int64 // nanoseconds
	Log      *audit.Log
	Database *database.Watch
	// Approvals are off until their Actions are set.
	Approvals *approvals.Approvals
	// StepUp asks for nothing until its Actions are set.
	StepUp  handlers.StepUp
	tokens  map[string]string
	Console *handlers.Console
	// Requests counts what the console answers.
	Requests *metrics.Requests
	// Draining is closed when the process is asked to end.
	Draining chan struct{}
	said     worldtest.Buffer // what the console logs
}

// Now is the time in the world, which can be moved ahead.
func (w *World) Now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// Advance lets time pass in which nothing that is due happens.
func (w *World) Advance(d time.Duration) { w.ahead.Add(int64(d)) }

// Pass lets time pass, and everything happen that is due then.
func (w *World) Pass(d time.Duration) {
	w.t.Helper()
	w.Advance(d)

	if err := w.Windows.Tick(w.t.Context(), w.Plane.As(ops.Caller{Username: "console", Role: ops.RoleOps})); err != nil {
		w.t.Fatal(err)
	}

	w.Monitor.Poll(w.t.Context())
}

// New is a world whose announcements everybody reads.
func New(tb testing.TB) *World {
	tb.Helper()

	return NewOf(tb, announce.Public)
}

// NewOf is a world whose announcements have those readers.
func NewOf(tb testing.TB, readers announce.Audience) *World {
	tb.Helper()

	return newOn(tb, prepared.SQLite(tb), readers)
}

// NewBehind is a world behind proxies of those networks.
func NewBehind(tb testing.TB, proxies ...netip.Prefix) *World {
	tb.Helper()

	return newOn(tb, prepared.SQLite(tb), announce.Public, proxies...)
}

// NewOverHTTPS is a world that browsers reach at https://ops.example.com, by a proxy that ends TLS and says nothing of it.
func NewOverHTTPS(tb testing.TB) *World {
	tb.Helper()

	return newAt(tb, "https://ops.example.com", prepared.SQLite(tb), announce.Public)
}

// NewBelow is a world that browsers reach below a path of its host, by a proxy that leaves the path in place.
func NewBelow(tb testing.TB, path string) *World {
	tb.Helper()

	return newAt(tb, path, prepared.SQLite(tb), announce.Public)
}

// NewOnPostgres is a world on PostgreSQL, and the address of its database, which can be made
// to fail: see [storetest.Stop].
func NewOnPostgres(tb testing.TB) (w *World, databaseURL string) {
	tb.Helper()

	databaseURL = prepared.PostgresURL(tb)

	return newOn(tb, storetest.Open(tb, databaseURL), announce.Public), databaseURL
}

// NewOnLine is a world on PostgreSQL, and the line to it, which counts what it is asked.
func NewOnLine(tb testing.TB) (*World, *storetest.Line) {
	tb.Helper()

	line, lineURL := storetest.NewLine(tb, prepared.PostgresURL(tb))

	return newOn(tb, storetest.Open(tb, lineURL), announce.Public), line
}

func newOn(tb testing.TB, db *store.DB, readers announce.Audience, proxies ...netip.Prefix) *World {
	tb.Helper()

	return newAt(tb, "", db, readers, proxies...)
}

// NewElsewhere is a world that takes its control plane for one elsewhere.
func NewElsewhere(tb testing.TB) *World {
	tb.Helper()

	return newAs(tb, place{db: prepared.SQLite(tb), readers: announce.Public, elsewhere: true})
}

// newAt is a world that browsers reach at an address, or at a path of its own.
func newAt(tb testing.TB, address string, db *store.DB, readers announce.Audience, proxies ...netip.Prefix) *World {
	tb.Helper()

	return newAs(tb, place{address: address, db: db, readers: readers, proxies: proxies})
}

// place is where a world is, and what it is told of itself.
type place struct {
	address   string
	db        *store.DB
	readers   announce.Audience
	proxies   []netip.Prefix
	elsewhere bool
}

func newAs(tb testing.TB, at place) *World {
	tb.Helper()

	address, db, readers, proxies := at.address, at.db, at.readers, at.proxies
	plane, runner := newPlane(tb, db)
	w := &World{
		t: tb, DB: db, Plane: &Line{Platform: plane, InstancesPlatform: plane}, Jobs: runner, tokens: map[string]string{}, Log: audit.New(db, time.Now),
		Requests: metrics.NewRequests(), Draining: make(chan struct{}),
	}
	logger := slog.New(slog.NewTextHandler(&w.said, nil))

	server := httptest.NewUnstartedServer(nil)
	w.URL = "http://" + server.Listener.Addr().String()
	own := parseURL(tb, w.URL)

	public := parseURL(tb, address)
	if public.Host == "" {
		own = parseURL(tb, w.URL+address)
		public = own
	}

	issuer := own.JoinPath(handlers.IdentityProviderPath)

	provider, err := devidp.New(devidp.Config{
		Issuer: issuer.String(), ClientID: "console", ClientSecret: "secret", RedirectURI: own.JoinPath(auth.CallbackPath).String(),
		PostLogoutURI: own.JoinPath(auth.SignedOutPath).String(), Accounts: devidp.DemoAccounts(), Logger: logger,
	})
	if err != nil {
		tb.Fatal(err)
	}

	signIn, err := auth.New(auth.Config{
		Issuer: issuer.String(), ClientID: "console", ClientSecret: "secret", PublicURL: public, StepUpMaxAge: time.Hour, DB: db, Now: time.Now, Logger: logger,
	})
	if err != nil {
		tb.Fatal(err)
	}

	w.Changes = changes.New(db, w.Log, w.Now, logger, changes.Policy{Environment: "test", ConfirmBelow: 0.5})

	enqueuer, err := jobqueue.NewEnqueuer(db, logger)
	if err != nil {
		tb.Fatal(err)
	}

	w.Webhooks = webhooks.New(webhooks.Config{
		DB: db, Audit: w.Log, Jobs: enqueuer, Now: w.Now, Logger: logger, Environment: "test", Page: public.JoinPath("announcements"),
		AllowedHosts: []string{"hooks.example.com", "127.0.0.1"}, AllowedNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	w.Windows = maintenance.New(maintenance.Config{
		DB: db, Changes: w.Changes, Audit: w.Log, Now: w.Now, Logger: logger, Outbox: w.Webhooks,
		AuthorStillOps: func(context.Context, string) (bool, error) { return true, nil },
	})
	w.Database = database.New(database.Config{DB: db, Now: time.Now, Logger: logger})
	w.Monitor = monitor.New(monitor.Config{
		Platform: w.Plane, Caller: func() (ops.Caller, error) { return ops.Caller{Username: "poller", Role: ops.RoleOps}, nil },
		DB: db, Database: w.Database.Seen, Now: time.Now, Logger: logger, Interval: time.Hour,
		Watchers: []func(context.Context, ops.Service) error{w.Changes.Watch},
		Schedule: map[ops.JobName]time.Duration{ops.JobLifecycle: 10 * time.Minute},
	})
	w.Approvals = approvals.New(approvals.Config{
		DB: db, Audit: w.Log, Webhooks: w.Webhooks, Stand: approvals.StandOf(w.Changes, w.Windows, w.Webhooks), Now: w.Now, Logger: logger,
		OnChange: w.Monitor.Changed,
	})
	w.Changes.Windows, w.Changes.Outbox = w.Windows, w.Webhooks
	w.Changes.OnChange, w.Webhooks.OnChange, w.Windows.OnChange = w.Monitor.Changed, w.Monitor.Changed, w.Monitor.Changed
	w.Database.Look(tb.Context())
	w.Monitor.Poll(tb.Context())

	env := shell.Environment{Name: "test", Color: shell.Blue}
	feeds := announce.New(announce.Config{
		Windows: w.Windows, Name: env.Name, PublicURL: public, Page: announcements.Page(env, public), Now: w.Now, Logger: logger,
		Private: readers != announce.Public, MaxWait: time.Minute,
		Health: func() ops.HealthStatus { return w.Monitor.Snapshot().Health.Value.Status },
	})

	did := instances.New(w.Log)
	newest := instances.NewNewest(w.Plane, func() (ops.Caller, error) { return ops.Caller{Username: "poller", Role: ops.RoleOps}, nil })
	did.OnChange = func() {
		newest.Forget()
		w.Monitor.Changed()
	}

	w.Console = handlers.New(handlers.Config{
		Auth: signIn, Platform: w.Plane, Instances: w.Plane, ResumesForOwner: !at.elsewhere, InstanceActs: did, NewestInstances: newest, Changes: w.Changes, Windows: w.Windows, Feeds: feeds, Readers: readers, Webhooks: w.Webhooks, Audit: w.Log, Triggers: triggers.New(w.Log), Runs: runs.NewRecorded(db, w.Now), Monitor: w.Monitor,
		Keys: idempotency.New(db, w.Now), Search: search.New(db), Approvals: w.Approvals, StepUp: &w.StepUp,
		Database: w.Database, Static: os.DirFS(filepath.Join(root(tb), "static")), Environment: env, Tickets: tickets,
		PublicURL: public, TrustedProxies: proxies, Version: "test", Now: w.Now, Logger: logger, IdentityProvider: provider,
		Answered: w.Requests.On(metrics.Pages), Draining: w.Draining,
	})
	server.Config.Handler = w.Console
	server.Start()
	tb.Cleanup(server.Close)

	return w
}

// tickets are CHG-1 and so on, beside e-mail addresses.
var tickets = format.Tickets{Pattern: regexp.MustCompile(`CHG-[0-9]+`), URL: "https://tickets.example.com/{ticket}", Emails: true}

func parseURL(tb testing.TB, s string) *url.URL {
	tb.Helper()

	u, err := url.Parse(s)
	if err != nil {
		tb.Fatal(err)
	}

	return u
}

// T is the test that the world is of.
func (w *World) T() testing.TB { return w.t }

// Logged is what the console logged after the first n bytes, and how many bytes there are now.
func (w *World) Logged(n int) (text string, end int) {
	text = w.said.String()

	return text[n:], len(text)
}

// root is the folder of the module.
func root(tb testing.TB) string {
	tb.Helper()

	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}

	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}

		dir = filepath.Dir(dir)
	}
}
