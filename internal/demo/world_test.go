package demo_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/demo"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// world is the demo on a clock of its own: everything that main starts, but nothing
// that waits for real time.
type world struct {
	t        *testing.T
	db       *store.DB
	at       time.Time
	platform *controlplane.ControlPlane
	runner   *jobs.Runner
	runtime  *jobs.Runtime
	workload *demo.Workload
	queue    []jobs.JobArgs
}

func (w *world) now() time.Time { return w.at }

// Enqueue implements [jobs.Enqueuer]; what is due runs at the end of the step.
func (w *world) Enqueue(_ context.Context, _ *sql.Tx, args jobs.JobArgs) error {
	w.queue = append(w.queue, args)

	return nil
}

func newWorld(t *testing.T, db *store.DB, seed uint64) *world {
	t.Helper()

	w := &world{t: t, db: db, at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	logger := slog.New(slog.DiscardHandler)
	registry := prometheus.NewRegistry()

	db.AgreeOn(w.now)
	w.must(demo.Seed(t.Context(), db, w.at, seed))

	var err error

	w.runtime = jobs.NewRuntime(db, w.now, logger)
	w.runner, err = jobs.New(t.Context(), jobs.Config{
		DB: db, Now: w.now, Logger: logger, Enqueuer: w, Registry: registry, Memory: w.runtime,
	})
	w.must(err)

	w.platform = worldtest.ControlPlane(t, controlplane.Config{DB: db, Now: w.now, Jobs: w.runner, Metrics: registry})

	w.workload = demo.NewWorkload(demo.Config{
		DB: db, Platform: w.platform, Now: w.now, Logger: logger, Seed: seed, Speed: demo.DefaultSpeed,
	})

	return w
}

func (w *world) must(err error) {
	w.t.Helper()

	if err != nil {
		w.t.Fatal(err)
	}
}

// live lets real time pass in steps.
func (w *world) live(length, step time.Duration, each func()) {
	w.t.Helper()

	for end := w.at.Add(length); w.at.Before(end); w.at = w.at.Add(step) {
		w.must(w.workload.Step(w.t.Context()))
		w.must(w.runtime.Step(w.t.Context()))
		w.must(w.runner.Tick(w.t.Context()))

		for _, args := range w.queue {
			w.must(w.runner.Run(w.t.Context(), args))
		}

		w.queue = nil

		if each != nil {
			each()
		}
	}
}

func (w *world) instances() ops.ClusterInstances {
	w.t.Helper()

	instances, err := w.platform.As(ops.Caller{Username: "dave", Email: "dave@example.com", Role: ops.RoleOps}).
		GetClusterInstances(w.t.Context())
	w.must(err)

	return instances
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.db.Read().QueryRowContext(w.t.Context(), query, args...).Scan(&n))

	return n
}

// dump is every row of some columns, in one text.
func (w *world) dump() string {
	w.t.Helper()

	var out strings.Builder

	for _, query := range []string{
		`SELECT id || ' ' || owner_username || ' ' || name || ' ' || status || ' ' || updated_at FROM instances ORDER BY id`,
		`SELECT id || ' ' || mapping_id || ' ' || status || ' ' || COALESCE(size_bytes, 0) FROM snapshots ORDER BY id`,
		`SELECT id || ' ' || entity_name || ' ' || status || ' ' || COALESCE(claimed_by, '') || ' ' || COALESCE(error_message, '')
		   FROM export_jobs ORDER BY id`,
		`SELECT mapping_id || ' ' || version || ' ' || created_at FROM mapping_versions ORDER BY mapping_id, version`,
	} {
		w.write(&out, query)
	}

	return out.String()
}

// write writes the rows of a query with one column.
func (w *world) write(out io.Writer, query string) {
	w.t.Helper()

	rows, err := w.db.Read().QueryContext(w.t.Context(), query)
	w.must(err)

	defer rows.Close()

	for rows.Next() {
		var line string

		w.must(rows.Scan(&line))
		fmt.Fprintln(out, line)
	}

	w.must(rows.Err())
}
