package controlplane_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// BenchmarkOfBare asks what is asked most of the embedded control plane, and in turn a bare Echo handler that answers
// short JSON. It reports how many times as many requests a second the control plane answers; docs/performance.md has the
// numbers.
func BenchmarkOfBare(b *testing.B) {
	const asks = "/one statement"

	bare := echo.New()
	bare.GET("/*", func(c echo.Context) error { return c.JSON(http.StatusOK, map[string]any{"status": "ok", "value": 5}) })

	beside := httptest.NewServer(bare)
	b.Cleanup(beside.Close)

	for _, database := range []struct {
		name string
		url  func(testing.TB) string
	}{{"sqlite", worldtest.Prepared.SQLiteURL}, {"postgres", worldtest.Prepared.PostgresURL}} {
		db := storetest.Open(b, database.url(b))
		address := serveBench(b, db, 1000, false)

		// What is in reach of each of them at most: bare Echo that asks the database for one number.
		asking := httptest.NewServer(asksOnce(db))
		b.Cleanup(asking.Close)

		for _, path := range []string{
			asks,
			"/api/config/lifecycle", "/api/config/concurrency", "/api/config/maintenance", "/api/config/export",
			"/api/cluster/instances", "/api/ops/state", "/api/ops/jobs/status",
		} {
			for _, encoding := range []string{"identity", "gzip"} {
				header := []string{
					"Accept: application/json", "Accept-Encoding: " + encoding,
					ops.HeaderUsername + ": dave", ops.HeaderUserRole + ": " + string(ops.RoleOps),
				}

				for _, connections := range []int{1, 32} {
					b.Run(fmt.Sprintf("%s%s/%s/%d", database.name, path, encoding, connections), func(b *testing.B) {
						ours := worldtest.Load{URL: address + path, Header: header, Status: http.StatusOK}
						if path == asks {
							ours.URL = asking.URL
						}

						theirs := worldtest.Load{URL: beside.URL, Header: header, Status: http.StatusOK}

						var ratio, rate float64
						for b.Loop() {
							ratio, rate = worldtest.OfBare(b, ours, theirs, connections)
						}

						b.ReportMetric(ratio, "of-bare")
						b.ReportMetric(rate, "per-s")
						b.ReportMetric(0, "ns/op")
					})
				}
			}
		}
	}
}

// asksOnce is bare Echo that answers with what the database says to the shortest of questions.
func asksOnce(db *store.DB) http.Handler {
	e := echo.New()
	e.GET("/*", func(c echo.Context) error {
		var value int
		if err := db.Read().QueryRowContext(c.Request().Context(), `SELECT 5`).Scan(&value); err != nil {
			return err
		}

		return c.JSON(http.StatusOK, map[string]any{"status": "ok", "value": value})
	})

	return e
}
