package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// proxy stands between browsers and a demo, and speaks HTTP/1.1.
type proxy struct {
	url string

	mu sync.Mutex
	// streams are those that were asked for, in order, open how many there are.
	streams []*stream
	open    int
	// broken answers instead of the next streams; silent is closed when those there are fall silent.
	broken func(w http.ResponseWriter)
	silent chan struct{}
}

// stream is when one was asked for, and when its answer ended.
type stream struct{ asked, ended time.Time }

// behind puts a proxy before the demo. Begin with it: at the end of the test it waits for the tabs.
func (d *demo) behind(t *testing.T) *proxy {
	t.Helper()

	target, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}

	p := &proxy{silent: make(chan struct{})}
	through := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}}

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/events" {
			through.ServeHTTP(w, r)

			return
		}

		s, broken, silent := p.begin()
		defer p.end(s)

		if broken != nil {
			broken(w)
		} else {
			through.ServeHTTP(&falls{w, silent, r.Context().Done()}, r)
		}
	}))
	t.Cleanup(server.Close)

	p.url = server.URL

	return p
}

func (p *proxy) begin() (s *stream, broken func(w http.ResponseWriter), silent chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()

	s = &stream{asked: time.Now()}
	p.streams = append(p.streams, s)
	p.open++

	return s, p.broken, p.silent
}

func (p *proxy) end(s *stream) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.open--
	s.ended = time.Now()
}

// count returns how many streams there are, and how many were asked for.
func (p *proxy) count() (open, asked int) {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.open, len(p.streams)
}

// lastPause is the time from the end of the last but one answer to the next request.
func (p *proxy) lastPause() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()

	n := len(p.streams)

	return p.streams[n-1].asked.Sub(p.streams[n-2].ended)
}

// breaks has the streams there are fall silent, and the next ones answered otherwise.
func (p *proxy) breaks(broken func(w http.ResponseWriter)) {
	p.mu.Lock()
	defer p.mu.Unlock()

	close(p.silent)
	p.silent, p.broken = make(chan struct{}), broken
}

// mends lets the next streams through.
func (p *proxy) mends() {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.broken = nil
}

// falls passes on nothing once it is silent, and closes nothing either.
type falls struct {
	http.ResponseWriter

	silent, gone <-chan struct{}
}

func (f *falls) Unwrap() http.ResponseWriter { return f.ResponseWriter }

func (f *falls) Write(b []byte) (int, error) {
	select {
	case <-f.silent:
		<-f.gone
	default:
	}

	return f.ResponseWriter.Write(b)
}

// TestTabsShareAStream has more tabs than a browser has connections to a server.
func TestTabsShareAStream(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	proxy := d.behind(t)
	tabs := []*page{d.as(t, "dave", "/jobs")}
	d.url = proxy.url

	for range 7 {
		tabs = append(tabs, tabs[0].beside())
	}

	for i, tab := range tabs {
		tab.visit([]string{"/capacity", "/capacity?owners=all", "/capacity?range=24h"}[i%3])
	}

	for _, tab := range tabs {
		tab.sees(".live", "Live")
	}

	worldtest.Eventually(t, "there is one stream", func() bool {
		open, _ := proxy.count()

		return open == 1
	})

	d.callControlPlane(t, http.MethodPut, "/api/config/concurrency",
		map[string]int{"per_analyst": 5, "cluster_total": 321}, new(any))

	for _, tab := range tabs {
		tab.sees("main", "321")
	}

	// The one that has the stream is left: another goes on for all.
	tabs[0].visit("/history")
	tabs[0].sees(".live", "Snapshot")
	d.callControlPlane(t, http.MethodPut, "/api/config/concurrency",
		map[string]int{"per_analyst": 5, "cluster_total": 234}, new(any))

	for _, tab := range tabs[1:] {
		tab.sees("main", "234")
	}
}

func TestAStreamThatFallsSilentIsReplaced(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	proxy := d.behind(t)
	p := d.as(t, "dave", "/jobs")
	d.url = proxy.url

	p.visit("/jobs")
	p.sees(".live", "Live")

	proxy.breaks(func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte("<h1>Somewhere else</h1>")) //nolint:errcheck // the browser may be gone
	})
	p.sees(".live", "Stale")

	_, before := proxy.count()

	worldtest.Eventually(t, "it is asked for again, and once more", func() bool {
		_, asked := proxy.count()

		return asked >= before+2
	})

	const least = 900 * time.Millisecond // the first pause is of a second
	if pause := proxy.lastPause(); pause < least {
		t.Errorf("what is no stream is asked for again after %s", pause)
	}

	proxy.mends()
	p.sees(".live", "Live")
}
