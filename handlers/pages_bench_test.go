package handlers_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// BenchmarkPages asks the console for its pages as an operator's browser does, and in turn a bare
// Echo handler that sends the same bytes ready-made, or for lists draws a page of as many rows. It
// reports how many times as many requests a second the console answers. docs/performance.md has
// the numbers; ./task bench:pages runs it.
func BenchmarkPages(b *testing.B) {
	w := handlerstest.New(b)
	fillRecord(b, w.DB, 20_000)
	fillSamples(b, w.DB, 1)
	w.Announce(nil)
	w.Save(`"per_analyst": 6, "reason": "More memory per analyst"`)

	cookie := sessionCookie(b, w, "dave")

	// Time goes on: the platform is polled as it always is.
	ctx, stop := context.WithCancel(b.Context())
	polled := make(chan struct{})

	go func() {
		defer close(polled)

		for ticker := time.NewTicker(5 * time.Second); ; {
			w.Monitor.Poll(ctx)

			select {
			case <-ctx.Done():
				ticker.Stop()

				return
			case <-ticker.C:
			}
		}
	}()

	b.Cleanup(func() { stop(); <-polled })

	for _, path := range []string{"/", "/health", "/capacity", "/jobs", "/exports", "/maintenance", "/config/concurrency"} {
		benchAgainst(b, w, path, cookie, sameBytes, nil, true)
	}

	rows, err := w.Log.List(b.Context(), audit.Filter{Limit: 100})
	if err != nil {
		b.Fatal(err)
	}

	drawn := func(testing.TB, string, string, string) http.Handler { return drawsRows(rows.Items) }

	another := func() func() int64 {
		next := atomic.Int64{}
		next.Store(20_000)

		return func() int64 { return next.Add(-1) }
	}

	for _, path := range []string{
		"/history?limit=100", "/audit?limit=100",
		"/history?limit=100&section=concurrency", "/history?limit=100&before=500", "/audit?limit=100&action=config.save",
	} {
		benchAgainst(b, w, path, cookie, drawn, nil, false)
	}

	// A page that nobody has asked for yet, each time.
	benchAgainst(b, w, "/history?limit=100&before=%d", cookie, drawn, another(), false)
	benchAgainst(b, w, "/audit?limit=100&before=%d", cookie, drawn, another(), false)
}

// benchAgainst compares an address with the bare handler; next is nil, or the number in the address.
func benchAgainst(
	b *testing.B, w *handlerstest.World, path, cookie string, bare func(tb testing.TB, address, cookie, encoding string) http.Handler, next func() int64, revalidates bool,
) {
	b.Helper()

	for _, encoding := range []string{"identity", "gzip"} {
		server := httptest.NewServer(bare(b, w.URL+path, cookie, encoding))
		header := []string{
			"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Encoding: " + encoding, "Cookie: " + cookie,
			"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: navigate",
		}

		for _, connections := range []int{1, 32} {
			compare := func(b *testing.B, ours, bare worldtest.Load) {
				b.Helper()

				var ratio, rate float64
				for b.Loop() {
					ratio, rate = worldtest.OfBare(b, ours, bare, connections)
				}

				b.ReportMetric(ratio, "of-bare")
				b.ReportMetric(rate, "per-s")
				b.ReportMetric(0, "ns/op")
			}

			b.Run(fmt.Sprintf("%s/%s/%d", path, encoding, connections), func(b *testing.B) {
				compare(b, worldtest.Load{URL: w.URL + path, Header: header, Status: 200, Next: next},
					worldtest.Load{URL: server.URL, Header: header, Status: 200})
			})

			if revalidates {
				b.Run(fmt.Sprintf("%s/%s/%d/unchanged", path, encoding, connections), func(b *testing.B) {
					compare(b, worldtest.Load{URL: w.URL + path, Header: header, Status: 304, Revalidates: true},
						worldtest.Load{URL: server.URL, Header: header, Status: 304, Revalidates: true})
				})
			}
		}

		server.Close()
	}
}

// sameBytes is bare Echo that answers as the console does, with its bytes ready-made.
func sameBytes(tb testing.TB, address, cookie, encoding string) http.Handler {
	tb.Helper()

	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		tb.Fatal(err)
	}

	request.Header.Set("Accept", "text/html")
	request.Header.Set("Accept-Encoding", encoding)
	request.Header.Set("Cookie", cookie)

	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		tb.Fatalf("%s: got %d, %v\n%s", address, response.StatusCode, err, body)
	}

	const tag = `"it-is-unchanged"`

	e := echo.New()
	e.GET("/*", func(c echo.Context) error {
		header := c.Response().Header()
		header.Set("Etag", tag)

		if c.Request().Header.Get("If-None-Match") == tag {
			return c.NoContent(http.StatusNotModified)
		}

		if encoding != "identity" {
			header.Set(echo.HeaderContentEncoding, encoding)
		}

		return c.Blob(http.StatusOK, echo.MIMETextHTMLCharsetUTF8, body)
	})

	return e
}

// drawsRows is bare Echo that draws a page of rows.
func drawsRows(entries []audit.Entry) http.Handler {
	e := echo.New()
	e.Use(middleware.Gzip())
	e.GET("/*", func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)

		return handlerstest.Rows(entries).Render(c.Request().Context(), c.Response())
	})

	return e
}

// sessionCookie signs somebody in, and returns their browser's cookie.
func sessionCookie(tb testing.TB, w *handlerstest.World, username string) string {
	tb.Helper()

	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}

	browser := &http.Client{Jar: jar}
	_, at := browse(tb, browser, http.MethodGet, w.URL+"/auth/start", "")
	browse(tb, browser, http.MethodPost, at.String(), "username="+username)

	here, err := url.Parse(w.URL)
	if err != nil {
		tb.Fatal(err)
	}

	for _, cookie := range jar.Cookies(here) {
		if cookie.Name == "opsconsole" {
			return cookie.String()
		}
	}

	tb.Fatal("no session")

	return ""
}
