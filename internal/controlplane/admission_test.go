package controlplane_test

import (
	"context"
	"database/sql"
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

func request() ops.InstanceRequest {
	return ops.InstanceRequest{MappingID: 1, WrapperType: "ryugraph", Name: "customers"}
}

func TestARaceNeverExceedsTheClustersLimit(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()
		raceForTheCluster(t, p)
	})
}

// A database may have another isolation level as its default, in which a transaction
// sees what was there before it waited for its turn.
func TestARaceNeverExceedsTheLimitWhateverIsolationIsTheDefault(t *testing.T) {
	t.Parallel()

	for _, level := range []string{"repeatable read", "serializable"} {
		for name, opened := range map[string]func(testing.TB) string{
			"with counters":  worldtest.Prepared.PostgresURL,
			"platform's own": worldtest.Adopted.PostgresURL,
		} {
			t.Run(level+" "+name, func(t *testing.T) {
				t.Parallel()

				address := opened(t)

				separator := "?"
				if strings.Contains(address, "?") {
					separator = "&"
				}

				db := storetest.Open(t, address+separator+"default_transaction_isolation="+url.PathEscape(level))

				var set string
				if err := db.Read().QueryRowContext(t.Context(), `SHOW default_transaction_isolation`).Scan(&set); err != nil || set != level {
					t.Fatalf("the default is %q, %v, want %q", set, err, level)
				}

				raceForTheCluster(t, open(t, db))
			})
		}
	}
}

// raceForTheCluster has 40 analysts, of whom each may hold five, create 200 at once
// where 50 are allowed.
func raceForTheCluster(t *testing.T, p platform) {
	t.Helper()

	seed(t, p.db, 40, 0, 0)

	limits := raceToCreate(t, p, 200, func(i int) ops.Caller {
		return ops.Caller{Username: "analyst-" + itoa(i%40), Role: ops.RoleAnalyst}
	})

	if limits["cluster_total"] != 150 || len(limits) != 1 {
		t.Errorf("refused %v, want 150 for cluster_total", limits)
	}

	if n := count(t, p.db, `SELECT COUNT(*) FROM instances WHERE status = 'waiting_for_snapshot'`); n != 50 {
		t.Errorf("%d instances against a limit of 50", n)
	}
}

func TestARaceNeverExceedsAnAnalystsLimit(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 1, 0, 0)

		limits := raceToCreate(t, p, 40, func(int) ops.Caller { return alice })
		if limits["per_analyst"] != 35 || len(limits) != 1 {
			t.Errorf("refused %v, want 35 for per_analyst", limits)
		}

		if n := count(t, p.db, `SELECT COUNT(*) FROM instances WHERE owner_username = 'alice'`); n != 5 {
			t.Errorf("%d instances against a limit of 5", n)
		}
	})
}

// raceToCreate returns how many of n simultaneous creations each limit refused.
func raceToCreate(t *testing.T, p platform, n int, caller func(i int) ops.Caller) map[string]int {
	t.Helper()

	errs := make(chan error, n)
	start := make(chan struct{})

	for i := range n {
		go func() {
			<-start

			_, err := p.InstancesAs(caller(i)).CreateInstance(t.Context(), request())
			errs <- err
		}()
	}

	close(start)

	tally := map[string]int{}

	for range n {
		if err := <-errs; err != nil {
			e := refused(t, err, ops.CodeConcurrencyLimitExceeded)
			if e.Details["current_count"] != e.Details["max_allowed"] {
				t.Errorf("refused with %v, want the count to be the most allowed", e.Details)
			}

			limit, _ := e.Details["limit_type"].(string)
			tally[limit]++
		}
	}

	return tally
}

func TestOnlyActiveInstancesCountAgainstTheLimits(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 1, 700, 0)
		exec(t, p.db, `UPDATE instances SET status = 'suspended' WHERE status IN ('waiting_for_snapshot', 'starting')`)
		exec(t, p.db, `UPDATE instances SET status = 'failed' WHERE status = 'running' AND id > 49`)

		// What is left: seven running ones of analyst-0, who may hold five, of 50 in all.
		_, err := p.InstancesAs(ops.Caller{Username: "analyst-0", Role: ops.RoleAnalyst}).CreateInstance(t.Context(), request())
		if e := refused(t, err, ops.CodeConcurrencyLimitExceeded); e.Details["current_count"] != 7 || e.Details["max_allowed"] != 5 {
			t.Errorf("refused with %v, want 7 of 5", e.Details)
		}

		must[ops.Instance](t)(p.InstancesAs(alice).CreateInstance(t.Context(), request()))
	})
}

