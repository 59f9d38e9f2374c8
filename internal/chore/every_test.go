package chore_test

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/chore"
)

// TestWhatIsDoneEverySoOftenIsDoneWhenTheClockJumps has what is done by the hour done within a second of a sleep and of a
// clock that was set, and then by the hour again.
func TestWhatIsDoneEverySoOftenIsDoneWhenTheClockJumps(t *testing.T) {
	t.Parallel()

	for name, jump := range map[string]time.Duration{"a day's sleep": 24 * time.Hour, "an hour ahead": time.Hour, "an hour back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					offset atomic.Int64
					ran    []time.Duration
				)

				begun := time.Now()
				clock := func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
				ctx, stop := context.WithTimeout(t.Context(), 90*time.Minute)

				defer stop()

				time.AfterFunc(10*time.Minute+time.Millisecond, func() { offset.Store(int64(jump)) })

				do := func(context.Context) error {
					ran = append(ran, time.Since(begun))

					return nil
				}
				if err := chore.Every(time.Hour, clock, slog.New(slog.DiscardHandler), "it", do)(ctx); err != nil {
					t.Error(err)
				}

				if want := []time.Duration{0, 10*time.Minute + time.Second, time.Hour}; !slices.Equal(ran, want) {
					t.Errorf("it ran after %v, want %v", ran, want)
				}
			})
		})
	}
}
