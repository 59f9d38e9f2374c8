package worldtest

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Pass has time pass for the processes of a test, whose clock it is and on which its database agrees ([store.DB.AgreeOn]), and for the
// signs of life of open changes, which PostgreSQL dates by its own: they become older instead. A clock that is set is
// [Clock.Advance] alone.
func Pass(tb testing.TB, db *store.DB, clock *Clock, d time.Duration) {
	tb.Helper()
	clock.Advance(d)

	if db.Dialect() != store.Postgres {
		return
	}

	if _, err := db.Exec(tb.Context(),
		`UPDATE opsconsole_changes SET alive_at = alive_at - $1 * interval '1 millisecond' WHERE outcome IN ('pending', 'unknown')`,
		d.Milliseconds()); err != nil {
		tb.Fatal(err)
	}
}
