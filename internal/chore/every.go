package chore

import (
	"context"
	"log/slog"
	"time"
)

// Every does something at once, every so often, and when the clock jumps, until the context is done. What takes longer
// is done again as soon as it is over.
func Every(
	interval time.Duration, now func() time.Time, logger *slog.Logger, name string, do func(ctx context.Context) error,
) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		ticker, jumps := time.NewTicker(interval), Jumps(ctx, now)
		defer ticker.Stop()

		for {
			if err := do(ctx); err != nil && ctx.Err() == nil {
				logger.WarnContext(ctx, "a chore failed", "chore", name, "error", err)
			}

			select {
			case <-ctx.Done():
				return nil
			case <-ticker.C:
			case <-jumps:
			}
		}
	}
}

// Jumps has a value come within a second of a clock that was set, or of the machine's sleep: timers and tickers then
// go on with the rest of their time. It looks until the context is done.
func Jumps(ctx context.Context, now func() time.Time) <-chan struct{} {
	jumps := make(chan struct{}, 1)

	go func() {
		ticker := time.NewTicker(Rest)
		defer ticker.Stop()

		for begun := now(); ; begun = now() {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}

			if !jumped(now, begun, Rest) {
				continue
			}

			select {
			case jumps <- struct{}{}:
			default: // Nobody has seen to the last one yet.
			}
		}
	}()

	return jumps
}

// jump is from which difference on a clock was set, or the machine slept, while a timer ran.
const jump = 2 * time.Second

// jumped reports whether something else than the time of a timer has passed on the clock since it began; what a
// [time.Time] has of the monotonic clock tells the timer's again.
func jumped(now func() time.Time, begun time.Time, timer time.Duration) bool {
	return (now().Round(0).Sub(begun.Round(0)) - timer).Abs() >= jump
}
