package controlplane_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// patience is for what must end long before it.
const patience = time.Minute

// A database that hangs, here as all its connections are held, refuses nothing and
// answers nothing: only the time that passes tells.
func TestHealthOfADatabaseThatHangs(t *testing.T) {
	t.Parallel()

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		p := open(t, db)
		holdConnections(t, db)

		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()

		found := must[ops.Health](t)(p.As(dave).GetClusterHealth(ctx))
		if found.Status != ops.Unhealthy || found.Components["database"].Status != ops.ComponentUnreachable {
			t.Errorf("health is %+v, want it unhealthy, the database unreachable", found)
		}

		_, err := p.As(alice).GetClusterHealth(ctx)
		wantCode(t, err, ops.CodeInsufficientRole)

		_, err = p.As(ops.Caller{}).GetClusterHealth(ctx)
		wantCode(t, err, ops.CodeUnauthorized)
	})
}

func holdConnections(t *testing.T, db *store.DB) {
	t.Helper()

	for range db.Read().Stats().MaxOpenConnections {
		conn, err := db.Read().Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() {
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// The write of the last login waits for somebody's lock, and the call does not.
func TestALockedDatabaseKeepsNoCallWaiting(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		_ = must[ops.ConcurrencyConfig](t)(p.As(dave).GetConcurrencyConfig(t.Context()))
		before := lastLogin(t, p.db)

		p.clock.Advance(2 * time.Hour)

		unlock := lockDave(t, p.db)

		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()

		if found := must[ops.Health](t)(p.As(dave).GetClusterHealth(ctx)); found.Status != ops.Healthy {
			t.Errorf("health is %+v, want it healthy", found)
		}

		_ = must[ops.ConcurrencyConfig](t)(p.As(dave).GetConcurrencyConfig(ctx))

		if got := lastLogin(t, p.db); got != before {
			t.Errorf("the last login was written through the lock: %s", got)
		}

		unlock()

		worldtest.Eventually(t, "the last login is written again", func() bool {
			_ = must[ops.ConcurrencyConfig](t)(p.As(dave).GetConcurrencyConfig(ctx))

			return lastLogin(t, p.db) != before
		})
	})
}

// Another process's lock on SQLite is waited for without regard to a context, for five
// seconds.
func TestAnotherProcessesLockKeepsHealthNotWaiting(t *testing.T) {
	t.Parallel()

	address := worldtest.Prepared.SQLiteURL(t)
	db := storetest.Open(t, address)

	p := open(t, db)
	lockDave(t, storetest.Open(t, address))

	// Who is new has to be added, which is what waits.
	worldtest.Within(t, 4*time.Second, func() {
		if found := must[ops.Health](t)(p.As(dave).GetClusterHealth(t.Context())); found.Status != ops.Healthy {
			t.Errorf("health is %+v, want it healthy", found)
		}
	})
}

// lockDave holds the lock that a write of dave's row needs, until the test ends or
// unlock is called.
func lockDave(t *testing.T, db *store.DB) (unlock func()) {
	t.Helper()

	tx, err := db.Write().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = tx.Rollback() })

	if _, err := tx.ExecContext(t.Context(), `UPDATE users SET email = email WHERE username = 'dave'`); err != nil {
		t.Fatal(err)
	}

	return func() {
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

func lastLogin(t *testing.T, db *store.DB) string {
	t.Helper()

	var at sql.NullString
	if err := db.Read().QueryRowContext(t.Context(), `SELECT last_login_at FROM users WHERE username = 'dave'`).Scan(&at); err != nil {
		t.Fatal(err)
	}

	return at.String
}
