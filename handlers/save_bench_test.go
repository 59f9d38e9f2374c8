package handlers_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// BenchmarkSave is a save as a script makes it, by one client: the whole request, without the wait for a disk.
func BenchmarkSave(b *testing.B) {
	onEach(b, func(b *testing.B, open func(testing.TB) *handlerstest.World) {
		b.Helper()

		w := open(b)
		revision := w.Revision()

		for n := 0; b.Loop(); n++ {
			got := w.Post("/config/concurrency", fmt.Sprintf(`{"revision": %q, "per_analyst": %d, "reason": "Measured save %d"}`, revision, 4+n%2, n))
			if got.Status != http.StatusOK {
				b.Fatalf("got %d\n%s", got.Status, got.Body)
			}

			b.StopTimer()

			revision = w.Revision()

			b.StartTimer()
		}
	})
}
