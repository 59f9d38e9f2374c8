package handlers_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// BenchmarkFlat asks two consoles for each page in turn, drawn anew each time: one with a thousand changes, one with a
// million, twice as many audit entries, 10,000 windows that are over, and a month of samples. It reports how many times longer
// the second takes, by the median. docs/performance.md has the numbers.
func BenchmarkFlat(b *testing.B) {
	const few, many = 1000, 1_000_000

	onEach(b, func(b *testing.B, open func(testing.TB) *handlerstest.World) {
		b.Helper()

		small, large := open(b), open(b)
		fillRecord(b, small.DB, few)
		fillSamples(b, small.DB, 1)
		fillRecord(b, large.DB, many)
		fillSamples(b, large.DB, 31)
		fillWindows(b, small, 10)
		fillWindows(b, large, 10_000)

		for _, w := range []*handlerstest.World{small, large} {
			if err := w.Monitor.Tidy(b.Context()); err != nil { // as it does every hour
				b.Fatal(err)
			}
		}

		for _, path := range []string{
			"/", "/health", "/capacity", "/capacity?range=24h", "/capacity?range=30d", "/jobs", "/exports", "/metrics", "/maintenance",
			"/config/lifecycle", "/config/concurrency", "/config/export", "/config/maintenance", "/leases", "/points",
			"/history", "/history?section=export", "/history?field=cluster_total", "/history?actor=operator-7", "/history?source=lease_end",
			"/audit", "/audit?actor=operator-7", "/audit?action=job.trigger", "/audit?outcome=refused", "/history/7", "/history/7/restore",
		} {
			b.Run(path, func(b *testing.B) {
				var took [2][]time.Duration

				for b.Loop() {
					for i, w := range []*handlerstest.World{small, large} {
						w.Monitor.Poll(b.Context()) // what was drawn before is not kept beyond that

						begun := time.Now()

						if got := w.Get(path, "Accept", "text/html"); got.Status != http.StatusOK {
							b.Fatalf("got %d\n%s", got.Status, got.Body)
						}

						took[i] = append(took[i], time.Since(begun))
					}
				}

				b.ReportMetric(float64(median(took[1]))/float64(median(took[0])), "times")
				b.ReportMetric(float64(median(took[1]).Microseconds())/1000, "ms")
				b.ReportMetric(0, "ns/op")
			})
		}
	})
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)

	return of[len(of)/2]
}
