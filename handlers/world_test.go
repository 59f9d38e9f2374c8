package handlers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/auth/devidp"
	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/handlers/announcements"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// world is a console over a real control plane, with the demo's identity provider.
type world struct {
	t       *testing.T
	url     string
	db      *store.DB
	plane   *line
	jobs    *jobs.Runner
	monitor *monitor.Monitor
	changes *changes.Changes
	windows *maintenance.Windows
	hooks   *webhooks.Webhooks
	ahead   atomic.Int64 // nanoseconds
	log     *audit.Log
	tokens  map[string]string
	handler http.Handler
	said    said
}

// said is what the console logs.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.text.Write(line)
}

// since is what was said after the first n bytes, and how many bytes there are now.
func (s *said) since(n int) (text string, end int) {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.text.String()[n:], s.text.Len()
}

// line is the way to the control plane: it can be cut, or lose answers.
type line struct {
	ops.Platform

	mu   sync.Mutex
	down error
	lost bool
	// refusal is what the control plane answers to a change, nil to make it.
	refusal error
	// exports are the export jobs, nil for those of the control plane.
	exports []ops.ExportJob
}

func (l *line) As(caller ops.Caller) ops.Service {
	return &wire{Service: l.Platform.As(caller), line: l}
}

func (l *line) cut(down error, lost bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.down, l.lost = down, lost
}

func (l *line) state() (lost bool, down error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.lost, l.down
}

// refuse lets the control plane refuse every change, and with nil none.
func (l *line) refuse(refusal error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.refusal = refusal
}

func (l *line) refused() error {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.refusal
}

// wire is a caller's end of the line.
type wire struct {
	ops.Service

	line *line
}

func (w *wire) GetMaintenanceMode(ctx context.Context) (ops.MaintenanceMode, error) {
	if _, down := w.line.state(); down != nil {
		return ops.MaintenanceMode{}, down
	}

	return w.Service.GetMaintenanceMode(ctx)
}

func (w *wire) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	if _, down := w.line.state(); down != nil {
		return ops.ConcurrencyConfig{}, down
	}

	return w.Service.GetConcurrencyConfig(ctx)
}

func (w *wire) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	if refusal := w.line.refused(); refusal != nil {
		return ops.ConcurrencyConfig{}, refusal
	}

	if lost, _ := w.line.state(); lost {
		return ops.ConcurrencyConfig{}, ops.Unavailable("control plane", "no answer").Because(ops.ErrOutcomeUnknown)
	}

	return w.Service.UpdateConcurrencyConfig(ctx, u)
}

func (w *wire) GetClusterHealth(ctx context.Context) (ops.Health, error) {
	if _, down := w.line.state(); down != nil {
		return ops.Health{}, down
	}

	return w.Service.GetClusterHealth(ctx)
}

// now is the time in the world, which can be moved ahead.
func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// pass lets time pass, and everything happen that is due then.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.ahead.Add(int64(d))

	if err := w.windows.Tick(w.t.Context(), w.plane.As(ops.Caller{Username: "console", Role: ops.RoleOps})); err != nil {
		w.t.Fatal(err)
	}

	w.monitor.Poll(w.t.Context())
}

func newWorld(t *testing.T) *world {
	t.Helper()

	return newWorldOf(t, announcements.Public)
}

