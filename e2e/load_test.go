package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// How much is asked of the console; by default no more than a machine of two cores can do with the race detector,
// beside other tests.
var (
	perSecond = flag.Int("rolling.rate", 10, "how many requests a second a rolling update has to go through")
	streams   = flag.Int("rolling.streams", 20, "how many streams a rolling update has to go through")
)

// load is what operators and their scripts ask of a console: pages and data, saves one after the other,
// and streams.
type load struct {
	t       *testing.T
	console string
	client  *http.Client
	ctx     context.Context //nolint:containedctx // it ends with the load
	stop    func()
	all     sync.WaitGroup

	begun                 time.Time
	asked, failed, opened atomic.Int64
	// saved is the number of the newest change that was acknowledged.
	saved atomic.Int64
	// seen are the numbers that the streams have shown last.
	seen []atomic.Int64
}

const (
	// atOnce is how many requests are under way at most: what a busy machine cannot do is not asked, and
	// does not heap up.
	atOnce = 16
	// saveEvery is a pause between two saves.
	saveEvery = 200 * time.Millisecond
)

func newLoad(t *testing.T, console string, client *http.Client) *load {
	t.Helper()

	ctx, stop := context.WithCancel(t.Context())

	return &load{t: t, console: console, client: client, ctx: ctx, stop: stop, seen: make([]atomic.Int64, *streams)}
}

func (l *load) begin() {
	l.begun = time.Now()

	l.all.Go(l.askAll)
	l.all.Go(l.saveAll)

	for i := range l.seen {
		l.all.Go(func() { l.follow(i) })
	}
}

func (l *load) end() {
	l.t.Helper()
	l.stop()
	l.all.Wait()
	l.t.Logf("%d requests (%.1f a second), %d saves, %d streams opened",
		l.asked.Load(), float64(l.asked.Load())/time.Since(l.begun).Seconds(), l.saved.Load(), l.opened.Load())

	if failed := l.failed.Load(); failed > 0 || l.opened.Load() < int64(2*len(l.seen)) {
		l.t.Errorf("%d of %d requests failed, %d streams were opened", failed, l.asked.Load(), l.opened.Load())
	}
}

func (l *load) failf(format string, args ...any) {
	if l.ctx.Err() != nil { // It was cut off by its own end.
		return
	}

	const enough = 20
	if l.failed.Add(1) <= enough {
		l.t.Errorf(format, args...)
	}
}

// askAll asks for pages, and for their data.
func (l *load) askAll() {
	paths := []string{"/", "/health", "/jobs", "/history", "/audit", "/exports", "/capacity", "/leases"}
	ticker := time.NewTicker(time.Second / time.Duration(*perSecond))
	places := make(chan struct{}, atOnce)

	defer ticker.Stop()

	for n := 0; ; n++ {
		select {
		case <-l.ctx.Done():
			return
		case places <- struct{}{}:
			<-ticker.C
		}

		accept := "text/html"
		if n%2 == 0 {
			accept = "application/json"
		}

		l.all.Go(func() {
			defer func() { <-places }()

			l.ask(http.MethodGet, paths[n/2%len(paths)], "", "Accept", accept)
		})
	}
}

// ask returns nil for what failed.
func (l *load) ask(method, path, body string, header ...string) []byte {
	l.asked.Add(1)

	request, err := http.NewRequestWithContext(l.ctx, method, l.console+path, io.NopCloser(strings.NewReader(body)))
	if err != nil {
		l.failf("%v", err)

		return nil
	}

	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}

	response, err := l.client.Do(request)
	if err != nil {
		l.failf("%s %s: %v", method, path, err)

		return nil
	}
	defer response.Body.Close()

	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= http.StatusBadRequest {
		l.failf("%s %s: %d, %v: %.500s", method, path, response.StatusCode, err, answer)

		return nil
	}

	return answer
}

// saveAll saves one change after the other; each is numbered in its reason.
func (l *load) saveAll() {
	const least, values = 30, 20 // no save halves it, which would have to be confirmed

	for n := int64(1); l.ctx.Err() == nil; n++ {
		var current struct {
			Revision string `json:"revision"`
		}

		if answer := l.ask(http.MethodGet, "/config/concurrency", "", "Accept", "application/json"); answer == nil ||
			json.Unmarshal(answer, &current) != nil {
			continue
		}

		body := fmt.Sprintf(`{"per_analyst": %d, "reason": "change %d under load", "revision": %q}`, least+n%values, n, current.Revision)
		if l.ask(http.MethodPost, "/config/concurrency", body, "Accept", "application/json", "Content-Type", "application/json",
			"Idempotency-Key", fmt.Sprintf("%q", "change-"+strconv.FormatInt(n, 10)), "Origin", l.console) != nil {
			l.saved.Store(n)
		}

		select {
		case <-l.ctx.Done():
		case <-time.After(saveEvery):
		}
	}
}

// follow follows a page as the browser does: what ends is opened again after a pause, a longer one after
// what failed.
func (l *load) follow(i int) {
	pause := time.Duration(0)

	for l.ctx.Err() == nil {
		l.opened.Add(1)

		if came := l.listen(i); came || pause == 0 {
			pause = time.Second
		} else {
			pause *= 2
		}

		select {
		case <-l.ctx.Done():
		case <-time.After(pause/2 + rand.N(pause/2)):
		}
	}
}

var numbered = regexp.MustCompile(`change (\d+) under load`)

// listen reports whether anything came.
func (l *load) listen(i int) (came bool) {
	request, err := http.NewRequestWithContext(l.ctx, http.MethodGet, l.console+"/events?page=config-concurrency", nil)
	if err != nil {
		l.failf("%v", err)

		return false
	}

	request.Header.Set("Accept", "text/event-stream")

	response, err := l.client.Do(request)
	if err != nil {
		l.failf("a stream: %v", err)

		return false
	}
	defer response.Body.Close()

	if response.StatusCode != http.StatusOK {
		l.failf("a stream: %d", response.StatusCode)

		return false
	}

	const longest = 1 << 20

	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, longest)

	for lines.Scan() {
		came = true

		if bytes.Contains(lines.Bytes(), []byte("under load")) {
			l.sees(i, lines.Text())
		}
	}

	if err := lines.Err(); err != nil && !errors.Is(err, context.Canceled) {
		l.failf("a stream broke off: %v", err)
	}

	return came
}

// sees notes the newest change that a part of the page shows.
func (l *load) sees(i int, text string) {
	newest := int64(0)

	for _, found := range numbered.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.ParseInt(found[1], 10, 64); err == nil {
			newest = max(newest, n)
		}
	}

	if before := l.seen[i].Swap(newest); newest < before {
		l.failf("stream %d shows change %d after change %d", i, newest, before)
	}
}

// allSeeWhatIsSaved waits until every stream shows what is saved by now, or something newer.
func (l *load) allSeeWhatIsSaved(when string) {
	l.t.Helper()

	before := l.saved.Load()
	worldtest.Eventually(l.t, "something is saved "+when, func() bool { return l.saved.Load() > before })

	saved := l.saved.Load()
	worldtest.Eventually(l.t, "all streams show it "+when, func() bool {
		for i := range l.seen {
			if l.seen[i].Load() < saved {
				return false
			}
		}

		return true
	})
}
