package app

import (
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// forEveryJob are rows of a platform of which each job would have something to do: instances past
// their time, on their way, and waiting for what is there; snapshots whose exports are through.
const forEveryJob = `
	INSERT INTO snapshots (id, mapping_id, mapping_version, owner_username, name, gcs_path, status, created_at, updated_at, ttl) VALUES
		(101, 1, 1, 'erin', 'ready', 'gs://b/1', 'ready', '2026-01-01T00:00:00', '2026-01-01T00:00:00', NULL),
		(102, 1, 1, 'erin', 'old', 'gs://b/2', 'failed', '2026-01-01T00:00:00', '2026-01-01T00:00:00', 'PT1H'),
		(103, 1, 1, 'erin', 'exported', 'gs://b/3', 'creating', '2026-01-01T00:00:00', '2026-01-01T00:00:00', NULL);
	INSERT INTO export_jobs (snapshot_id, job_type, entity_name, status, sql, column_names, starburst_catalog, poll_count, gcs_path,
			claimed_at, created_at, updated_at) VALUES
		(103, 'node', 'Customer', 'completed', 'SELECT 1', '[]', 'hive', 0, 'gs://b', NULL, '2026-01-01T00:00:00', '2026-01-01T00:00:00'),
		(101, 'node', 'Customer', 'claimed', 'SELECT 1', '[]', 'hive', 0, 'gs://b', '2026-01-01T00:00:00', '2026-01-01T00:00:00',
			'2026-01-01T00:00:00');
	INSERT INTO instances (snapshot_id, owner_username, wrapper_type, name, url_slug, status, pod_name, created_at, updated_at, ttl,
			inactivity_timeout) VALUES
		(101, 'erin', 'ryugraph', 'a', 'a', 'waiting_for_snapshot', NULL, '2026-01-01T00:00:00', '2026-01-01T00:00:00', NULL, NULL),
		(101, 'erin', 'ryugraph', 'b', 'b', 'starting', NULL, '2026-01-01T00:00:00', '2026-01-01T00:00:00', NULL, NULL),
		(101, 'erin', 'ryugraph', 'c', 'c', 'stopping', NULL, '2026-01-01T00:00:00', '2026-01-01T00:00:00', NULL, NULL),
		(101, 'erin', 'ryugraph', 'd', 'd', 'resuming', NULL, '2026-01-01T00:00:00', '2026-01-01T00:00:00', NULL, NULL),
		(101, 'erin', 'ryugraph', 'e', 'e', 'running', 'pod-e', '2026-01-01T00:00:00', '2026-01-01T00:00:00', 'PT1H', NULL),
		(101, 'erin', 'ryugraph', 'f', 'f', 'running', 'pod-f', '2026-01-01T00:00:00', '2026-01-01T00:00:00', NULL, 'PT1H');`

// contents is what the platform's tables hold.
func contents(t *testing.T, db adoptedDB) (text string) {
	t.Helper()

	if err := db.Read().QueryRowContext(t.Context(), `
		SELECT string_agg(line, E'\n' ORDER BY line) FROM (
			SELECT 'instance ' || i::text AS line FROM instances i
			UNION ALL SELECT 'snapshot ' || s::text FROM snapshots s
			UNION ALL SELECT 'export ' || e::text FROM export_jobs e
			UNION ALL SELECT 'mapping ' || m::text FROM mappings m) AS all_of_it`).Scan(&text); err != nil {
		t.Fatal(err)
	}

	return text
}

// TestAPlatformsTablesAreOnlyWatched runs all that runs in the background, without a cluster.
func TestAPlatformsTablesAreOnlyWatched(t *testing.T) {
	t.Parallel()

	db := adopted(t)
	if _, err := db.Write().ExecContext(t.Context(), forEveryJob); err != nil {
		t.Fatal(err)
	}

	before := contents(t, db)

	a, p, err := replica(t, db.address)
	if err != nil {
		t.Fatal(err)
	}

	everyJobRuns(t, a)

	if after := contents(t, db); after != before {
		t.Errorf("the tables held\n%s\nand hold\n%s", before, after)
	}

	dave := p.As(ops.Caller{Username: "dave", Role: ops.RoleOps})

	health, err := dave.GetClusterHealth(t.Context())
	if err != nil || health.Status != ops.Healthy || !strings.Contains(health.Components[ops.ComponentKubernetes].Note, "only watched") {
		t.Errorf("health is %+v, %v, want that the tables are only watched, which is nothing wrong", health, err)
	}

	metrics, err := dave.GetMetrics(t.Context())
	if err != nil || strings.Count(string(metrics), "are only watched") != 3 ||
		!strings.Contains(string(metrics), `export_jobs_by_status_total{status="claimed"} 1`) {
		t.Errorf("%v: want three jobs skipped as the tables are only watched, and the exports counted:\n%s", err, metrics)
	}

	// What operators set is written as ever.
	if _, err := dave.UpdateExportConfig(t.Context(), ops.ExportUpdate{MaxDurationSeconds: 7200}); err != nil {
		t.Error(err)
	}
}

// TestAPlatformsTablesAreUsedWhereThatIsAskedFor: of a copy, say, for which no cluster is there.
func TestAPlatformsTablesAreUsedWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()

	db := adopted(t)
	if _, err := db.Write().ExecContext(t.Context(), forEveryJob); err != nil {
		t.Fatal(err)
	}

	a, _, err := replica(t, db.address, "--simulate-instances")
	if err != nil {
		t.Fatal(err)
	}

	everyJobRuns(t, a)

	for query, want := range map[string]string{
		`SELECT status FROM instances WHERE url_slug = 'a'`:      "starting",
		`SELECT status FROM instances WHERE url_slug = 'e'`:      "stopping",
		`SELECT status FROM instances WHERE url_slug = 'f'`:      "suspended",
		`SELECT status FROM snapshots WHERE id = 103`:            "ready",
		`SELECT COUNT(*)::text FROM snapshots WHERE id = 102`:    "0",
		`SELECT status FROM export_jobs WHERE snapshot_id = 101`: "pending",
	} {
		worldtest.Eventually(t, query+" is "+want, func() bool {
			var got string
			if err := db.Read().QueryRowContext(t.Context(), query).Scan(&got); err != nil {
				t.Fatal(err)
			}

			return got == want
		})
	}
}