func TestMaintenanceRefusesNewInstances(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 1, 0, 0)

		instance := must[ops.Instance](t)(p.InstancesAs(alice).CreateInstance(t.Context(), request()))

		for message, want := range map[string]string{
			"Back at <nine>": "Back at <nine>",
			"":               "The platform is in maintenance: no instances can be created now",
		} {
			must[ops.MaintenanceMode](t)(p.As(dave).SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Enabled: true, Message: message}))

			_, err := p.InstancesAs(alice).CreateInstance(t.Context(), request())
			if e := refused(t, err, ops.CodeServiceUnavailable); e.Message != want || e.Details["service"] == "" {
				t.Errorf("refused with %+v, want %q, and the service", e, want)
			}
		}

		// Everything else goes on.
		if err := p.InstancesAs(alice).DeleteInstance(t.Context(), instance.ID); err != nil {
			t.Error(err)
		}

		must[ops.MaintenanceMode](t)(p.As(dave).SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Message: "over"}))
		must[ops.Instance](t)(p.InstancesAs(alice).CreateInstance(t.Context(), request()))
	})
}

func TestCreateInstanceFromAReadySnapshot(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 1, 0, 0)
		exec(t, p.db, `INSERT INTO snapshots (mapping_id, mapping_version, owner_username, name, gcs_path, status, created_at, updated_at)
			SELECT 1, 1, 'analyst-0', 'snapshot', 'gs://exports/', `+pick([]string{"ready", "ready", "failed", "cancelled"})+`, $1, $1
			FROM (SELECT 0 AS i UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) AS n ORDER BY i`, seededAt)

		r := request()
		r.Description, r.TTL, r.InactivityTimeout = new("a <b>test</b>"), new("P7D"), new("PT5M")

		got := must[ops.Instance](t)(p.InstancesAs(alice).CreateInstance(t.Context(), r))
		if got.Status != ops.InstanceWaitingForSnapshot || *got.SnapshotID != 3 || got.OwnerUsername != "alice" ||
			*got.Description != "a <b>test</b>" || *got.TTL != "P7D" || *got.InactivityTimeout != "PT5M" || len(got.URLSlug) < 20 ||
			!got.CreatedAt.Equal(p.clock.Now()) {
			t.Errorf("created %+v, want one on snapshot 3, the newest that is ready", got)
		}

		if n := count(t, p.db, `SELECT COUNT(*) FROM instances WHERE pending_snapshot_id IS NULL`); n != 1 {
			t.Error("it waits for a snapshot that is ready")
		}

		if n := count(t, p.db, `SELECT COUNT(*) FROM snapshots WHERE last_used_at IS NOT NULL AND id = 3`); n != 1 {
			t.Error("the snapshot does not count as used")
		}

		again := must[ops.Instance](t)(p.InstancesAs(alice).GetInstance(t.Context(), got.ID))
		if again.URLSlug != got.URLSlug || !again.CreatedAt.Equal(got.CreatedAt.Time) {
			t.Errorf("created %+v, read %+v, want the same slug and time", got, again)
		}
	})
}

func TestCreateInstanceWithANewSnapshot(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 1, 0, 0)
		exec(t, p.db, `UPDATE snapshots SET status = 'creating'`)

		got := must[ops.Instance](t)(p.InstancesAs(alice).CreateInstance(t.Context(), request()))
		if *got.TTL != "PT24H" || *got.InactivityTimeout != "PT4H" {
			t.Errorf("%+v has not the defaults of instances", got)
		}

		if n := count(t, p.db, `SELECT COUNT(*) FROM instances i JOIN snapshots s ON s.id = i.pending_snapshot_id
			WHERE s.status = 'pending' AND s.owner_username = 'alice' AND s.ttl = 'P7D' AND s.inactivity_timeout = 'P3D'
			AND s.gcs_path = 'gs://graph-exports/alice/1/v1/2/' AND i.snapshot_id = s.id`); n != 1 {
			t.Error("no snapshot is pending with the defaults of snapshots")
		}

		want := "edge BOUGHT gs://graph-exports/alice/1/v1/2/edges/BOUGHT/ [\"a\",\"b\"] SELECT a, b FROM sales 0\n" +
			"node Customer gs://graph-exports/alice/1/v1/2/nodes/Customer/ [\"id\",\"name\"] SELECT id, name FROM customers 0\n"
		if got := counts(t, p.db, `SELECT job_type, entity_name, gcs_path || ' ' || column_names || ' ' || sql, poll_count
			FROM export_jobs WHERE snapshot_id = 2 AND status = 'pending' AND starburst_catalog = 'hive' ORDER BY 1`); got != want {
			t.Errorf("the export jobs are\n%swant\n%s", got, want)
		}
	})
}

