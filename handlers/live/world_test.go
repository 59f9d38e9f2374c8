package live_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// world is a console whose page "both" has a part that moves with every snapshot and one that
// never does, and whose page "list" has a view a query.
type world struct {
	*testing.T

	monitor *monitor.Monitor
	streams *live.Streams
	// drawn counts how often the part that moves was drawn.
	drawn atomic.Int64
	// shakes is what becomes of the drawing of the page "shaky", when it is set.
	shakes func(ctx context.Context) error
}

func newWorld(t *testing.T) *world {
	t.Helper()

	w := &world{T: t}
	w.monitor = monitor.New(monitor.Config{
		Caller: func() (ops.Caller, error) { return ops.Caller{}, errors.New("nobody is there to ask as") },
		DB:     storetest.Open(t, storetest.SQLiteURL(t)), Now: time.Now, Logger: slog.New(slog.DiscardHandler), Interval: time.Hour,
	})
	w.monitor.Poll(t.Context())

	still := func(context.Context, *monitor.Snapshot, time.Time) (templ.Component, error) {
		return text("still"), nil
	}
	w.streams = live.New(live.Config{
		Monitor: w.monitor, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		// What a beat says gets longer and shorter.
		Beat: func() shell.Beat {
			return shell.Beat{Now: time.Now(), StaleReason: strings.Repeat("x", time.Now().Second())}
		},
		Recheck: func(*http.Request) (auth.Identity, error) { return auth.Identity{Role: ops.RoleOps}, nil },
		IsOpen:  func(context.Context, string) (bool, error) { return true, nil },
		Regions: []live.Region{
			{Page: live.Shell, Element: "shell", Draw: still},
			{Page: "both", Element: "moves", Draw: w.move},
			{Page: "both", Element: "still", Draw: still},
			{Page: "shaky", Element: "shaky", Draw: w.shake},
			{Page: "dated", Element: "dated", Draw: dated},
			{Page: "table", Element: "table", Draw: table},
		},
		Views: []live.View{{Page: "list", Element: "list", Params: []string{"status"}, Of: func(query url.Values) (live.Draw, error) {
			if query.Get("status") == "odd" {
				return nil, ops.Invalid([]ops.FieldError{{Field: "query.status", Message: "is odd"}})
			}

			return func(context.Context, *monitor.Snapshot, time.Time) (templ.Component, error) {
				return text("those that are " + query.Get("status")), nil
			}, nil
		}}},
		Objects: []live.Object{{
			Kind: "thing", Element: "thing",
			Exists: func(context.Context, int64) error { return ops.Unavailable("database", "It is down") },
			Draw:   func(int64) live.Draw { return still },
		}},
	})

	return w
}

// move draws what is long and differs in a few bytes; there is a NUL in it.
func (w *world) move(_ context.Context, s *monitor.Snapshot, _ time.Time) (templ.Component, error) {
	w.drawn.Add(1)

	var b strings.Builder
	for i := range 400 {
		fmt.Fprintf(&b, "<p>row %d of %d at %x</p>\n", i, 400, i*i*i*7919)
	}

	return text(fmt.Sprintf("%s moved %d times\x00\x00\x00\x00", b.String(), s.Seq)), nil
}

func (w *world) shake(ctx context.Context, _ *monitor.Snapshot, _ time.Time) (templ.Component, error) {
	if w.shakes != nil {
		return text("shaky"), w.shakes(ctx)
	}

	return text("shaky"), nil
}

// dated draws a moment a while ago, as it reads now.
func dated(_ context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
	return components.Ago(time.Date(1999, 12, 31, 23, 59, 0, 0, time.UTC), now), nil
}

func text(s string) templ.Component { return templ.Raw(s) } //nolint:forbidigo // a test's own text

// stream is a stream of a browser: how long each part of it was, as it came.
type stream struct {
	*httptest.ResponseRecorder

	parts []int
	read  int
	leave context.CancelFunc
	done  chan error
}

func (s *stream) Flush() {
	s.parts = append(s.parts, s.Body.Len()-s.read)
	s.read = s.Body.Len()
}

// open opens a stream at the address, of dave's session, or of the one that a header names; header has pairs.
func (w *world) open(address string, header ...string) *stream {
	w.Helper()

	ctx, leave := context.WithCancel(w.Context())
	s := &stream{ResponseRecorder: httptest.NewRecorder(), leave: leave, done: make(chan error, 1)}
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)

	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}

	page := web.PageOf(echo.New().NewContext(request, s), time.Now)
	page.Who = auth.Identity{Username: "dave", Role: ops.RoleOps, SessionID: cmp.Or(request.Header.Get("Session"), "one")}

	go func() { s.done <- w.streams.Events(page) }()

	synctest.Wait()

	return s
}

// close leaves the stream and returns what came of it.
func (s *stream) close(t *testing.T) string {
	t.Helper()
	s.leave()

	if err := <-s.done; err != nil {
		t.Error(err)
	}

	return s.Body.String()
}
