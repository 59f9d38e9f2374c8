package jobqueue_test

import (
	"context"
	"database/sql"
	"log/slog"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/store"
)

// TestAStartWithNothingToMigrateWaitsForNobody has another replica keep its turn meanwhile.
func TestAStartWithNothingToMigrateWaitsForNobody(t *testing.T) {
	t.Parallel()

	prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		logger := slog.New(slog.DiscardHandler)

		// River has more than two versions.
		table := map[store.Dialect]string{store.SQLite: "river_migration", store.Postgres: "opsconsole_river.river_migration"}[db.Dialect()]
		if db.HasVersions(t.Context(), `SELECT version FROM `+table, []int64{1, 2}) {
			t.Error("more versions than are known count as none too many")
		}

		if db.HasVersions(t.Context(), `SELECT version FROM `+table+` WHERE version < 3`, []int64{1, 2, 3}) {
			t.Error("a version that is missing is not missed")
		}

		if err := db.Alone(t.Context(), func(ctx context.Context, _ *sql.DB) error {
			ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
			defer cancel()

			if err := db.Migrate(ctx); err != nil {
				return err
			}

			return jobqueue.Migrate(ctx, db, logger)
		}); err != nil {
			t.Error(err)
		}
	})
}
