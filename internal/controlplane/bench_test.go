package controlplane_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	// benchAnalysts hold the instances, however many there are, so that what is
	// returned stays the same when what is stored grows.
	benchAnalysts = 40
	// benchCallers ask at the same time, for each processor.
	benchCallers = 4
)

// BenchmarkGET asks every GET of the contract over HTTP, of platforms with ever
// more instances and export jobs. It reports requests a second and the 99th
// percentile of how long one took; docs/performance.md has the numbers.
func BenchmarkGET(b *testing.B) {
	paths := []string{
		"/api/cluster/health",
		"/api/cluster/instances",
		"/metrics",
		"/api/config/lifecycle",
		"/api/config/concurrency",
		"/api/config/maintenance",
		"/api/config/export",
		"/api/ops/jobs/status",
		"/api/ops/state",
		"/api/ops/export-jobs",
		"/api/ops/export-jobs?status=failed&limit=100",
		"/api/instances",
		"/api/instances?owner=analyst-3&status=running&limit=3",
		"/api/instances?search=rare",      // ten, however many there are
		"/api/instances?search=graph%208", // one of nine or ten
		"/api/instances/5",
		"/health",
		"/ready",
	}

	for _, database := range []struct {
		name    string
		url     func(testing.TB) string
		foreign bool
	}{
		{"sqlite", worldtest.Prepared.SQLiteURL, false},
		{"postgres", worldtest.Prepared.PostgresURL, false},
		{"platform", worldtest.Prepared.PostgresURL, true}, // tables that were there before have no counters
	} {
		b.Run(database.name, func(b *testing.B) {
			sizes := []int{10, 1000, 100_000}
			addresses := make([]string, len(sizes))

			for i, rows := range sizes {
				addresses[i] = serveBench(b, storetest.Open(b, database.url(b)), rows, database.foreign)
			}

			// One size after the other, so that what else the machine does meets them alike.
			for _, path := range paths {
				for i, rows := range sizes {
					b.Run(fmt.Sprintf("%s/rows=%d", path, rows), func(b *testing.B) { ask(b, addresses[i]+path) })
				}
			}
		})
	}
}

// ask asks from several callers at once.
func ask(b *testing.B, address string) {
	b.Helper()

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	defer client.CloseIdleConnections()

	var (
		mu   sync.Mutex
		took []time.Duration
	)

	b.SetParallelism(benchCallers)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var mine []time.Duration

		for pb.Next() {
			start := time.Now()

			if err := askOnce(b.Context(), client, address); err != nil {
				b.Error(err)

				return
			}

			mine = append(mine, time.Since(start))
		}

		mu.Lock()
		defer mu.Unlock()

		took = append(took, mine...)
	})
	b.StopTimer()

	if len(took) == 0 {
		return
	}

	slices.Sort(took)
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "req/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func askOnce(ctx context.Context, client *http.Client, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}

	request.Header.Set(ops.HeaderUsername, "dave")
	request.Header.Set(ops.HeaderUserRole, string(ops.RoleOps))

	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}

	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", response.Status, body)
	}

	return nil
}

// makeForeign takes away what a platform's own tables do not have.
func makeForeign(tb testing.TB, db *store.DB) {
	tb.Helper()

	exec(tb, db, `DROP TABLE opsconsole_counts`)
	exec(tb, db, `DROP INDEX opsconsole_instances_search`)
	exec(tb, db, `DROP FUNCTION opsconsole_count, opsconsole_count_alone CASCADE`)
}

// serveBench serves a platform with as many instances, and export jobs, as rows.
func serveBench(b *testing.B, db *store.DB, rows int, foreign bool) (address string) {
	b.Helper()

	if foreign {
		makeForeign(b, db)
	}

	seed(b, db, benchAnalysts, rows, rows)
	exec(b, db, fmt.Sprintf(`UPDATE instances SET description = 'a rare one' WHERE id %% %d = 0`, rows/10))
	exec(b, db, `ANALYZE`)

	logger := slog.New(slog.DiscardHandler)
	registry := prometheus.NewRegistry()
	registry.MustRegister(controlplane.NewDatabaseConnections(db))

	runner := must[*jobs.Runner](b)(jobs.New(b.Context(), jobs.Config{
		DB: db, Now: time.Now, Logger: logger, Enqueuer: worldtest.NoQueue{}, Registry: registry,
	}))
	platform := worldtest.ControlPlane(b, controlplane.Config{DB: db, Now: time.Now, Jobs: runner, Metrics: registry, Version: "1.2.3"})
	handler := must[http.Handler](b)(opsapi.New(opsapi.Config{
		Platform: platform, Instances: platform, Probes: platform, Logger: logger, DataVersion: platform.DataVersion,
		Authenticate: opsapi.Authenticator{HeaderNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
	}))

	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)

	return server.URL
}
