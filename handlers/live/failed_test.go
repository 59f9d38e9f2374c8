package live_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestWhatCouldNotBeDrawnIsSentLater has another stream come just after the failure, before the
// next snapshot: that must not count as having told the first one.
func TestWhatCouldNotBeDrawnIsSentLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		first := w.open("/events?page=shaky")

		w.shakes = func(context.Context) error { return errors.New("the database is down") }
		w.monitor.Poll(t.Context())
		synctest.Wait()

		w.shakes = nil
		second := w.open("/events?page=both&page=shaky")

		w.monitor.Poll(t.Context())
		synctest.Wait()

		got := first.close(t)
		if n := strings.Count(got, "page: shaky\n"); n != 2 {
			t.Errorf("it was sent %d times, want at first and after the failure:\n%s", n, got)
		}

		if got := second.close(t); !strings.Contains(got, "page: shaky\n") {
			t.Errorf("who came later never got it:\n%s", got)
		}

		// The mark says "Live" of what follows alone.
		var said []string

		for line := range strings.Lines(got) {
			if strings.HasPrefix(line, "data: [") {
				said = append(said, strings.TrimSpace(line))
			}
		}

		if all := strings.Join(said, " "); all != `data: ["shaky"] data: [] data: ["shaky"]` {
			t.Errorf("it said to follow %s", all)
		}
	})
}

func TestAPageThatHangsOrPanicsTakesNoOtherAlong(t *testing.T) {
	t.Parallel()

	for name, shakes := range map[string]func(ctx context.Context) error{
		"hangs": func(ctx context.Context) error {
			<-ctx.Done()

			return ctx.Err()
		},
		"panics": func(context.Context) error { panic("a fault of its own") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.shakes = shakes

				stream := w.open("/events?page=both&page=shaky")

				for range 3 {
					w.monitor.Poll(t.Context())
					<-time.After(10 * time.Second)
				}

				got := stream.close(t)
				if n := strings.Count(got, "event: beat\n"); n < 4 {
					t.Errorf("it gave %d signs of life", n)
				}

				if !strings.Contains(got, "moved 4 times") {
					t.Error("the other page was not sent")
				}
			})
		})
	}
}
