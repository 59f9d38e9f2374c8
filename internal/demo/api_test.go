package demo_test

import (
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/graph-olap/opsconsole/internal/demo"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestThePublicAPIAloneMakesInstances lets the day be lived by a database user who may
// do nothing but what the contract has no call for: work exports, say that an instance
// is in use, and edit a mapping. All else has to go through the platform.
func TestThePublicAPIAloneMakesInstances(t *testing.T) {
	t.Parallel()

	address := worldtest.Prepared.PostgresURL(t)
	db := storetest.Open(t, address)
	w := newWorld(t, db, 1)

	role := "test_" + strings.ToLower(ulid.Make().String())
	for _, statement := range []string{
		`CREATE ROLE ` + role,
		`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ` + role,
		`GRANT UPDATE ON export_jobs TO ` + role,
		`GRANT UPDATE (status, updated_at) ON snapshots TO ` + role,
		`GRANT UPDATE (last_activity_at) ON instances TO ` + role,
		`GRANT UPDATE (current_version, updated_at) ON mappings TO ` + role,
		`GRANT INSERT ON mapping_versions TO ` + role,
		`GRANT INSERT, UPDATE, DELETE ON opsconsole_counts TO ` + role, // the triggers of those tables
	} {
		if _, err := db.Write().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}

	t.Cleanup(func() {
		if _, err := db.Write().Exec(`DROP OWNED BY ` + role + `; DROP ROLE ` + role); err != nil {
			t.Error(err)
		}
	})

	parsed, err := url.Parse(address)
	w.must(err)

	query := parsed.Query()
	query.Set("role", role)
	parsed.RawQuery = query.Encode()

	limited, err := store.Open(t.Context(), parsed.String())
	w.must(err)

	t.Cleanup(func() { w.must(limited.Close()) })

	if _, err := limited.Write().ExecContext(t.Context(), `UPDATE instances SET status = 'failed'`); err == nil {
		t.Fatal("the user may do anything")
	}

	w.workload = demo.NewWorkload(demo.Config{
		DB: limited, Platform: w.platform, Now: w.now, Logger: slog.New(slog.DiscardHandler), Seed: 1, Speed: demo.DefaultSpeed,
	})
	w.live(10*time.Minute, 2*time.Second, nil)

	if stats := w.workload.Stats(); stats.Created == 0 || stats.Ended == 0 {
		t.Errorf("nothing happened: %+v", stats)
	}

	var worked int
	w.must(db.Read().QueryRowContext(t.Context(),
		`SELECT COUNT(*) FROM export_jobs WHERE completed_at >= '2026-03-02T09:00'`).Scan(&worked))

	if worked == 0 {
		t.Error("no export was worked")
	}
}
