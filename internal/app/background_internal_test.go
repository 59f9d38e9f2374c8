package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// started runs a chore every ten seconds and returns its end.
func started(ctx context.Context, logger *slog.Logger, chore func(context.Context) error) <-chan error {
	ended := make(chan error, 1)

	go func() { ended <- every(10*time.Second, logger, "sweeping", chore)(ctx) }()

	return ended
}

func TestAChoreRunsAtOnceAndThenAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		begun := time.Now()

		var ran []time.Duration

		ended := started(ctx, slog.New(slog.DiscardHandler), func(context.Context) error {
			ran = append(ran, time.Since(begun))

			return nil
		})

		<-time.After(25 * time.Second)
		stop()

		if err := <-ended; err != nil {
			t.Error(err)
		}

		if want := []time.Duration{0, 10 * time.Second, 20 * time.Second}; !slices.Equal(ran, want) {
			t.Errorf("it ran after %v, want %v", ran, want)
		}
	})
}

// What takes longer than the interval is run once more, not once for each time that it missed.
func TestAChoreThatIsSlowIsNotRunTwiceAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		begun := time.Now()

		var ran []time.Duration

		ended := started(ctx, slog.New(slog.DiscardHandler), func(ctx context.Context) error {
			if ctx.Err() == nil {
				ran = append(ran, time.Since(begun))
			}

			<-time.After(35 * time.Second)

			return nil
		})

		<-time.After(80 * time.Second)
		stop()

		if err := <-ended; err != nil {
			t.Error(err)
		}

		if want := []time.Duration{0, 35 * time.Second, 70 * time.Second}; !slices.Equal(ran, want) {
			t.Errorf("it ran after %v, want %v", ran, want)
		}
	})
}

func TestAChoreThatFailsIsToldAndRunsAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())

		var log bytes.Buffer

		runs := 0
		ended := started(ctx, slog.New(slog.NewTextHandler(&log, nil)), func(ctx context.Context) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}

			if runs++; runs == 1 {
				return errors.New("no broom")
			}

			<-ctx.Done()

			return ctx.Err() // The end of the process is no failure.
		})

		<-time.After(time.Minute)
		stop()

		if err := <-ended; err != nil {
			t.Error(err)
		}

		if said := log.String(); runs != 2 || strings.Count(said, "\n") != 1 ||
			!strings.Contains(said, "chore=sweeping") || !strings.Contains(said, "no broom") {
			t.Errorf("after %d runs the log says %q", runs, said)
		}
	})
}
