package controlplane_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/oklog/ulid/v2"

	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestSearchFollowsTheRows renames, describes and removes what is searched for.
func TestSearchFollowsTheRows(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 3, 9, 0)

		want := func(search string, total int) {
			t.Helper()

			page := must[ops.InstancesPage](t)(p.InstancesAs(alice).ListInstances(t.Context(), ops.InstancesQuery{Search: search}))
			if page.Total != total || len(page.Instances) != total {
				t.Errorf("%q finds %d of %d, want %d", search, len(page.Instances), page.Total, total)
			}
		}

		want("graph", 9)
		want("APH", 9)
		want("h", 9)
		want("fraud", 0)

		exec(t, p.db, `UPDATE instances SET name = 'Fraud ring', memory_usage_bytes = 7 WHERE id = 1`)
		exec(t, p.db, `UPDATE instances SET description = 'all of the "fraud"', status = 'failed' WHERE id IN (2, 3)`)
		want("fraud", 3)
		want(`"FRAUD"`, 2)
		want("graph", 8)
		want("fr", 3)

		exec(t, p.db, `UPDATE instances SET description = NULL WHERE id = 2`)
		want("fraud", 2)

		exec(t, p.db, `DELETE FROM instances WHERE id = 3`)
		want("fraud", 1)

		exec(t, p.db, `DELETE FROM instances`)
		want("fraud", 0)
		want("graph", 0)
	})
}

// TestSearchHasAnIndex wants one of either database.
func TestSearchHasAnIndex(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		prepare(t, db)

		query := `SELECT name FROM sqlite_master WHERE name = 'opsconsole_instance_search'`
		if db.Dialect() == store.Postgres {
			query = `SELECT indexname FROM pg_indexes WHERE indexname = 'opsconsole_instances_search'`
		}

		var name string
		if err := db.Read().QueryRowContext(t.Context(), query).Scan(&name); err != nil {
			t.Error(err)
		}
	})
}

// TestSearchWithoutAnIndex has a user who may not install the extension: then there is
// a platform all the same.
func TestSearchWithoutAnIndex(t *testing.T) {
	t.Parallel()

	address := storetest.PostgresURL(t)
	admin := storetest.Open(t, address)
	role := "test_" + strings.ToLower(ulid.Make().String())

	exec(t, admin, `CREATE ROLE `+role)
	exec(t, admin, `GRANT CREATE, USAGE ON SCHEMA public TO `+role)
	exec(t, admin, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO `+role)
	t.Cleanup(func() {
		if _, err := admin.Write().Exec(`DROP OWNED BY ` + role + ` CASCADE; DROP ROLE ` + role); err != nil {
			t.Error(err)
		}
	})

	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}

	query := parsed.Query()
	query.Set("role", role)
	parsed.RawQuery = query.Encode()

	db, err := store.Open(t.Context(), parsed.String())
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})

	if err := controlplane.Prepare(t.Context(), db); err != nil {
		t.Fatal(err)
	}

	var indexes int
	if err := db.Read().QueryRowContext(t.Context(),
		`SELECT COUNT(*) FROM pg_indexes WHERE indexname = 'opsconsole_instances_search'`).Scan(&indexes); err != nil || indexes != 0 {
		t.Fatalf("%d indexes, %v, want none", indexes, err)
	}

	seed(t, db, 1, 20, 0)

	p := open(t, db)
	if page := must[ops.InstancesPage](t)(p.InstancesAs(alice).ListInstances(t.Context(), ops.InstancesQuery{Search: "GRAPH 1"})); page.Total != 11 {
		t.Errorf("found %d, want 11", page.Total)
	}
}
