package metrics

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// Config is what is told of.
type Config struct {
	Build    Build
	DB       *store.DB
	Monitor  *monitor.Monitor
	Database Database
	Chain    Chain
	// Backups is when the newest of the scheduled backups was begun, zero for none yet, and whether the last attempt
	// failed; nil where none are made.
	Backups func() (lastAt time.Time, failing bool)
	// Streams is how many streams of live updates are open.
	Streams func() int64

	Changes  Changes
	Windows  Windows
	Webhooks Webhooks

	Requests *Requests
	Now      func() time.Time
	Logger   *slog.Logger
}

// Build is what the program was built from.
type Build struct{ Version, Commit, Go string }

// Database is how the console's own database does.
type Database interface {
	Condition() database.Condition
}

// Chain is what is known of the audit log's chain.
type Chain func() ChainState

// ChainState is what the last verification found.
type ChainState struct {
	// VerifiedAt is when that was, zero when it was never tried.
	VerifiedAt time.Time
	// Entries are how many entries were found whole.
	Entries int64
	Intact  bool
	// Anchored says that signed heads of the log are sent elsewhere; HeadAt is when one was last taken by all that are
	// sent them, zero for never, and HeadsWaiting how many are yet to be taken.
	Anchored     bool
	HeadAt       time.Time
	HeadsWaiting int
}

// Changes are the changes and the temporary ones among them.
type Changes interface {
	History(ctx context.Context, filter changes.Filter) (changes.Page, error)
	Leases(ctx context.Context) ([]lease.Lease, error)
	Scheduled(ctx context.Context) ([]scheduled.Change, error)
}

// Windows are the maintenance windows.
type Windows interface {
	Open(ctx context.Context) ([]maintenance.Window, error)
	Troubled(ctx context.Context) ([]maintenance.Window, error)
}

// Webhooks are the deliveries to others.
type Webhooks interface {
	Waiting(ctx context.Context) (webhooks.Waiting, error)
}

// Metrics is an [http.Handler] of GET /metrics.
type Metrics struct {
	http.Handler

	config   Config
	registry *prometheus.Registry
	figures  atomic.Pointer[figures]
}

// New returns the metrics of a console; [Metrics.Look] has to be called again and again.
func New(config Config) (*Metrics, error) {
	m := &Metrics{config: config, registry: prometheus.NewRegistry()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", m.serve)
	m.Handler = mux

	return m, errors.Join(
		m.registry.Register(collector{m}),
		m.registry.Register(config.Requests),
		m.registry.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{Namespace: namespace})),
	)
}

// serve answers a scrape. What cannot be gathered is left out and logged: the rest is worth more
// than an error.
func (m *Metrics) serve(w http.ResponseWriter, r *http.Request) {
	families, err := m.registry.Gather()
	if err != nil {
		m.config.Logger.ErrorContext(r.Context(), "some metrics could not be gathered", slog.Any("error", err))
	}

	// The library counts the whole network namespace and calls it the process.
	families = slices.DeleteFunc(families, func(f *dto.MetricFamily) bool {
		return strings.HasPrefix(f.GetName(), namespace+"_process_network_")
	})

	var out bytes.Buffer

	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	encoder := expfmt.NewEncoder(&out, format)

	for _, family := range families {
		if err := encoder.Encode(family); err != nil {
			m.config.Logger.ErrorContext(r.Context(), "the metrics could not be written", slog.Any("error", err))
			http.Error(w, "The metrics could not be written; see the console's log.", http.StatusInternalServerError)

			return
		}
	}

	w.Header().Set("Content-Type", string(format))
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")

	if _, err := w.Write(out.Bytes()); err != nil {
		m.config.Logger.DebugContext(r.Context(), "the scraper closed the connection", slog.Any("error", err))
	}
}