func TestCreateInstanceThatCannotBe(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 3, 0, 0)
		exec(t, p.db, `UPDATE mapping_versions SET node_definitions = '{', edge_definitions = '[]' WHERE mapping_id = 2`)
		exec(t, p.db, `UPDATE mapping_versions SET node_definitions = '[]', edge_definitions = '[]' WHERE mapping_id = 3`)

		create := func(change func(r *ops.InstanceRequest)) error {
			r := request()
			change(&r)
			_, err := p.InstancesAs(alice).CreateInstance(t.Context(), r)

			return err
		}

		wantFields(t, create(func(r *ops.InstanceRequest) { *r = ops.InstanceRequest{} }),
			"body.mapping_id", "body.wrapper_type", "body.name")
		wantFields(t, create(func(r *ops.InstanceRequest) { r.Name = strings.Repeat("é", 256) }), "body.name")
		wantFields(t, create(func(r *ops.InstanceRequest) { r.Name = " \n" }), "body.name")
		wantFields(t, create(func(r *ops.InstanceRequest) { r.Name = "nul\x00" }), "body.name")
		wantFields(t, create(func(r *ops.InstanceRequest) { r.Description = new("\xff") }), "body.description")
		wantFields(t, create(func(r *ops.InstanceRequest) { r.WrapperType = "RYUGRAPH" }), "body.wrapper_type")
		wantFields(t, create(func(r *ops.InstanceRequest) { r.MappingVersion = new(0) }), "body.mapping_version")
		wantFields(t, create(func(r *ops.InstanceRequest) { r.TTL, r.InactivityTimeout = new(""), new("1h") }),
			"body.ttl", "body.inactivity_timeout")
		wantFields(t, create(func(r *ops.InstanceRequest) { r.TTL = new("P7DT1S") }), "body.ttl") // the longest is P7D
		wantFields(t, create(func(r *ops.InstanceRequest) { r.MappingID = 2 }), "body.mapping_id")
		wantFields(t, create(func(r *ops.InstanceRequest) { r.MappingID = 3 }), "body.mapping_id")

		e := refused(t, create(func(r *ops.InstanceRequest) { r.MappingID = 4 }), ops.CodeNotFound)
		if e.Details["resource_type"] != "Mapping" || e.Details["resource_id"] != "4" {
			t.Errorf("not found: %v, want Mapping 4", e.Details)
		}

		wantCode(t, create(func(r *ops.InstanceRequest) { r.MappingID = math.MaxInt64 }), ops.CodeNotFound)
		wantCode(t, create(func(r *ops.InstanceRequest) { r.MappingVersion = new(math.MaxInt) }), ops.CodeNotFound)

		e = refused(t, create(func(r *ops.InstanceRequest) { r.MappingVersion = new(2) }), ops.CodeNotFound)
		if e.Details["resource_type"] != "MappingVersion" || e.Details["resource_id"] != "1/v2" {
			t.Errorf("not found: %v, want MappingVersion 1/v2", e.Details)
		}

		if n := count(t, p.db, `SELECT COUNT(*) FROM instances`) + count(t, p.db, `SELECT COUNT(*) FROM export_jobs`); n != 0 {
			t.Errorf("%d rows were left behind", n)
		}
	})
}

// A mapping that is being deleted is there until the deletion is committed, for which
// the creation has to wait.
func TestCreateInstanceWhileItsMappingIsDeleted(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		if p.db.Dialect() == store.SQLite {
			return // It has one writer at a time.
		}

		seed(t, p.db, 1, 0, 0)
		exec(t, p.db, `DELETE FROM snapshots`)

		created := make(chan error, 1)

		err := p.db.Tx(t.Context(), func(tx *sql.Tx) error {
			for _, statement := range []string{`DELETE FROM mapping_versions`, `DELETE FROM mappings`} {
				if _, err := tx.ExecContext(t.Context(), statement); err != nil {
					return err
				}
			}

			go func() {
				_, err := p.InstancesAs(alice).CreateInstance(t.Context(), request())
				created <- err
			}()

			return waitsForALock(t.Context(), p.db)
		})
		if err != nil {
			t.Fatal(err)
		}

		if e := refused(t, <-created, ops.CodeNotFound); e.Details["resource_type"] != "Mapping" {
			t.Errorf("not found: %v, want a Mapping", e.Details)
		}

		if n := count(t, p.db, `SELECT COUNT(*) FROM snapshots`); n != 0 {
			t.Errorf("%d snapshots were left behind", n)
		}
	})
}

// waitsForALock returns when somebody waits for a lock on a row of the database.
func waitsForALock(ctx context.Context, db *store.DB) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()

	for waiting := false; !waiting; {
		if err := db.Read().QueryRowContext(ctx, `
			SELECT EXISTS (SELECT 1 FROM pg_stat_activity
			 WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event IN ('transactionid', 'tuple'))`).
			Scan(&waiting); err != nil {
			return err
		}
	}

	return nil
}

func count(tb testing.TB, db *store.DB, query string) (n int) {
	tb.Helper()

	if err := db.Read().QueryRowContext(tb.Context(), query).Scan(&n); err != nil {
		tb.Fatalf("%s: %v", query, err)
	}

	return n
}
