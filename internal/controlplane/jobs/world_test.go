package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// tableEnqueuer writes what is enqueued into a table of the same database.
type tableEnqueuer struct{}

func (tableEnqueuer) Enqueue(ctx context.Context, tx *sql.Tx, args jobs.JobArgs) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO test_enqueued (job_name, triggered_by, reason, attempts) VALUES ($1, $2, $3, $4)`,
		args.JobName, args.TriggeredBy, args.Reason, args.Attempts)

	return err
}

// world is a platform's database and a runner over it.
type world struct {
	t        *testing.T
	db       *store.DB
	clock    *worldtest.Clock
	registry *prometheus.Registry
	runner   *jobs.Runner
	// logged is what the jobs said.
	logged *worldtest.Buffer
	// adopted says that a platform made the tables, and other that one of the snapshots there
	// is for instances of which no snapshot is named: there they need one.
	adopted bool
	other   int64
}

// each runs fn in a new world on either database, and on one whose tables a platform made, so
// that what it would refuse fails; configure may be nil.
func each(t *testing.T, configure func(*jobs.Config), fn func(w *world)) {
	t.Helper()

	run := func(t *testing.T, db *store.DB, adopted bool) {
		t.Helper()

		w := &world{
			t: t, db: db, clock: worldtest.NewClock(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)), logged: &worldtest.Buffer{}, adopted: adopted,
		}

		db.AgreeOn(w.clock.Now)
		w.exec(`CREATE TABLE test_enqueued (job_name TEXT, triggered_by TEXT, reason TEXT, attempts INTEGER)`)
		w.exec(`INSERT INTO users (username, email, display_name, created_at, updated_at, is_active)
			VALUES ('ann', 'ann@example.com', 'Ann', $1, $1, 1)`, w.ago(0))
		w.start(configure)
		fn(w)
	}

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		run(t, db, false)
	})
	t.Run("platform's own", func(t *testing.T) {
		t.Parallel()
		run(t, worldtest.Adopted.Postgres(t), true)
	})
}

// start begins a new process over the same database.
func (w *world) start(configure func(*jobs.Config)) {
	w.t.Helper()

	w.registry = prometheus.NewRegistry()
	config := jobs.Config{
		DB: w.db, Now: w.clock.Now, Logger: slog.New(slog.NewTextHandler(w.logged, nil)), Enqueuer: tableEnqueuer{}, Registry: w.registry,
	}

	if configure != nil {
		configure(&config)
	}

	runner, err := jobs.New(w.t.Context(), config)
	if err != nil {
		w.t.Fatal(err)
	}

	w.runner = runner
}

func (w *world) run(name ops.JobName) {
	w.t.Helper()

	if err := w.runner.Run(w.t.Context(), jobs.JobArgs{JobName: name}); err != nil {
		w.t.Fatalf("run %s: %v", name, err)
	}
}

func (w *world) tick() {
	w.t.Helper()

	if err := w.runner.Tick(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) ago(d time.Duration) string {
	return w.clock.Now().Add(-d).UTC().Format(store.TimeLayout)
}

func (w *world) exec(statement string, args ...any) {
	w.t.Helper()

	if err := w.db.Tx(w.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(w.t.Context(), statement, args...)

		return err
	}); err != nil {
		w.t.Fatalf("%s: %v", statement, err)
	}
}

// insert adds a row and returns its id; columns and values alternate.
func (w *world) insert(table string, columnsAndValues ...any) int64 {
	w.t.Helper()

	var (
		columns, marks []string
		values         []any
		id             int64
	)

	for pair := range slices.Chunk(columnsAndValues, 2) {
		columns = append(columns, pair[0].(string))
		values = append(values, pair[1])
		marks = append(marks, fmt.Sprintf("$%d", len(values)))
	}

	statement := fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s) RETURNING id`, table, strings.Join(columns, ", "), strings.Join(marks, ", "))

	if err := w.db.Tx(w.t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRowContext(w.t.Context(), statement, values...).Scan(&id)
	}); err != nil {
		w.t.Fatalf("%s: %v", statement, err)
	}

	return id
}

// mapping adds a mapping with one version.
func (w *world) mapping(more ...any) int64 {
	w.t.Helper()

	id := w.insert("mappings", append([]any{
		"owner_username", "ann", "name", "Fraud rings", "current_version", 1, "created_at", w.ago(time.Hour), "updated_at", w.ago(time.Hour),
	}, more...)...)
	w.exec(`INSERT INTO mapping_versions (mapping_id, version, node_definitions, edge_definitions, created_at, created_by)
		VALUES ($1, 1, '[]', '[]', $2, 'ann')`, id, w.ago(time.Hour))

	return id
}

func (w *world) snapshot(mapping int64, status ops.SnapshotStatus, more ...any) int64 {
	w.t.Helper()

	return w.insert("snapshots", append([]any{
		"mapping_id", mapping, "mapping_version", 1, "owner_username", "ann", "name", "s", "gcs_path", "gs://b/s", "status", status,
		"updated_at", w.ago(time.Hour),
	}, withDefault(more, "created_at", w.ago(time.Hour))...)...)
}

