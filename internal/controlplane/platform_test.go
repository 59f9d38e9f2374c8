package controlplane_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

var (
	alice = ops.Caller{Username: "alice", Email: "alice@example.com", Role: ops.RoleAnalyst}
	carol = ops.Caller{Username: "carol", Email: "carol@example.com", Role: ops.RoleAdmin}
	dave  = ops.Caller{Username: "dave", Email: "dave@example.com", Role: ops.RoleOps}
)

// platform is a control plane over a database of its own, with a clock that the
// test moves and whatever it logs.
type platform struct {
	*controlplane.ControlPlane

	db    *store.DB
	clock *worldtest.Clock
	log   *bytes.Buffer
	jobs  *triggers
}

// onEach runs fn as a parallel subtest on each database that Prepare filled, and on
// a PostgreSQL database that held a platform's tables before.
func onEach(t *testing.T, fn func(t *testing.T, p platform)) {
	t.Helper()

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		fn(t, open(t, db))
	})
	t.Run("platform's own", func(t *testing.T) {
		t.Parallel()
		fn(t, open(t, adopted(t, worldtest.Adopted.PostgresURL(t))))
	})
}

func prepare(tb testing.TB, db *store.DB) {
	tb.Helper()

	if err := controlplane.Prepare(tb.Context(), db); err != nil {
		tb.Fatal(err)
	}
}

// adopted is a database with a platform's own tables, all that they insist on, and the settings that
// it begins with.
func adopted(tb testing.TB, databaseURL string) *store.DB {
	tb.Helper()

	db := storetest.Open(tb, databaseURL)
	exec(tb, db, `INSERT INTO users (username, email, display_name, created_at, updated_at, is_active)
		VALUES ('system', 'system@example.com', 'System', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 1)`)

	for _, section := range ops.Sections() {
		for _, f := range section.Fields {
			value := fmt.Sprint(cmp.Or(f.Default, any("")))
			if f.Kind == ops.KindBool {
				value = "0"
			}

			exec(tb, db, `INSERT INTO global_config (key, value, updated_at, updated_by) VALUES ($1, $2, '2026-01-01T00:00:00', 'system')`,
				section.Key(f), value)
		}
	}

	return db
}

func open(tb testing.TB, db *store.DB) platform {
	tb.Helper()

	p := platform{
		db: db, clock: worldtest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)), log: &bytes.Buffer{}, jobs: &triggers{},
	}
	logger := slog.New(slog.NewTextHandler(p.log, nil))

	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(controlplane.NewDatabaseConnections(db))

	p.ControlPlane = worldtest.ControlPlane(tb, controlplane.Config{
		DB: db, Now: p.clock.Now, Logger: logger, Jobs: p.jobs, Metrics: registry, Version: "1.2.3",
	})

	return p
}

// triggers is jobs that only remember who asked for what.
type triggers struct {
	by      string
	trigger ops.JobTrigger
}

func (t *triggers) Trigger(_ context.Context, by string, trigger ops.JobTrigger) (ops.JobTriggered, error) {
	t.by, t.trigger = by, trigger

	return ops.JobTriggered{JobName: trigger.JobName, TriggeredBy: by, Reason: trigger.Reason, Status: "queued"}, nil
}

func (*triggers) Status(context.Context) (ops.JobStatus, error) {
	return ops.JobStatus{Jobs: []ops.Job{{Name: ops.JobSchemaCache}}}, nil
}

func (*triggers) Refresh(context.Context) error { return nil }

// must returns the value of a call that has to succeed.
func must[T any](tb testing.TB) func(value T, err error) T {
	tb.Helper()

	return func(value T, err error) T {
		tb.Helper()

		if err != nil {
			tb.Fatal(err)
		}

		return value
	}
}

func wantCode(tb testing.TB, err error, want ops.Code) {
	tb.Helper()

	_ = refused(tb, err, want)
}

// refused returns err as what it has to be.
func refused(tb testing.TB, err error, want ops.Code) *ops.Error {
	tb.Helper()

	var e *ops.Error
	if !errors.As(err, &e) {
		tb.Fatalf("got %v, want an error with the code %s", err, want)
	}

	if e.Code != want {
		tb.Fatalf("got %v, want the code %s", err, want)
	}

	return e
}

// wantFields wants a VALIDATION_FAILED that names exactly these fields.
func wantFields(tb testing.TB, err error, want ...string) {
	tb.Helper()
	wantCode(tb, err, ops.CodeValidationFailed)

	fields := ops.FieldErrors(err)
	got := make([]string, 0, len(fields))

	for _, field := range fields {
		got = append(got, field.Field)
	}

	if !reflect.DeepEqual(got, want) {
		tb.Errorf("the fields %v were refused, want %v (%v)", got, want, err)
	}
}
