// Package worldtest has what the tests of several packages stand on: a clock that they
// move, a database on which a control plane can start, and that control plane.
package worldtest

import (
	"context"
	"database/sql"
	"log/slog"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// Prepared has opsconsole's tables and the platform's.
var Prepared = storetest.NewTemplate(Prepare)

// Prepare makes opsconsole's tables and the platform's, for templates that have more.
func Prepare(ctx context.Context, db *store.DB) error {
	if err := db.Migrate(ctx); err != nil {
		return err
	}

	return controlplane.Prepare(ctx, db)
}

// ControlPlane is the embedded control plane on config's DB, by config's Now. What config leaves out
// is nothing: no jobs, no Kubernetes and no Starburst, and no log.
func ControlPlane(tb testing.TB, config controlplane.Config) *controlplane.ControlPlane {
	tb.Helper()

	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}

	if config.Jobs == nil {
		config.Jobs = NoJobs{}
	}

	if config.Metrics == nil {
		config.Metrics = prometheus.NewRegistry()
	}

	if config.Version == "" {
		config.Version = "test"
	}

	if config.Health == nil {
		checker, err := health.New(health.Config{DB: config.DB, Now: config.Now, Logger: config.Logger})
		if err != nil {
			tb.Fatal(err)
		}

		config.Health = checker
	}

	plane, err := controlplane.New(tb.Context(), config)
	if err != nil {
		tb.Fatal(err)
	}

	return plane
}

// NoJobs is a control plane without background jobs.
type NoJobs struct{}

// Trigger implements [controlplane.Jobs].
func (NoJobs) Trigger(context.Context, string, ops.JobTrigger) (ops.JobTriggered, error) {
	return ops.JobTriggered{}, ops.Unavailable("jobs", "there are none")
}

// Status implements [controlplane.Jobs].
func (NoJobs) Status(context.Context) (ops.JobStatus, error) { return ops.JobStatus{}, nil }

// Refresh implements [controlplane.Jobs].
func (NoJobs) Refresh(context.Context) error { return nil }

// NoQueue takes the runs that are triggered and leaves them: nobody waits for one.
type NoQueue struct{}

// Enqueue implements [jobs.Enqueuer].
func (NoQueue) Enqueue(context.Context, *sql.Tx, jobs.JobArgs) error { return nil }
