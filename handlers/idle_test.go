package handlers_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// tab is the browser's end of a stream: it says how many bytes have come with each message.
type tab struct {
	*httptest.ResponseRecorder

	came chan int
}

func (b *tab) Flush() { b.came <- b.Body.Len() }

func (b *tab) await(t *testing.T, page string) int {
	t.Helper()

	select {
	case n := <-b.came:
		return n
	case <-time.After(30 * time.Second):
		t.Fatalf("%s: no message came", page)

		return 0
	}
}

// TestAnIdleTabTakesLittle holds each live page to what it may take in a minute, polled every five
// seconds, while nothing happens on the platform but that it is asked.
func TestAnIdleTabTakesLittle(t *testing.T) {
	t.Parallel()

	const (
		polls = 12
		most  = 10_000
	)

	w := handlerstest.New(t)
	token := w.Token("dave")
	ctx, leave := context.WithCancel(t.Context())
	tabs := map[string]*tab{}

	defer leave()

	for _, page := range []string{
		"", "overview", "health", "health?range=7d", "capacity", "capacity?range=24h", "jobs", "exports", "metrics", "maintenance",
		"config-concurrency", "leases", "instances",
	} {
		address := "/events"
		if page != "" {
			address += "?" + url.Values{"page": {page}}.Encode()
		}

		request := httptest.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Accept-Encoding", "gzip")

		tabs[page] = &tab{httptest.NewRecorder(), make(chan int, polls+1)}

		go w.Console.ServeHTTP(tabs[page], request)
	}

	first, last := map[string]int{}, map[string]int{}
	for page, b := range tabs {
		first[page] = b.await(t, page)
	}

	for range polls {
		w.Monitor.Poll(t.Context())

		for page, b := range tabs {
			last[page] = b.await(t, page)
		}
	}

	for page := range tabs {
		if n := last[page] - first[page]; n > most {
			t.Errorf("%q takes %d bytes a minute, want at most %d", page, n, most)
		} else {
			t.Logf("%q: %d bytes at first, then %d a minute", page, first[page], n)
		}
	}
}
