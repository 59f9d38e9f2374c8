package health_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/ops"
)

// asks are how the components are asked, by their name.
type asks map[string]func(ctx context.Context) error

// newDoubled has components that answer at once but for those given. They are asked without the
// network and a database, so that a second costs nothing in a bubble.
func newDoubled(t *testing.T, slowAfter map[string]time.Duration, given asks) *health.Checker {
	t.Helper()

	checker, err := health.New(health.Config{Now: time.Now, Logger: slog.New(slog.DiscardHandler), SlowAfter: slowAfter})
	if err != nil {
		t.Fatal(err)
	}

	for _, name := range []string{ops.ComponentDatabase, ops.ComponentKubernetes, ops.ComponentStarburst} {
		ask := given[name]
		if ask == nil {
			ask = func(context.Context) error { return nil }
		}

		checker.Ask(name, ask)
	}

	return checker
}

// wantLatency compares how long one component is said to have taken.
func wantLatency(t *testing.T, found ops.Health, name string, want time.Duration) {
	t.Helper()

	got := found.Components[name].LatencyMS
	if got == nil {
		t.Errorf("%s has no latency", name)
	} else if *got != float64(want.Milliseconds()) {
		t.Errorf("the latency of %s is %v ms, want %v", name, *got, want)
	}
}

func TestAProbeTakesTwoSecondsAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := func(ctx context.Context) error {
			<-ctx.Done()

			return ctx.Err()
		}

		begun := time.Now()
		found := check(t, newDoubled(t, nil, asks{"database": hang, "kubernetes": hang, "starburst": hang}))

		if took := time.Since(begun); took != 2*time.Second {
			t.Errorf("they took %v together", took)
		}

		for name := range found.Components {
			want(t, found, name, ops.ComponentUnreachable, ops.Unhealthy, name+" did not answer within 2s")
			wantLatency(t, found, name, 2*time.Second)
		}
	})
}

// A probe that does not end with its context is left, and none is begun beside it.
func TestAProbeThatDoesNotEndIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		checker := newDoubled(t, nil, asks{"kubernetes": func(context.Context) error {
			if asked++; asked == 1 {
				<-time.After(time.Minute)
			}

			return nil
		}})
		overdue := func(since time.Duration) {
			t.Helper()

			found := check(t, checker)
			want(t, found, "kubernetes", ops.ComponentUnreachable, ops.Degraded, "kubernetes did not answer within 2s")
			wantLatency(t, found, "kubernetes", since)
		}

		overdue(2250 * time.Millisecond) // It had a moment more to say what it was kept from.

		<-time.After(57 * time.Second)

		overdue(59250 * time.Millisecond)

		<-time.After(time.Second)

		found := check(t, checker)
		want(t, found, "kubernetes", ops.ComponentConnected, ops.Healthy, "")
		wantLatency(t, found, "kubernetes", 0)

		if asked != 2 {
			t.Errorf("it was asked %d times, want 2", asked)
		}
	})
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
			synctest.Test(t, func(t *testing.T) {
				found := check(t, newDoubled(t, test.slowAfter, asks{"starburst": func(context.Context) error {
					<-time.After(test.took)

					return nil
				}}))
				want(t, found, "starburst", test.status, test.overall, test.words)
				wantLatency(t, found, "starburst", test.took)
			})
		})
	}
}

func TestManyCallersCostOneProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked, release := 0, make(chan struct{})
		checker := newDoubled(t, nil, asks{"starburst": func(context.Context) error {
			asked++

			<-release

			return nil
		}})

		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { want(t, check(t, checker), "starburst", ops.ComponentConnected, ops.Healthy, "") })
		}

		synctest.Wait() // All of them have asked, and none has its answer.
		close(release)
		wg.Wait()

		if asked != 1 {
			t.Errorf("100 callers cost %d probes", asked)
		}

		<-time.After(999 * time.Millisecond)
		check(t, checker)

		if asked != 1 {
			t.Errorf("probed again after 999 ms: %d", asked)
		}

		<-time.After(time.Millisecond)
		check(t, checker)

		if asked != 2 {
			t.Errorf("not probed again after a second: %d", asked)
		}
	})
}

func TestACallerWhoLeavesEndsNoProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		checker := newDoubled(t, nil, asks{"starburst": func(ctx context.Context) error {
			select {
			case <-release:
			case <-ctx.Done():
			}

			return ctx.Err()
		}})

		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)

		go func() {
			_, err := checker.Check(ctx)
			left <- err
		}()

		synctest.Wait() // Starburst is being asked.
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
	})
}

// TestAboutTheLimitNothingSwings has a component take a little more and a little less than half a second.
func TestAboutTheLimitNothingSwings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var took time.Duration

		checker := newDoubled(t, nil, asks{"starburst": func(context.Context) error {
			<-time.After(took)

			return nil
		}})

		for _, look := range []struct {
			took   int // milliseconds
			status ops.ComponentStatus
			all    ops.HealthStatus
			words  string
		}{
			{480, ops.ComponentConnected, ops.Healthy, ""},
			{520, ops.ComponentSlow, ops.Degraded, "starburst took longer than 500ms to answer"},
			{480, ops.ComponentSlow, ops.Degraded, "starburst was slow, and still takes 400ms or longer to answer"},
			{390, ops.ComponentConnected, ops.Healthy, ""},
			{480, ops.ComponentConnected, ops.Healthy, ""},
		} {
			took = time.Duration(look.took) * time.Millisecond

			<-time.After(time.Second) // what was found is kept as long

			found := check(t, checker)
			want(t, found, "starburst", look.status, look.all, look.words)
			wantLatency(t, found, "starburst", took)
		}
	})
}