// newWorldOf is a world whose announcements have those readers.
func newWorldOf(t *testing.T, readers announcements.Audience) *world {
	t.Helper()

	db := storetest.Open(t, storetest.SQLiteURL(t))
	plane, runner := newPlane(t, db)
	w := &world{
		t: t, db: db, plane: &line{Platform: plane}, jobs: runner, tokens: map[string]string{}, log: audit.New(db, time.Now),
	}
	logger := slog.New(slog.NewTextHandler(&w.said, nil))

	server := httptest.NewUnstartedServer(nil)
	w.url = "http://" + server.Listener.Addr().String()
	public := parseURL(t, w.url)
	issuer := public.JoinPath(handlers.IdentityProviderPath)

	provider, err := devidp.New(devidp.Config{
		Issuer: issuer.String(), ClientID: "console", ClientSecret: "secret", RedirectURI: w.url + auth.CallbackPath,
		PostLogoutURI: w.url + auth.SignedOutPath, Accounts: devidp.DemoAccounts(), Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}

	signIn, err := auth.New(auth.Config{
		Issuer: issuer.String(), ClientID: "console", ClientSecret: "secret", PublicURL: public, DB: db, Now: time.Now, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}

	w.changes = changes.New(db, w.log, w.now, logger, changes.Policy{Environment: "test", ConfirmBelow: 0.5})

	enqueuer, err := jobqueue.NewEnqueuer(db, logger)
	if err != nil {
		t.Fatal(err)
	}

	w.hooks = webhooks.New(webhooks.Config{
		DB: db, Audit: w.log, Jobs: enqueuer, Now: w.now, Logger: logger, Environment: "test", Page: public.JoinPath("announcements"),
		AllowedHosts: []string{"hooks.example.com", "127.0.0.1"}, AllowedNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	w.windows = maintenance.New(maintenance.Config{
		DB: db, Changes: w.changes, Audit: w.log, Now: w.now, Logger: logger, Notify: w.hooks,
		AuthorStillOps: func(context.Context, string) (bool, error) { return true, nil },
	})
	w.monitor = monitor.New(monitor.Config{
		Platform: w.plane, Caller: func() (ops.Caller, error) { return ops.Caller{Username: "poller", Role: ops.RoleOps}, nil },
		DB: db, Now: time.Now, Logger: logger, Interval: time.Hour,
		Watchers: []func(context.Context, ops.Service) error{w.changes.Watch},
	})
	w.monitor.Poll(t.Context())

	env := shell.Environment{Name: "test", Color: shell.Blue}
	feeds := announce.New(announce.Config{
		Windows: w.windows, Name: env.Name, PublicURL: public, Page: announcements.Page(env), Now: w.now, Logger: logger,
		Private: readers != announcements.Public, Patience: time.Minute,
		Health: func() ops.HealthStatus { return w.monitor.Snapshot().Health.Value.Status },
	})

	w.handler = handlers.New(handlers.Config{
		Auth: signIn, Platform: w.plane, Changes: w.changes, Windows: w.windows, Feeds: feeds, Readers: readers, Webhooks: w.hooks, Audit: w.log, Triggers: triggers.New(w.log), Monitor: w.monitor,
		Ready: db.Read().PingContext, Static: os.DirFS("../static"), Environment: env,
		PublicURL: public, Issuer: issuer, Version: "test", Now: w.now, Logger: logger, IdentityProvider: provider,
	})
	server.Config.Handler = w.handler
	server.Start()
	t.Cleanup(server.Close)

	return w
}

func newPlane(t *testing.T, db *store.DB) (*controlplane.ControlPlane, *jobs.Runner) {
	t.Helper()

	logger := slog.New(slog.DiscardHandler)
	registry := prometheus.NewRegistry()

	if err := controlplane.Prepare(t.Context(), db); err != nil {
		t.Fatal(err)
	}

	if err := jobqueue.Migrate(t.Context(), db, logger); err != nil {
		t.Fatal(err)
	}

	enqueuer, err := jobqueue.NewEnqueuer(db, logger)
	if err != nil {
		t.Fatal(err)
	}

	runner, err := jobs.New(t.Context(), jobs.Config{DB: db, Now: time.Now, Logger: logger, Enqueuer: enqueuer, Registry: registry})
	if err != nil {
		t.Fatal(err)
	}

	checker, err := health.New(health.Config{DB: db, Now: time.Now, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}

	plane, err := controlplane.New(t.Context(), controlplane.Config{
		DB: db, Now: time.Now, Logger: logger, Health: checker, Jobs: runner, Metrics: registry, Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}

	return plane, runner
}

func parseURL(t *testing.T, s string) *url.URL {
	t.Helper()

	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}

	return u
}

// answer is a response, read.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()

	var out map[string]any
	if err := json.Unmarshal([]byte(a.body), &out); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, a.body)
	}

	return out
}

// token is a bearer token of a demo account.
func (w *world) token(username string) string {
	w.t.Helper()

	if w.tokens[username] == "" {
		got := w.send(http.MethodPost, handlers.IdentityProviderPath+"/demo-token", "username="+username,
			"Content-Type", "application/x-www-form-urlencoded")
		w.tokens[username], _ = got.json(w.t)["access_token"].(string)
	}

	return w.tokens[username]
}

// send makes a request with header names and values, following no redirects.
func (w *world) send(method, path, body string, header ...string) answer {
	w.t.Helper()

	request, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}

	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}

	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()

	data, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}

	return answer{status: response.StatusCode, header: response.Header, body: string(data)}
}

// get asks for a page as dave.
func (w *world) get(path string, header ...string) answer {
	w.t.Helper()

	return w.send(http.MethodGet, path, "", append(header, "Authorization", "Bearer "+w.token("dave"))...)
}

// data asks for a page as JSON, as dave.
func (w *world) data(path string) map[string]any {
	w.t.Helper()

	got := w.get(path, "Accept", "application/json")
	if got.status != http.StatusOK {
		w.t.Fatalf("%s: got %d\n%s", path, got.status, got.body)
	}

	return got.json(w.t)
}

// post sends JSON as dave.
func (w *world) post(path, body string) answer {
	w.t.Helper()

	return w.send(http.MethodPost, path, body, "Content-Type", "application/json", "Authorization", "Bearer "+w.token("dave"))
}

// form sends a form as dave, as a browser without scripts does.
func (w *world) form(path string, fields url.Values, header ...string) answer {
	w.t.Helper()

	return w.send(http.MethodPost, path, fields.Encode(), append(header,
		"Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html", "Authorization", "Bearer "+w.token("dave"))...)
}

func (w *world) revision() string {
	w.t.Helper()

	revision, _ := w.data("/config/concurrency")["revision"].(string)

	return revision
}

// save sets fields of the concurrency limits, given as JSON, on what is set now.
func (w *world) save(fields string) {
	w.t.Helper()

	if got := w.post("/config/concurrency", fmt.Sprintf(`{%s, "revision": %q}`, fields, w.revision())); got.status != http.StatusOK {
		w.t.Fatalf("got %d\n%s", got.status, got.body)
	}
}

func (w *world) limits() (perAnalyst, clusterTotal float64) {
	w.t.Helper()

	current, _ := w.data("/config/concurrency")["current"].(map[string]any)
	perAnalyst, _ = current["per_analyst"].(float64)
	clusterTotal, _ = current["cluster_total"].(float64)

	return perAnalyst, clusterTotal
}

// at walks into JSON by names.
func at(value any, path ...string) any {
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}

	return value
}

// brokenOff asks for a page as dave and returns what went wrong while it was read.
func (w *world) brokenOff(path string) error {
	w.t.Helper()

	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.url+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}

	request.Header.Set("Authorization", "Bearer "+w.token("dave"))

	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()

	_, err = io.Copy(io.Discard, response.Body)

	return err
}
