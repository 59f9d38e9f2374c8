package live_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
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
	"github.com/graph-olap/opsconsole/templates/shell"
)

// browser is the other end of a stream: it notes when what came, and until when it may take to read.
type browser struct {
	*httptest.ResponseRecorder

	begun, ended      time.Time
	events, deadlines []time.Duration
}

func (b *browser) SetWriteDeadline(t time.Time) error {
	b.deadlines = append(b.deadlines, time.Since(b.begun)+time.Until(t))

	return nil
}

func (b *browser) Flush() { b.events = append(b.events, time.Since(b.begun)) }

// session is what is found of dave's session once its stream has begun.
type session struct {
	role  ops.Role
	fails error
	over  bool
	// drained is closed when its replica goes.
	drained chan struct{}
}

// listen has a browser listen to a stream, for which a minute costs nothing, and returns what came of it.
func listen(t *testing.T, found session, act func(m *monitor.Monitor)) *browser {
	t.Helper()

	m := monitor.New(monitor.Config{
		Caller: func() (ops.Caller, error) { return ops.Caller{}, errors.New("nobody is there to ask as") },
		DB:     storetest.Open(t, storetest.SQLiteURL(t)), Now: time.Now, Logger: slog.New(slog.DiscardHandler), Interval: time.Hour,
	})
	m.Poll(t.Context())

	streams := live.New(live.Config{
		Monitor: m, Beat: func() shell.Beat { return shell.Beat{} }, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		Recheck: func(*http.Request) (auth.Identity, error) { return auth.Identity{Role: found.role}, found.fails },
		IsOpen:  func(context.Context, string) (bool, error) { return !found.over, nil },
		Drained: found.drained,
		Regions: []live.Region{{
			Page: live.Shell, Element: "live-shell",
			Draw: func(context.Context, *monitor.Snapshot, time.Time) (templ.Component, error) {
				return templ.NopComponent, nil
			},
		}},
	})

	ctx, leave := context.WithCancel(t.Context())
	defer leave()

	b := &browser{ResponseRecorder: httptest.NewRecorder(), begun: time.Now()}
	page := web.PageOf(echo.New().NewContext(httptest.NewRequestWithContext(ctx, http.MethodGet, "/events", http.NoBody), b), time.Now)
	page.Who = auth.Identity{Username: "dave", Role: ops.RoleOps, SessionID: "one"}

	done := make(chan error)

	go func() {
		err := streams.Events(page)
		b.ended = time.Now()

		done <- err
	}()

	act(m)

	time.AfterFunc(50*time.Second, leave)

	if err := <-done; err != nil {
		t.Error(err)
	}

	return b
}

func TestAStreamGivesSignsOfLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := listen(t, session{role: ops.RoleOps}, func(m *monitor.Monitor) {
			<-time.After(20 * time.Second)
			m.Poll(t.Context())
		})

		// The poll at 20 s is one, too.
		want := []time.Duration{0, 15 * time.Second, 20 * time.Second, 35 * time.Second, 50 * time.Second, 65 * time.Second}
		if !slices.Equal(b.events, want) {
			t.Fatalf("it beat after %v, want %v", b.events, want)
		}

		for _, id := range []string{"id: 1\n", "id: 2\n"} {
			if sent := strings.Count(b.Body.String(), id); sent != 1 {
				t.Errorf("the snapshot with %q was sent %d times", id, sent)
			}
		}

		for i, until := range b.deadlines {
			if within := until - want[i]; within != 20*time.Second {
				t.Errorf("the message after %v may take %v", want[i], within)
			}
		}
	})
}

// TestAStreamEndsWhenItsReplicaGoes as a whole answer, at once.
func TestAStreamEndsWhenItsReplicaGoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		drained := make(chan struct{})
		b := listen(t, session{role: ops.RoleOps, drained: drained}, func(*monitor.Monitor) {
			time.AfterFunc(7*time.Second, func() { close(drained) })
		})

		if took := b.ended.Sub(b.begun); took != 7*time.Second {
			t.Errorf("it ended after %v, want 7 s", took)
		}
	})
}

func TestAStreamOutlivesNoSessionAndNoRole(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		found session
		want  time.Duration
	}{
		"the session was ended":   {session{role: ops.RoleOps, over: true}, time.Second},
		"the role was taken away": {session{role: ops.RoleAnalyst}, 15 * time.Second},
		"nobody is signed in":     {session{fails: errors.New("no session")}, 15 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := listen(t, test.found, func(*monitor.Monitor) {})
				if took := b.ended.Sub(b.begun); took != test.want {
					t.Errorf("it ended after %v, want %v", took, test.want)
				}
			})
		})
	}
}
