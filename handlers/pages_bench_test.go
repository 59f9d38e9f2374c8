package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

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

	// What is in reach of such a page at most: the bare handler itself, where it reads its rows by their number.
	reading := httptest.NewServer(rowsPage(func(c echo.Context) ([]audit.Entry, error) {
		before, err := strconv.ParseInt(c.QueryParam("before"), 10, 64)
		if err != nil {
			return nil, err
		}

		return readRows(c.Request().Context(), w.DB, before)
	}))
	b.Cleanup(reading.Close)

	ready := httptest.NewServer(drawsRows(rows.Items))
	b.Cleanup(ready.Close)

	for _, connections := range []int{1, 32} {
		b.Run(fmt.Sprintf("reading/%d", connections), func(b *testing.B) {
			benchRatio(b, connections, worldtest.Load{URL: reading.URL + "?before=%d", Status: 200, Next: another()},
				worldtest.Load{URL: ready.URL, Status: 200})
		})
	}
}

// benchRatio reports how many times as many requests a second the one answers as the other.
func benchRatio(b *testing.B, connections int, ours, bare worldtest.Load) {
	b.Helper()

	var ratio, rate float64
	for b.Loop() {
		ratio, rate = worldtest.OfBare(b, ours, bare, connections)
	}

	b.ReportMetric(ratio, "of-bare")
	b.ReportMetric(rate, "per-s")
	b.ReportMetric(0, "ns/op")
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
			b.Run(fmt.Sprintf("%s/%s/%d", path, encoding, connections), func(b *testing.B) {
				benchRatio(b, connections, worldtest.Load{URL: w.URL + path, Header: header, Status: 200, Next: next},
					worldtest.Load{URL: server.URL, Header: header, Status: 200})
			})

			if revalidates {
				b.Run(fmt.Sprintf("%s/%s/%d/unchanged", path, encoding, connections), func(b *testing.B) {
					benchRatio(b, connections, worldtest.Load{URL: w.URL + path, Header: header, Status: 304, Revalidates: true},
						worldtest.Load{URL: server.URL, Header: header, Status: 304, Revalidates: true})
				})
			}
		}

		server.Close()
	}
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
