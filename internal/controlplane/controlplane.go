package controlplane

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/coalesce"
	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Config is what a control plane is made of. All of it is required but Exports.
type Config struct {
	// DB was prepared by [Prepare].
	DB     *store.DB
	Now    func() time.Time
	Logger *slog.Logger
	// Health answers get_cluster_health and says whether the database answers.
	Health *health.Checker
	Jobs   Jobs
	// Metrics is what get_metrics exposes.
	Metrics prometheus.Gatherer
	Version string
	Exports Exports
	// WatchOnly says that nothing here ends pods of a platform's own tables.
	WatchOnly bool
}

// Exports says where the export jobs of a new snapshot read and write.
type Exports struct {
	// Root is where snapshots are written, a URL without a slash at its end;
	// gs://graph-exports when it is empty.
	Root string
	// Catalog is the Starburst catalog that is read; hive when it is empty.
	Catalog string
}

// ControlPlane is the embedded control plane.
type ControlPlane struct {
	db      *store.DB
	now     func() time.Time
	logger  *slog.Logger
	health  *health.Checker
	jobs    Jobs
	metrics prometheus.Gatherer
	version string
	exports Exports
	// watchOnly is [Config.WatchOnly].
	watchOnly bool
	// recount is nil where there are counters.
	recount *recount
	// Those who ask at the same time share a look.
	users    coalesce.Group[string, user]
	configs  coalesce.Group[string, configured]
	counted  coalesce.Group[counted, []count]
	statuses coalesce.Group[struct{}, ops.JobStatus]
	versions coalesce.Group[struct{}, string]
	// refreshed is shared by those who ask for metrics at the same time.
	refreshed coalesce.Group[struct{}, struct{}]
	// searchIndexed says that SQLite has the index of a search.
	searchIndexed bool
}

var (
	_ ops.Platform          = (*ControlPlane)(nil)
	_ ops.InstancesPlatform = (*ControlPlane)(nil)
)

// New returns a control plane over a prepared database.
func New(ctx context.Context, cfg Config) (*ControlPlane, error) {
	if cfg.DB == nil || cfg.Now == nil || cfg.Logger == nil || cfg.Health == nil || cfg.Jobs == nil || cfg.Metrics == nil {
		return nil, errors.New("a control plane needs a database, a clock, a logger, health checks, jobs and metrics")
	}

	if cfg.Exports.Root == "" {
		cfg.Exports.Root = "gs://graph-exports"
	}

	if cfg.Exports.Catalog == "" {
		cfg.Exports.Catalog = "hive"
	}

	cp := &ControlPlane{
		db: cfg.DB, now: cfg.Now, logger: cfg.Logger, health: cfg.Health, jobs: cfg.Jobs, metrics: cfg.Metrics,
		version: cfg.Version, exports: cfg.Exports, watchOnly: cfg.WatchOnly,
	}

	counted, err := hasTable(ctx, cfg.DB, counters)
	if err != nil {
		return nil, err
	}

	if !counted {
		cp.recount = &recount{db: cfg.DB, now: cfg.Now}
	}

	if cp.searchIndexed, err = hasTable(ctx, cfg.DB, searchIndex); err != nil {
		return nil, err
	}

	current, err := readSettings(ctx, cfg.DB.Write())
	for _, odd := range current.unreadable() {
		cfg.Logger.WarnContext(ctx, "a setting cannot be read; requests that need it are refused", "error", odd)
	}

	return cp, err
}

// As implements [ops.Platform].
func (cp *ControlPlane) As(caller ops.Caller) ops.Service { return session{cp, caller} }

// InstancesAs implements [ops.InstancesPlatform].
func (cp *ControlPlane) InstancesAs(caller ops.Caller) ops.Instances { return session{cp, caller} }

// session is the control plane as seen by one caller.
type session struct {
	*ControlPlane

	caller ops.Caller
}

var (
	_ ops.Service   = session{}
	_ ops.Instances = session{}
)

// DataVersion returns a name of all that is answered from the database, "" where that is not to be told: while it stays the same
// each caller is answered the same, but for health and metrics. On a platform's own tables counts are of the last second.
func (cp *ControlPlane) DataVersion(ctx context.Context) (string, error) {
	if cp.recount != nil {
		return "", nil
	}

	return cp.versions.Do(ctx, struct{}{}, cp.db.DataVersion)
}

// Alive answers GET /health: the process serves, whatever its database does.
func (cp *ControlPlane) Alive(ctx context.Context) ops.ProbeStatus {
	return ops.ProbeStatus{Status: ops.ProbeHealthy, Version: cp.version, Database: cp.database(ctx)}
}

// Ready answers GET /ready: the process serves and its database answers.
func (cp *ControlPlane) Ready(ctx context.Context) ops.ProbeStatus {
	status := ops.ProbeStatus{Status: ops.ProbeReady, Version: cp.version, Database: cp.database(ctx)}
	if status.Database != ops.DatabaseConnected {
		status.Status = ops.ProbeNotReady
	}

	return status
}

func (cp *ControlPlane) database(ctx context.Context) string {
	if cp.health.DatabaseAnswers(ctx) {
		return ops.DatabaseConnected
	}

	return ops.DatabaseDisconnected
}
