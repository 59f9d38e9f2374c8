package controlplane_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestPrepareCreatesOnce(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		for range 2 {
			if err := controlplane.Prepare(t.Context(), db); err != nil {
				t.Fatal(err)
			}
		}

		var n, want int
		for _, section := range ops.Sections() {
			want += len(section.Fields)
		}

		if err := db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM global_config`).Scan(&n); err != nil {
			t.Fatal(err)
		}

		if n != want {
			t.Errorf("%d settings, want %d", n, want)
		}
	})
}

func TestPrepareByTwoReplicasAtOnce(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		errs := make(chan error)

		for range 4 {
			go func() { errs <- controlplane.Prepare(t.Context(), db) }()
		}

		for range 4 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestPrepareNamesAllThatIsMissing(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		if err := controlplane.Prepare(t.Context(), db); err != nil {
			t.Fatal(err)
		}

		exec(t, db, `DROP TABLE instance_events`)
		exec(t, db, `ALTER TABLE export_jobs DROP COLUMN next_uri`)
		exec(t, db, `ALTER TABLE users RENAME COLUMN display_name TO shown_as`)

		err := controlplane.Prepare(t.Context(), db)
		if err == nil {
			t.Fatal("a database without all columns was accepted")
		}

		for _, want := range []string{"table instance_events", "column export_jobs.next_uri", "column users.display_name"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not name %s", err, want)
			}
		}
	})
}

// The counters must agree with the rows whatever is done to them, in one statement
// or in many.
func TestCountersFollowTheRows(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		if err := controlplane.Prepare(t.Context(), db); err != nil {
			t.Fatal(err)
		}

		seed(t, db, 3, 60, 90)

		for _, statement := range []string{
			`UPDATE instances SET memory_usage_bytes = 1`,
			`UPDATE instances SET status = 'stopping' WHERE id % 2 = 0`,
			`UPDATE instances SET status = 'running', pod_name = 'pod-' || id WHERE id % 5 = 0`,
			`UPDATE instances SET owner_username = 'analyst-0' WHERE id % 7 = 0`,
			`UPDATE instances SET pod_name = NULL WHERE id % 10 = 0`,
			`DELETE FROM instances WHERE owner_username = 'analyst-1'`,
			`UPDATE export_jobs SET status = 'completed' WHERE id % 3 = 0`,
			`UPDATE snapshots SET status = 'failed' WHERE id % 2 = 0`,
			`DELETE FROM instances WHERE id % 3 = 0`,
			`DELETE FROM export_jobs WHERE id % 2 = 0`,
			`UPDATE instances SET snapshot_id = NULL, pending_snapshot_id = NULL`,
			`DELETE FROM snapshots WHERE id % 2 = 0`, // and the export jobs with them
			`DELETE FROM instances`,
			`DELETE FROM snapshots`,
		} {
			exec(t, db, statement)
			checkCounters(t, db, statement)
		}
	})
}

const countedAfresh = `
	SELECT 'instances', '', status, COUNT(*) FROM instances GROUP BY status
	UNION ALL SELECT 'instances', owner_username, status, COUNT(*) FROM instances GROUP BY owner_username, status
	UNION ALL SELECT 'instances_without_pod', '', status, COUNT(*) FROM instances WHERE pod_name IS NULL GROUP BY status
	UNION ALL SELECT 'snapshots', '', status, COUNT(*) FROM snapshots GROUP BY status
	UNION ALL SELECT 'export_jobs', '', status, COUNT(*) FROM export_jobs GROUP BY status`

func checkCounters(t *testing.T, db *store.DB, after string) {
	t.Helper()

	want := counts(t, db, countedAfresh+` ORDER BY 1, 2, 3`)
	if got := counts(t, db, `SELECT subject, owner_username, status, n FROM opsconsole_counts WHERE n <> 0 ORDER BY 1, 2, 3`); got != want {
		t.Errorf("after %s the counters say\n%s\nand the rows\n%s", after, got, want)
	}
}

func counts(t *testing.T, db *store.DB, query string) string {
	t.Helper()

	rows, err := db.Read().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()

	var out strings.Builder

	for rows.Next() {
		var (
			subject, owner, status string
			n                      int
		)
		if err := rows.Scan(&subject, &owner, &status, &n); err != nil {
			t.Fatal(err)
		}

		fmt.Fprintln(&out, subject, owner, status, n)
	}

	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}

	return out.String()
}

func exec(tb testing.TB, db *store.DB, statement string, args ...any) {
	tb.Helper()

	err := db.Tx(tb.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(tb.Context(), statement, args...)

		return err
	})
	if err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}
