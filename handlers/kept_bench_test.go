package handlers_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// BenchmarkKept is what a request for a kept page costs beside the connection.
func BenchmarkKept(b *testing.B) {
	w := handlerstest.New(b)
	cookie := sessionCookie(b, w, "dave")

	for _, encoding := range []string{"identity", "gzip"} {
		ask := func(tag string) *http.Request { return asks(b, w.URL+"/jobs", cookie, encoding, tag) }

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

// asks is a request of an operator's browser.
func asks(b *testing.B, address, cookie, encoding, tag string) *http.Request {
	b.Helper()

	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		b.Fatal(err)
	}

	request.Header = http.Header{
		"Accept": {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, "Accept-Encoding": {encoding}, "Cookie": {cookie},
		"Sec-Fetch-Site": {"same-origin"}, "Sec-Fetch-Mode": {"navigate"}, "If-None-Match": {tag},
	}

	return request
}

// BenchmarkUnseen is what a page of a hundred rows costs that nobody has asked for.
func BenchmarkUnseen(b *testing.B) {
	const rows = 20_000

	w := handlerstest.New(b)
	fillRecord(b, w.DB, rows)

	cookie := sessionCookie(b, w, "dave")

	for _, path := range []string{"/history", "/audit"} {
		for _, encoding := range []string{"identity", "gzip"} {
			b.Run(path[1:]+"/"+encoding, func(b *testing.B) {
				b.ReportAllocs()

				next := 0

				for b.Loop() {
					next = (next + 1) % (rows / 2)
					answer := &silent{header: http.Header{}}
					w.Console.ServeHTTP(answer, asks(b, w.URL+path+"?limit=100&before="+strconv.Itoa(rows-next), cookie, encoding, ""))

					if answer.status != http.StatusOK {
						b.Fatalf("answered %d", answer.status)
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
