package health_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestDatabaseThatIsGone(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		checker := newChecker(t, health.Config{DB: db})
		if checker.DatabaseAnswers(t.Context()) {
			t.Error("a database without the platform's tables answers")
		}

		if err := db.Close(); err != nil {
			t.Fatal(err)
		}

		want(t, check(t, newChecker(t, health.Config{DB: db})), "database", ops.ComponentUnreachable, ops.Unhealthy,
			"the database cannot be reached; the log has the cause")
	})
}

func TestPostgresSaysWhatItWants(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.PostgresURL(t))
	want(t, check(t, newChecker(t, health.Config{DB: db})), "database", ops.ComponentUnreachable, ops.Unhealthy,
		"the database refused the query: the platform's tables are missing; check --database-url")

	if err := controlplane.Prepare(t.Context(), db); err != nil {
		t.Fatal(err)
	}

	want(t, check(t, newChecker(t, health.Config{DB: db})), "database", ops.ComponentConnected, ops.Healthy, "")
}

// One that takes no writes is connected, and the platform is not healthy.
func TestDatabaseThatCannotBeWritten(t *testing.T) {
	t.Parallel()

	db := prepared(t)
	storetest.FillDisk(t, db)

	checker := newChecker(t, health.Config{DB: db})
	want(t, check(t, checker), "database", ops.ComponentConnected, ops.Healthy, "")

	if err := db.ProbeWrite(t.Context()); err == nil {
		t.Fatal("there is room")
	}

	found := check(t, newChecker(t, health.Config{DB: db}))
	want(t, found, "database", ops.ComponentConnected, ops.Degraded, "the database can be read but not written: its disk is full")

	if !checker.DatabaseAnswers(t.Context()) {
		t.Error("it answers, and is said not to")
	}
}

// Whoever holds every connection keeps the probe from its own.
func TestDatabaseWhoseConnectionsAreAllInUse(t *testing.T) {
	t.Parallel()

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		var held []*sql.Conn

		for range db.Read().Stats().MaxOpenConnections {
			conn, err := db.Read().Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}

			held = append(held, conn)
		}

		checker := newChecker(t, health.Config{DB: db, Timeout: 100 * time.Millisecond})

		found := check(t, checker)

		want(t, found, "database", ops.ComponentUnreachable, ops.Unhealthy,
			fmt.Sprintf("all %d connections to the database are in use: look for long transactions", len(held)))

		for _, conn := range held {
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}
