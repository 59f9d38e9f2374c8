package health_test

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

func newClock() *worldtest.Clock { return worldtest.NewClock(time.Unix(1_800_000_000, 0)) }

func prepared(t *testing.T) *store.DB {
	t.Helper()

	return worldtest.Prepared.SQLite(t)
}

// newChecker has what the test gives and the rest of what a checker needs.
func newChecker(t *testing.T, cfg health.Config) *health.Checker {
	t.Helper()

	if cfg.DB == nil {
		cfg.DB = prepared(t)
	}

	if cfg.Now == nil {
		cfg.Now = newClock().Now
	}

	if cfg.Timeout == 0 {
		cfg.Timeout = time.Minute // however busy the machine is
	}

	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}

	checker, err := health.New(cfg)
	if err != nil {
		t.Fatal(err)
	}

	return checker
}

func check(t *testing.T, checker *health.Checker) ops.Health {
	t.Helper()

	found, err := checker.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	return found
}

// want compares one component, and what follows for the whole unless overall is "".
func want(t *testing.T, found ops.Health, name string, status ops.ComponentStatus, overall ops.HealthStatus, words string) {
	t.Helper()

	component := found.Components[name]

	said := ""
	if component.Error != nil {
		said = *component.Error
	}

	if component.Status != status || overall != "" && found.Status != overall || said != words {
		t.Errorf("%s is %s (%q) and the platform %s, want %s (%q) and %s",
			name, component.Status, said, found.Status, status, words, overall)
	}
}

func TestNothingConfiguredButTheDatabase(t *testing.T) {
	t.Parallel()

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		clock := newClock()
		found := check(t, newChecker(t, health.Config{DB: db, Now: clock.Now}))

		want(t, found, "database", ops.ComponentConnected, ops.Healthy, "")
		want(t, found, "kubernetes", ops.ComponentNotConfigured, ops.Healthy, "")
		want(t, found, "starburst", ops.ComponentNotConfigured, ops.Healthy, "")

		if !found.CheckedAt.Equal(clock.Now()) || len(found.Components) != 3 {
			t.Errorf("health is %+v, want three components, checked at %s", found, clock.Now())
		}

		if found.Components["database"].LatencyMS == nil || found.Components["starburst"].LatencyMS != nil {
			t.Errorf("latencies: %+v, want one of the database, none of Starburst", found.Components)
		}
	})
}

func text(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

const info = `{"nodeVersion":{"version":"476"},"environment":"production","coordinator":true,"starting":false,"uptime":"3.00d"}`

// With a timeout this short the database may not answer in time either.
func TestWhatHangsIsUnreachable(t *testing.T) {
	t.Parallel()

	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

	for name, answer := range map[string]http.HandlerFunc{
		"at once": hang,
		"half-way": func(w http.ResponseWriter, r *http.Request) {
			text(http.StatusOK, info[:20])(w, r)

			_ = http.NewResponseController(w).Flush()

			hang(w, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			found := check(t, newChecker(t, health.Config{
				Starburst: starburst(t, answer), Kubernetes: apiServer(t, answer), Timeout: 100 * time.Millisecond,
			}))
			want(t, found, "starburst", ops.ComponentUnreachable, "", "starburst did not answer within 100ms")
			want(t, found, "kubernetes", ops.ComponentUnreachable, "", "kubernetes did not answer within 100ms")
		})
	}
}

func TestSlowIsNotUnreachable(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		took      time.Duration
		slowAfter map[string]time.Duration
		status    ops.ComponentStatus
		overall   ops.HealthStatus
		words     string
	}{
		"just not slow": {500 * time.Millisecond, nil, ops.ComponentConnected, ops.Healthy, ""},
		"slow":          {501 * time.Millisecond, nil, ops.ComponentSlow, ops.Degraded, "starburst took longer than 500ms to answer"},
		"patient":       {time.Second, map[string]time.Duration{"starburst": time.Second}, ops.ComponentConnected, ops.Healthy, ""},
		"patience at its end": {
			1001 * time.Millisecond,
			map[string]time.Duration{"starburst": time.Second},
			ops.ComponentSlow, ops.Degraded, "starburst took longer than 1s to answer",
		},
		"another's patience": {
			501 * time.Millisecond,
			map[string]time.Duration{"kubernetes": time.Second},
			ops.ComponentSlow, ops.Degraded, "starburst took longer than 500ms to answer",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			clock := newClock()
			trino := starburst(t, func(w http.ResponseWriter, r *http.Request) {
				clock.Advance(test.took)
				text(http.StatusOK, info)(w, r)
			})

			// The database must not see the time that Starburst takes.
			slowAfter := map[string]time.Duration{"database": time.Hour}
			maps.Copy(slowAfter, test.slowAfter)

			found := check(t, newChecker(t, health.Config{
				Starburst: trino, SlowAfter: slowAfter, Now: clock.Now,
			}))
			want(t, found, "starburst", test.status, test.overall, test.words)

			if got := *found.Components["starburst"].LatencyMS; got != float64(test.took.Milliseconds()) {
				t.Errorf("latency is %v ms, want %v", got, test.took)
			}
		})
	}
}

