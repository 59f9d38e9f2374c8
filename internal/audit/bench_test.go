package audit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// BenchmarkLog reads a log of ever more entries in every way that its page does.
// docs/performance.md has the numbers.
func BenchmarkLog(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLiteURL, "postgres": storetest.PostgresURL} {
		b.Run(name, func(b *testing.B) {
			sizes := []int{100, 1000, 100_000}
			logs := make([]*audit.Log, len(sizes))

			for i, rows := range sizes {
				db := storetest.Open(b, url(b))
				fillLog(b, db, rows)

				logs[i] = audit.New(db, time.Now)
			}

			for query, filter := range filters() {
				for i, rows := range sizes {
					b.Run(fmt.Sprintf("%s/entries=%d", query, rows), func(b *testing.B) {
						for b.Loop() {
							if _, err := logs[i].List(b.Context(), filter(rows)); err != nil {
								b.Fatal(err)
							}
						}
					})
					b.Run(fmt.Sprintf("count_%s/entries=%d", query, rows), func(b *testing.B) {
						for b.Loop() {
							if _, err := logs[i].Count(b.Context(), filter(rows)); err != nil {
								b.Fatal(err)
							}
						}
					})
				}
			}
		})
	}
}

// filters are those of the log's page; the rare ones select what lies at the very
// beginning alone.
func filters() map[string]func(rows int) audit.Filter {
	fixed := func(f audit.Filter) func(int) audit.Filter { return func(int) audit.Filter { return f } }

	return map[string]func(int) audit.Filter{
		"all":         fixed(audit.Filter{}),
		"deep":        func(rows int) audit.Filter { return audit.Filter{Before: int64(rows / 2)} },
		"actor":       fixed(audit.Filter{Actor: "operator-7"}),
		"actor_rare":  fixed(audit.Filter{Actor: "carol"}),
		"action":      fixed(audit.Filter{Action: audit.ConfigSave}),
		"action_rare": fixed(audit.Filter{Action: audit.LogExport}),
		"object":      fixed(audit.Filter{Object: "config/export"}),
		"outcome":     fixed(audit.Filter{Outcome: audit.Refused}),
		"since":       fixed(audit.Filter{From: writtenAt(1)}),
		"until":       fixed(audit.Filter{Until: writtenAt(40)}),
		"actor_since": fixed(audit.Filter{Actor: "operator-7", From: writtenAt(1)}),
		"an_hour": func(rows int) audit.Filter {
			middle := writtenAt(rows / 2)

			return audit.Filter{From: middle.Add(-30 * time.Minute), Until: middle.Add(30 * time.Minute)}
		},
	}
}

func writtenAt(n int) time.Time {
	return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Minute)
}

// fillLog writes as many entries as rows, every minute one. The first three are an
// export by somebody who did nothing since.
func fillLog(b *testing.B, db *store.DB, rows int) {
	b.Helper()

	entries := make([][]any, 0, rows)

	for n := 1; n <= rows; n++ {
		actor, action, object, outcome := fmt.Sprintf("operator-%d", n%20), audit.ConfigSave, "config/export", audit.Intent

		switch {
		case n <= 3:
			actor, action, object, outcome = "carol", audit.LogExport, "/audit.csv", audit.Done
		case n%40 == 0:
			outcome = audit.Refused
		case n%2 == 0:
			outcome = audit.Done
		case n%5 == 0:
			action, object = audit.JobTrigger, "jobs/lifecycle"
		}

		entries = append(entries, []any{
			n,
			store.Time{Time: writtenAt(n)},
			actor, "ops", "192.0.2.7", "request", action, object, outcome,
			fmt.Sprintf("reason number %d", n), 0, 0, `{"max_duration_seconds": 60}`, `{"max_duration_seconds": 90}`, "", "before", "after",
		})
	}

	storetest.Fill(b, db, `opsconsole_audit (seq, at, actor, role, remote_addr, request_id, action, object, outcome,
		reason, intent, change_id, before_json, after_json, message, prev_hash, hash)`, entries)
}