func (w *world) instance(status ops.InstanceStatus, more ...any) int64 {
	w.t.Helper()

	var n int64
	if err := w.db.Read().QueryRowContext(w.t.Context(), `SELECT COALESCE(MAX(id), 0) FROM instances`).Scan(&n); err != nil {
		w.t.Fatal(err)
	}

	more = withDefault(withDefault(more, "created_at", w.ago(time.Hour)), "updated_at", w.ago(time.Hour))

	if w.adopted {
		more = withDefault(more, "snapshot_id", w.otherSnapshot())
	}

	return w.insert("instances", append([]any{
		"owner_username", "ann", "wrapper_type", "falkordb", "name", "i", "url_slug", fmt.Sprint("slug-", n+1), "status", status,
	}, more...)...)
}

// otherSnapshot has an id far from those that tests give.
func (w *world) otherSnapshot() int64 {
	w.t.Helper()

	const id = 1_000_000

	if w.other == 0 {
		w.other = w.snapshot(w.mapping("id", id), ops.SnapshotReady, "id", id)
	}

	return w.other
}

// none is the id of the snapshot of an instance for which none is named.
func (w *world) none() string { return strconv.FormatInt(w.other, 10) }

// wantSaidOnce wants the log to tell once, of a platform's own tables, that numbers do not fit a column.
func (w *world) wantSaidOnce(column string) {
	w.t.Helper()

	want := 0
	if w.adopted {
		want = 1
	}

	if got := strings.Count(w.logged.String(), "column="+column); got != want {
		w.t.Errorf("the log tells %d times of %s, want %d:\n%s", got, column, want, w.logged)
	}
}

func (w *world) export(snapshot int64, kind, entity string, status ops.ExportJobStatus, more ...any) int64 {
	w.t.Helper()

	return w.insert("export_jobs", append([]any{
		"snapshot_id", snapshot, "job_type", kind, "entity_name", entity, "status", status, "sql", "SELECT 1", "column_names", "[]",
		"starburst_catalog", "lake", "gcs_path", "gs://b/e", "created_at", w.ago(time.Hour),
	}, withDefault(withDefault(more, "updated_at", w.ago(time.Hour)), "poll_count", 0)...)...)
}

func withDefault(columnsAndValues []any, column string, value any) []any {
	for i := 0; i < len(columnsAndValues); i += 2 {
		if columnsAndValues[i] == column {
			return columnsAndValues
		}
	}

	return append(columnsAndValues, column, value)
}

// text reads one value as text; "" is NULL, and "gone" says that there is no row.
func (w *world) text(query string, args ...any) string {
	w.t.Helper()

	var value sql.NullString

	switch err := w.db.Read().QueryRowContext(w.t.Context(), query, args...).Scan(&value); {
	case errors.Is(err, sql.ErrNoRows):
		return "gone"
	case err != nil:
		w.t.Fatalf("%s: %v", query, err)
	}

	return value.String
}

func (w *world) want(want, query string, args ...any) {
	w.t.Helper()

	if got := w.text(query, args...); got != want {
		w.t.Errorf("%s %v: got %q, want %q", query, args, got, want)
	}
}

// last returns the newest run record of a job.
func (w *world) last(name ops.JobName) jobs.Record {
	w.t.Helper()

	records, err := w.runner.Records(w.t.Context(), name, 1)
	if err != nil || len(records) != 1 {
		w.t.Fatalf("records of %s: %v, %v, want one", name, records, err)
	}

	return records[0]
}

// wantCounts checks some of the counts of a run record.
func wantCounts(t *testing.T, got, want map[string]int) {
	t.Helper()

	for name, n := range want {
		if got[name] != n {
			t.Errorf("%s: got %d, want %d (of %v)", name, got[name], n, got)
		}
	}
}

// metric finds a series; labels are name=value.
func (w *world) metric(name string, labels ...string) *dto.Metric {
	w.t.Helper()

	families, err := w.registry.Gather()
	if err != nil {
		w.t.Fatal(err)
	}

	for _, family := range families {
		if family.GetName() != name {
			continue
		}

		for _, metric := range family.GetMetric() {
			has := make([]string, 0, len(labels))
			for _, label := range metric.GetLabel() {
				has = append(has, label.GetName()+"="+label.GetValue())
			}

			if strings.Join(has, " ") == strings.Join(labels, " ") {
				return metric
			}
		}
	}

	w.t.Fatalf("there is no series %s %v", name, labels)

	return nil
}

// wantMetric checks a counter or gauge.
func (w *world) wantMetric(want float64, name string, labels ...string) {
	w.t.Helper()

	metric := w.metric(name, labels...)
	got := metric.GetGauge().GetValue() + metric.GetCounter().GetValue()

	if got != want {
		w.t.Errorf("%s %v: got %v, want %v", name, labels, got, want)
	}
}