func TestManyCallersCostOneProbe(t *testing.T) {
	t.Parallel()

	var (
		asked   atomic.Int32
		release = make(chan struct{})
		clock   = newClock()
	)

	checker := newChecker(t, health.Config{Now: clock.Now, Starburst: starburst(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		<-release
		text(http.StatusOK, info)(w, r)
	})})

	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() { want(t, check(t, checker), "starburst", ops.ComponentConnected, ops.Healthy, "") })
	}

	close(release)
	wg.Wait()

	if n := asked.Load(); n != 1 {
		t.Errorf("100 callers cost %d probes, want 1", n)
	}

	clock.Advance(999 * time.Millisecond)
	check(t, checker)

	if n := asked.Load(); n != 1 {
		t.Errorf("probed again after 999 ms: %d, want 1", n)
	}

	clock.Advance(time.Millisecond)
	check(t, checker)

	if n := asked.Load(); n != 2 {
		t.Errorf("not probed again after a second: %d, want 2", n)
	}
}

func TestACallerWhoLeavesEndsNoProbe(t *testing.T) {
	t.Parallel()

	asked, release := make(chan struct{}), make(chan struct{})
	checker := newChecker(t, health.Config{Starburst: starburst(t, func(w http.ResponseWriter, r *http.Request) {
		close(asked)

		select {
		case <-release:
			text(http.StatusOK, info)(w, r)
		case <-r.Context().Done():
		}
	})})

	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)

	go func() {
		_, err := checker.Check(ctx)
		left <- err
	}()

	<-asked
	cancel()

	if err := <-left; err == nil {
		t.Error("the caller waited to the end")
	}

	// Nor does the database wait for Starburst.
	if !checker.DatabaseAnswers(t.Context()) {
		t.Error("the database does not answer")
	}

	close(release)
	want(t, check(t, checker), "starburst", ops.ComponentConnected, ops.Healthy, "")
}

func TestAPatienceForNobodyIsRefused(t *testing.T) {
	t.Parallel()

	_, err := health.New(health.Config{
		DB: prepared(t), Now: time.Now, Logger: slog.New(slog.DiscardHandler), SlowAfter: map[string]time.Duration{"trino": time.Second},
	})
	if err == nil || !strings.Contains(err.Error(), `"trino"`) {
		t.Errorf("got %v, want it to name %q", err, "trino")
	}
}

// A state that lasts is told once.
func TestChangesAreLogged(t *testing.T) {
	t.Parallel()

	var (
		log   bytes.Buffer
		fails atomic.Bool
		clock = newClock()
	)

	checker := newChecker(t, health.Config{
		Now: clock.Now, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Starburst: starburst(t, func(w http.ResponseWriter, r *http.Request) {
			if fails.Load() {
				text(http.StatusBadGateway, "")(w, r)
			} else {
				text(http.StatusOK, info)(w, r)
			}
		}),
	})

	for _, failing := range []bool{false, false, true, true, false, false} {
		fails.Store(failing)
		clock.Advance(time.Minute)
		check(t, checker)
	}

	if lines := strings.Split(strings.TrimSpace(log.String()), "\n"); len(lines) != 2 ||
		!strings.Contains(lines[0], "level=WARN") || !strings.Contains(lines[0], "502") || !strings.Contains(lines[1], "level=INFO") {
		t.Errorf("the log says\n%s\nwant a warning of the 502, and then one line of level INFO", log.String())
	}
}
