package app

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// replica is a program with the embedded control plane, up to where it would listen.
func replica(t *testing.T, databaseURL string, more ...string) (*App, platform, error) {
	t.Helper()

	command, err := config.Parse(t.Context(), append([]string{
		"serve", "--embedded", "--database-url=" + databaseURL, "--oidc-issuer=https://id.example.com", "--oidc-client-id=o",
		"--log-level=error",
	}, more...), config.ThisMachine())
	if err != nil {
		t.Fatal(err)
	}

	a, err := open(t.Context(), command.(config.Serve).Console)
	if err != nil {
		return nil, platform{}, err
	}

	t.Cleanup(func() {
		if err := a.db.Close(); err != nil {
			t.Error(err)
		}
	})

	p, err := a.platform(t.Context())

	return a, p, err
}

// TestReplicasStartTogether starts several on a database that nobody has prepared.
func TestReplicasStartTogether(t *testing.T) {
	t.Parallel()

	const replicas = 5

	var (
		address = storetest.EmptyPostgresURL(t)
		started sync.WaitGroup
	)

	for range replicas {
		started.Go(func() {
			_, p, err := replica(t, address)
			if err != nil {
				t.Error(err)

				return
			}

			if _, err := p.As(ops.Caller{Username: "dave", Role: ops.RoleOps}).GetState(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}

	started.Wait()
}

// TestAPlatformsDatabaseIsUsedAsItIs works on tables that a platform made, with every
// job, and wants them as they were, with nothing beside them but ours.
func TestAPlatformsDatabaseIsUsedAsItIs(t *testing.T) {
	t.Parallel()

	db := adopted(t)
	before := catalog(t, db.DB)

	a, p, err := replica(t, db.address)
	if err != nil {
		t.Fatal(err)
	}

	use(t, a, p)

	var added []string

	after := catalog(t, db.DB)
	for _, line := range after {
		if !slices.Contains(before, line) {
			added = append(added, line)
		}
	}

	for _, line := range before {
		if !slices.Contains(after, line) {
			t.Errorf("gone or altered: %s", line)
		}
	}

	if len(added) == 0 {
		t.Error("nothing was added")
	}

	for _, line := range added {
		if _, name, _ := strings.Cut(line, " "); !strings.HasPrefix(name, "opsconsole_") {
			t.Errorf("added: %s", line)
		}
	}
}

// use asks for everything that writes to the platform's tables.
func use(t *testing.T, a *App, p platform) {
	t.Helper()

	dave := p.As(ops.Caller{Username: "dave", Role: ops.RoleOps})

	if limits, err := dave.GetConcurrencyConfig(t.Context()); err != nil || limits.PerAnalyst != 3 || limits.ClusterTotal != 50 {
		t.Errorf("the platform's limit of 3, and the usual 50 where it says nothing, are %+v, %v", limits, err)
	}

	if _, err := dave.SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Message: "soon"}); err != nil {
		t.Error(err)
	}

	plane, ok := p.Platform.(*controlplane.ControlPlane)
	if !ok {
		t.Fatalf("the platform is %T, want *controlplane.ControlPlane", p.Platform)
	}

	instances := plane.InstancesAs(ops.Caller{Username: "frank", Role: ops.RoleAnalyst})

	created, err := instances.CreateInstance(t.Context(), ops.InstanceRequest{MappingID: 1, WrapperType: "ryugraph", Name: "Fraud"})
	if err != nil {
		t.Fatal(err)
	}

	everyJobRuns(t, a)

	if err := instances.DeleteInstance(t.Context(), created.ID); err != nil {
		t.Error(err)
	}

	if state, err := dave.GetState(t.Context()); err != nil || state.Snapshots.Total != 1 || state.ExportJobs.ByStatus["pending"] != 1 {
		t.Errorf("got %+v, %v, want one snapshot and one export job, pending", state, err)
	}
}

// everyJobRuns lets the engine run until each job has, and none has failed.
func everyJobRuns(t *testing.T, a *App) {
	t.Helper()

	engine, err := jobqueue.New(jobqueue.Config{DB: a.db, Now: now, Logger: slog.New(slog.DiscardHandler)}, a.families...)
	if err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(t.Context())

	var running sync.WaitGroup

	running.Go(func() {
		if err := engine.Run(ctx); err != nil {
			t.Error(err)
		}
	})

	defer running.Wait()
	defer stop()

	for deadline := time.Now().Add(time.Minute); ; {
		var ran, failed int
		if err := a.db.Read().QueryRowContext(t.Context(), `SELECT COUNT(DISTINCT job_name), COUNT(CASE WHEN result = 'failed' THEN 1 END)
			FROM opsconsole_job_runs WHERE ended_at IS NOT NULL`).Scan(&ran, &failed); err != nil {
			t.Fatal(err)
		}

		if failed > 0 {
			t.Fatalf("%d runs failed, want none", failed)
		}

		if ran == len(jobs.Names()) {
			return
		}

		if time.Now().After(deadline) {
			t.Fatalf("%d jobs ran, want %d", ran, len(jobs.Names()))
		}

		select {
		case <-t.Context().Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// TestAPlatformsDatabaseThatLacksSomething is refused with all that is missing.
func TestAPlatformsDatabaseThatLacksSomething(t *testing.T) {
	t.Parallel()

	db := adopted(t)

	for _, statement := range []string{
		`ALTER TABLE export_jobs DROP COLUMN next_uri`, `ALTER TABLE users RENAME COLUMN display_name TO shown_as`, `DROP TABLE instance_events`,
	} {
		if _, err := db.Write().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}

	_, _, err := replica(t, db.address)
	if err == nil {
		t.Fatal("it was taken")
	}

	for _, missing := range []string{"column export_jobs.next_uri", "column users.display_name", "table instance_events"} {
		if !strings.Contains(err.Error(), missing) {
			t.Errorf("%q does not name the %s", err, missing)
		}
	}
}

// adoptedDB is a database that holds a platform's tables.
type adoptedDB struct {
	*store.DB

	address string
}

func adopted(t *testing.T) adoptedDB {
	t.Helper()

	address := storetest.EmptyPostgresURL(t)
	db := openPlain(t, address)

	if _, err := db.Write().ExecContext(t.Context(), worldtest.PlatformTables+worldtest.PlatformRows); err != nil {
		t.Fatal(err)
	}

	return adoptedDB{DB: db, address: address}
}

// openPlain opens a database as it is.
func openPlain(t *testing.T, address string) *store.DB {
	t.Helper()

	db, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})

	return db
}

// catalog is a line for everything that the database has, but PostgreSQL's own: what
// it is, its name, and how it is defined.
func catalog(t *testing.T, db *store.DB) []string {
	t.Helper()

	rows, err := db.Read().QueryContext(t.Context(), `
		WITH ours (oid) AS (SELECT oid FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema')
		SELECT 'schema', nspname, '' FROM pg_namespace WHERE oid IN (SELECT oid FROM ours)
		UNION ALL SELECT 'extension', extname, extversion FROM pg_extension
		UNION ALL SELECT 'function', n.nspname || '.' || proname, pg_get_functiondef(p.oid)
			FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
			WHERE pronamespace IN (SELECT oid FROM ours) AND prokind = 'f'
		UNION ALL SELECT 'type', n.nspname || '.' || typname, typtype::text
			FROM pg_type JOIN pg_namespace n ON n.oid = typnamespace WHERE typnamespace IN (SELECT oid FROM ours) AND typtype <> 'c'
			AND typname NOT LIKE '\_%'
		UNION ALL SELECT 'relation', n.nspname || '.' || relname, relkind::text || ' ' || COALESCE(reloptions::text, '') || relrowsecurity::text
			FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relnamespace IN (SELECT oid FROM ours)
		UNION ALL SELECT 'column', n.nspname || '.' || relname || '.' || attname,
				format_type(atttypid, atttypmod) || ' ' || attnotnull::text || COALESCE(' ' || pg_get_expr(adbin, adrelid), '')
			FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
			LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
			WHERE relnamespace IN (SELECT oid FROM ours) AND attnum > 0
		UNION ALL SELECT 'index', schemaname || '.' || tablename || '.' || indexname, indexdef FROM pg_indexes
			WHERE schemaname IN (SELECT nspname FROM pg_namespace WHERE oid IN (SELECT oid FROM ours))
		UNION ALL SELECT 'constraint', n.nspname || '.' || COALESCE(relname, '') || '.' || conname, pg_get_constraintdef(k.oid)
			FROM pg_constraint k JOIN pg_namespace n ON n.oid = connamespace LEFT JOIN pg_class c ON c.oid = conrelid
			WHERE connamespace IN (SELECT oid FROM ours)
		UNION ALL SELECT 'trigger', n.nspname || '.' || relname || '.' || tgname, pg_get_triggerdef(g.oid)
			FROM pg_trigger g JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE NOT tgisinternal`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()

	var lines []string

	for rows.Next() {
		var kind, name, definition string
		if err := rows.Scan(&kind, &name, &definition); err != nil {
			t.Fatal(err)
		}

		lines = append(lines, kind+" "+strings.TrimPrefix(name, "public.")+" "+definition)
	}

	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}

	return lines
}
