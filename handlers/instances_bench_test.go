package handlers_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/store"
)

// BenchmarkInstances asks two consoles in turn for what leads to instances and shows them: one whose embedded control plane has
// a thousand instances of fifty owners, one with 100,000 of 5,000. It reports how many times longer the second takes, by the
// least, as a page of some milliseconds waits for whatever else the machine does. docs/performance.md has the numbers.
func BenchmarkInstances(b *testing.B) {
	const few, many, each = 1000, 100_000, 20

	onEach(b, func(b *testing.B, open func(testing.TB) *handlerstest.World) {
		b.Helper()

		small, large := open(b), open(b)
		fillInstances(b, small.DB, few, each)
		fillInstances(b, large.DB, many, each)

		for _, w := range []*handlerstest.World{small, large} {
			w.Monitor.Poll(b.Context())
		}

		var review strings.Builder
		for id := 101; id <= 150; id++ {
			fmt.Fprintf(&review, "&id=%d", id)
		}

		// A %d is the page before the last one, which differs.
		for _, path := range []string{
			"/instances", "/instances?page=%d", "/instances?status=running", "/instances?status=running&page=2",
			"/instances?owner=analyst-7", "/instances?owner=analyst-7&status=failed", "/instances?q=rare", "/instances?q=graph+77",
			"/instances/500", "/instances/terminate?" + review.String()[1:], "/capacity", "/", "/find?q=analyst-7", "/find?q=analyst",
			"/find?in=instances&q=analyst-7", "/find?in=instances&q=rare",
		} {
			b.Run(name(path), func(b *testing.B) {
				var took [2][]time.Duration

				for n := 0; b.Loop(); n++ {
					for i, w := range []*handlerstest.World{small, large} {
						if path == "/" || path == "/capacity" {
							w.Monitor.Poll(b.Context()) // what was drawn before is not kept beyond that
						}

						address := path
						if strings.Contains(path, "%d") {
							address = fmt.Sprintf(path, []int{few, many}[i]/50-1)
						}

						begun := time.Now()

						if got := w.Get(address, "Accept", "text/html"); got.Status != http.StatusOK {
							b.Fatalf("got %d\n%s", got.Status, got.Body)
						}

						took[i] = append(took[i], time.Since(begun))
					}
				}

				b.ReportMetric(float64(slices.Min(took[1]))/float64(slices.Min(took[0])), "times")
				b.ReportMetric(float64(slices.Min(took[1]).Microseconds())/1000, "ms")
				b.ReportMetric(0, "ns/op")
			})
		}
	})
}

// name is a path without numbers of which there are many.
func name(path string) string {
	path = strings.Replace(path, "%d", "deep", 1)

	return path[:min(len(path), 40)]
}

// fillInstances gives the embedded control plane as many instances, of owners with as many each, in every state; ten are rare.
func fillInstances(tb testing.TB, db *store.DB, rows, each int) {
	tb.Helper()

	numbers := func(n int) string {
		return fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d)`, n)
	}
	owners, at := rows/each, minuteAgo(db, "60")

	fill(tb, db, strings.Join([]string{
		`INSERT INTO users (username, email, display_name, created_at, updated_at, is_active) ` + numbers(owners) + `
			SELECT 'analyst-' || i, 'analyst-' || i || '@example.com', 'Analyst ' || i, ` + at + `, ` + at + `, 1 FROM n`,
		`INSERT INTO mappings (owner_username, name, current_version, created_at, updated_at)
			SELECT username, 'sales', 1, created_at, created_at FROM users WHERE username LIKE 'analyst-%'`,
		`INSERT INTO mapping_versions (mapping_id, version, node_definitions, edge_definitions, created_at, created_by)
			SELECT id, 1, '[]', '[]', created_at, owner_username FROM mappings`,
		`INSERT INTO snapshots (mapping_id, mapping_version, owner_username, name, gcs_path, status, created_at, updated_at)
			SELECT id, 1, owner_username, 'sales', 'gs://exports/', 'ready', created_at, created_at FROM mappings`,
		fmt.Sprintf(`INSERT INTO instances (snapshot_id, owner_username, wrapper_type, name, description, url_slug, status,
				created_at, updated_at, last_activity_at, ttl) `+numbers(rows)+`
			SELECT s.id, s.owner_username, 'ryugraph', 'graph ' || i, CASE WHEN i %% %[1]d = 0 THEN 'a rare one' END, 'slug-' || i,
				CASE i %% 7 WHEN 0 THEN 'waiting_for_snapshot' WHEN 1 THEN 'starting' WHEN 2 THEN 'stopping' WHEN 3 THEN 'failed'
					WHEN 4 THEN 'suspended' WHEN 5 THEN 'resuming' ELSE 'running' END, %[3]s, %[3]s, %[3]s, 'PT24H'
			FROM n JOIN snapshots s ON s.owner_username = 'analyst-' || (i %% %[2]d)`, rows/10, owners, at),
	}, ";"))
}
