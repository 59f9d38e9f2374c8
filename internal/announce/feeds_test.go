package announce_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// world is windows in memory, a clock and a platform, all of them the test's to move.
type world struct {
	mu      sync.Mutex
	windows []maintenance.Window
	version int64
	err     error
	now     time.Time
	health  ops.HealthStatus

	versions, reads atomic.Int64
	// gate is waited for before the version is told; nil is open.
	gate chan struct{}
}

func newWorld() *world { return &world{windows: windows(), version: 1, now: noon, health: ops.Healthy} }

func (w *world) Version(ctx context.Context) (int64, error) {
	w.versions.Add(1)

	w.mu.Lock()
	gate := w.gate
	w.mu.Unlock()

	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}

	w.mu.Lock()
	defer w.mu.Unlock()

	return w.version, w.err
}

func (w *world) Published(context.Context) ([]maintenance.Window, error) {
	w.reads.Add(1)

	w.mu.Lock()
	defer w.mu.Unlock()

	return w.windows, w.err
}

func (w *world) PublishedEvents(context.Context) ([]maintenance.Event, error) {
	w.mu.Lock()
	defer w.mu.Unlock()

	return eventsOf(w.windows), w.err
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()

	return w.now
}

func (w *world) Health() ops.HealthStatus {
	w.mu.Lock()
	defer w.mu.Unlock()

	return w.health
}

func (w *world) set(change func(w *world)) {
	w.mu.Lock()
	defer w.mu.Unlock()

	change(w)
}

const portal = "https://portal.example.com"

func (w *world) feeds(change func(c *announce.Config)) *announce.Feeds {
	c := announce.Config{
		Windows: w, Health: w.Health, Name: "demo", PublicURL: &url.URL{Scheme: "https", Host: "ops.example.com"},
		// However busy the machine is, the news are waited for.
		Origins: []string{portal}, MaxWait: time.Minute, Now: w.Now, Logger: slog.New(slog.DiscardHandler),
		Page: func(_ context.Context, v announce.Announcements) ([]byte, error) {
			return fmt.Appendf(nil, "<p>%s</p>%d to come", v.Overall.Label, len(v.Upcoming)), nil
		},
	}
	if change != nil {
		change(&c)
	}

	return announce.New(c)
}

// get asks with headers such as "Origin: null".
func get(t *testing.T, h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()

	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)

	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}

	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)

	return w
}

func view(t *testing.T, f *announce.Feeds) announce.Announcements {
	t.Helper()

	v, err := f.View(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	return v
}

func TestOneLookForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.gate = make(chan struct{})
		f := w.feeds(nil)

		var all sync.WaitGroup

		for range 200 {
			all.Go(func() {
				if r := get(t, f, announce.JSONPath); r.Code != http.StatusOK {
					t.Errorf("it answered %d", r.Code)
				}
			})
		}

		synctest.Wait() // All of them have asked, and none has its answer.
		close(w.gate)
		all.Wait()

		if v, r := w.versions.Load(), w.reads.Load(); v != 1 || r != 1 {
			t.Errorf("200 requests at once asked %d times for the version and %d times for the windows, want once", v, r)
		}

		w.set(func(w *world) { w.now = w.now.Add(2 * time.Second) })
		get(t, f, announce.CalendarPath)

		if v, r := w.versions.Load(), w.reads.Load(); v != 2 || r != 1 {
			t.Errorf("two seconds later there were %d and %d, want 2 and 1: nothing had changed", v, r)
		}
	})
}

func TestWhatMakesANewState(t *testing.T) {
	t.Parallel()

	for name, change := range map[string]func(w *world){
		"a window changed": func(w *world) {
			w.windows, w.version, w.now = w.windows[:1], 2, w.now.Add(2*time.Second)
		},
		"a window changed and the clock was set back": func(w *world) {
			w.windows, w.version, w.now = w.windows[:1], 2, w.now.Add(-time.Hour)
		},
		"a window was to begin": func(w *world) { w.now = w.now.Add(time.Hour) },
		"the platform's health": func(w *world) { w.health = ops.Unhealthy },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := newWorld()
			f := w.feeds(nil)
			before := get(t, f, announce.JSONPath)

			w.set(change)

			after := get(t, f, announce.JSONPath)
			if a, b := before.Header().Get("ETag"), after.Header().Get("ETag"); a == b {
				t.Errorf("the ETag is still %s", a)
			}

			since := get(t, f, announce.JSONPath, "If-Modified-Since: "+before.Header().Get("Last-Modified"))
			if w.Now().Sub(noon) >= time.Second && since.Code != http.StatusOK {
				t.Errorf("since the last one it answered %d", since.Code)
			}
		})
	}
}

func TestStale(t *testing.T) {
	t.Parallel()

	w := newWorld()
	w.err = errors.New("connection refused")
	f := w.feeds(nil)

	r := get(t, f, announce.JSONPath)
	if r.Code != http.StatusServiceUnavailable || r.Header().Get("Retry-After") == "" || r.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("with nothing known it answered %d, %v", r.Code, r.Header())
	}

	w.set(func(w *world) { w.err = nil })

	if view(t, f).Stale {
		t.Error("it is stale though the windows were read")
	}

	w.set(func(w *world) { w.err, w.now = errors.New("connection refused"), w.now.Add(2*time.Second) })

	if v := view(t, f); !v.Stale || len(v.Current) != 3 {
		t.Errorf("without the database it is stale %v, with %d windows", v.Stale, len(v.Current))
	}

	w.set(func(w *world) { w.err, w.now = nil, w.now.Add(2*time.Second) })

	if view(t, f).Stale {
		t.Error("it is still stale when the database is back")
	}
}

// TestHangingDatabase: whoever asks while nothing comes gets what was known last, and what
// does not come in three seconds makes that stale.
func TestHangingDatabase(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ configured, want time.Duration }{
		"unless it is configured": {0, 250 * time.Millisecond},
		"as it is configured":     {2 * time.Second, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				f := w.feeds(func(c *announce.Config) { c.MaxWait = test.configured })
				view(t, f)

				w.set(func(w *world) { w.gate, w.now = make(chan struct{}), w.now.Add(2*time.Second) })

				begun := time.Now()

				if v := view(t, f); v.Stale || len(v.Current) != 3 || !v.Now.Equal(noon.Add(2*time.Second)) {
					t.Errorf("it is %+v", v)
				}

				if took := time.Since(begun); took != test.want {
					t.Errorf("it was waited for %v, want %v", took, test.want)
				}

				<-time.After(3*time.Second - test.want)
				synctest.Wait()

				if v := view(t, f); !v.Stale || len(v.Current) != 3 || time.Since(begun) != 3*time.Second {
					t.Errorf("after %v it is stale %v, with %d windows", time.Since(begun), v.Stale, len(v.Current))
				}
			})
		})
	}
}

func TestViewOfOneWhoLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.gate = make(chan struct{})
		f := w.feeds(nil)

		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)

		go func() {
			_, err := f.View(ctx)
			left <- err
		}()

		synctest.Wait() // It waits for the windows.
		cancel()

		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("it said %v", err)
		}

		close(w.gate)
		view(t, f)

		if v := w.versions.Load(); v != 1 {
			t.Errorf("who left had the version asked for %d times, want once", v)
		}
	})
}
