package handlers_test

import (
	"net/http"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// BenchmarkKept is what a request for a kept page costs beside the connection.
func BenchmarkKept(b *testing.B) {
	w := handlerstest.New(b)
	cookie := sessionCookie(b, w, "dave")

	for _, encoding := range []string{"identity", "gzip"} {
		ask := func(tag string) *http.Request {
			request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, w.URL+"/jobs", http.NoBody)
			if err != nil {
				b.Fatal(err)
			}

			request.Header = http.Header{
				"Accept": {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, "Accept-Encoding": {encoding}, "Cookie": {cookie},
				"Sec-Fetch-Site": {"same-origin"}, "Sec-Fetch-Mode": {"navigate"}, "If-None-Match": {tag},
			}

			return request
		}

		first := &silent{header: http.Header{}}
		w.Console.ServeHTTP(first, ask(""))

		for name, tag := range map[string]string{"whole": "", "unchanged": first.header.Get("Etag")} {
			b.Run(encoding+"/"+name, func(b *testing.B) {
				b.ReportAllocs()

				request := ask(tag)

				for b.Loop() {
					answer := &silent{header: http.Header{}}
					w.Console.ServeHTTP(answer, request.Clone(request.Context()))

					if tag != "" && answer.status == http.StatusOK { // it looks another way by now
						request.Header["If-None-Match"] = answer.header["Etag"]
					}
				}
			})
		}
	}
}

// silent is a [http.ResponseWriter] to nobody.
type silent struct {
	header http.Header
	status int
}

func (s *silent) Header() http.Header { return s.header }

func (s *silent) WriteHeader(status int) { s.status = status }

func (*silent) Write(data []byte) (int, error) { return len(data), nil }
