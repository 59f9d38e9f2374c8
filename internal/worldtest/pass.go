package worldtest

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Pass has time pass for the processes of a test, whose clock it is, and for PostgreSQL, whose clock nobody moves: what that has dated
// of open changes and of keys, the signs of life, becomes older instead. A clock that is set is [Clock.Advance] alone.
func Pass(tb testing.TB, db *store.DB, clock *Clock, d time.Duration) {
	tb.Helper()
	clock.Advance(d)

	if db.Dialect() != store.Postgres {
		return
	}

	for _, older := range []string{
		`UPDATE opsconsole_changes SET alive_at = alive_at - $1 * interval '1 millisecond' WHERE outcome IN ('pending', 'unknown')`,
		`UPDATE opsconsole_idempotency SET seen_at = to_char((seen_at::timestamptz - $1 * interval '1 millisecond') AT TIME ZONE 'UTC',
			'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') WHERE finished_at IS NULL`,
	} {
		if _, err := db.Exec(tb.Context(), older, d.Milliseconds()); err != nil {
			tb.Fatal(err)
		}
	}
}
