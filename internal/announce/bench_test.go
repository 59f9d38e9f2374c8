package announce_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// many is a busy quarter and what is planned for the next.
func many() []maintenance.Window {
	list := make([]maintenance.Window, 0, 100)

	for i := range 100 {
		phase := maintenance.Completed
		if i > 70 {
			phase = maintenance.Announced
		}

		list = append(list, window(fmt.Sprint("w", i), phase, noon.Add(time.Duration(i-71)*24*time.Hour)))
	}

	return list
}

// BenchmarkServe is everybody opening the announcements at once.
func BenchmarkServe(b *testing.B) {
	for _, path := range announce.Paths() {
		for name, header := range map[string]string{"first": "", "again": "If-None-Match"} {
			b.Run(path[1:]+"/"+name, func(b *testing.B) {
				w := newWorld()
				w.windows = many()
				f := w.feeds(nil)

				ask := func(tag string) *httptest.ResponseRecorder {
					r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, http.NoBody)
					r.Header.Set("Accept-Encoding", "gzip")

					if header != "" {
						r.Header.Set(header, tag)
					}

					answer := httptest.NewRecorder()
					f.ServeHTTP(answer, r)

					return answer
				}
				first := ask("")

				b.ReportAllocs()
				b.ReportMetric(float64(first.Body.Len()), "body-B")
				b.ResetTimer()

				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						ask(first.Header().Get("ETag"))
					}
				})
			})
		}
	}
}

// BenchmarkState is what a new state costs, once, whoever asks.
func BenchmarkState(b *testing.B) {
	w := newWorld()
	w.windows = many()
	f := w.feeds(nil)
	states := []ops.HealthStatus{ops.Healthy, ops.Degraded}

	for i := 0; b.Loop(); i++ {
		w.set(func(w *world) { w.health = states[i%2] })

		if _, err := f.View(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
