package health_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
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

	if cfg.SlowAfter == nil {
		cfg.SlowAfter = map[string]time.Duration{"database": time.Minute, "kubernetes": time.Minute, "starburst": time.Minute}
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
			t.Errorf("health is %+v", found)
		}

		if found.Components["database"].LatencyMS == nil || found.Components["starburst"].LatencyMS != nil {
			t.Errorf("latencies: %+v", found.Components)
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

func TestAPatienceForNobodyIsRefused(t *testing.T) {
	t.Parallel()

	_, err := health.New(health.Config{
		DB: prepared(t), Now: time.Now, Logger: slog.New(slog.DiscardHandler), SlowAfter: map[string]time.Duration{"trino": time.Second},
	})
	if err == nil || !strings.Contains(err.Error(), `"trino"`) {
		t.Errorf("got %v", err)
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
		t.Errorf("the log says\n%s", log.String())
	}
}
