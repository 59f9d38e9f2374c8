package handlers_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	index "github.com/graph-olap/opsconsole/internal/search"
)

// BenchmarkFind searches two consoles in turn: one of a thousand changes and one of a hundred thousand, each with twice as many
// audit entries, and reports the median of the second, and how many times that of the first it is. docs/performance.md has the numbers.
func BenchmarkFind(b *testing.B) {
	onEach(b, func(b *testing.B, open func(testing.TB) *handlerstest.World) {
		b.Helper()

		small, large := open(b), open(b)
		fillSearched(b, small, 1000)
		fillSearched(b, large, 100_000)

		for name, text := range map[string]string{
			"all": "reason", "one in twenty": "operator+7", "one": "reason+77", "a letter": "r", "none": "nothing", "the oldest third": "oldest",
		} {
			for _, path := range []string{"/find", "/history", "/audit"} {
				b.Run(path+" "+name, func(b *testing.B) {
					var took [2][]time.Duration

					for n := 0; b.Loop(); n++ {
						address := path + "?q=" + text
						if path != "/find" { // A page that was drawn before is kept.
							address += "&limit=" + strconv.Itoa(50+n%100)
						}

						for i, w := range []*handlerstest.World{small, large} {
							begun := time.Now()

							if got := w.Get(address, "Accept", "text/html"); got.Status != http.StatusOK {
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
		}
	})
}

// fillSearched makes a record, and indexes it.
func fillSearched(b *testing.B, w *handlerstest.World, rows int) {
	b.Helper()
	fillRecord(b, w.DB, rows)

	if err := index.New(w.DB).CatchUp(b.Context()); err != nil {
		b.Fatal(err)
	}
}
