// Package chore runs what is to be done again and again: when it is due, when somebody here knows
// that there is something to do, and every so often in any case, since other replicas write too. It goes by
// the clock rather than by timers, which stand still while a machine sleeps.
package chore

import (
	"context"
	"log/slog"
	"time"
)

// Rest is the least time between two runs of a chore.
const Rest = time.Second

// Config is what a [Chore] is made of; all of it is required.
type Config struct {
	Name string
	// Every is the longest time between two runs.
	Every  time.Duration
	Now    func() time.Time
	Logger *slog.Logger
	// Do does what is due, and returns when something will be next, as far as it is known; zero for
	// nothing. It must not mind that other processes do the same. An error is logged, and the next
	// time comes all the same.
	Do func(ctx context.Context) (next time.Time, err error)
}

// Chore is done again and again.
type Chore struct {
	config Config
	woken  chan struct{}
}

// New returns a chore that does not run yet.
func New(config Config) *Chore { return &Chore{config: config, woken: make(chan struct{}, 1)} }

// Wake has the chore run soon. It does not wait.
func (c *Chore) Wake() {
	select {
	case c.woken <- struct{}{}:
	default: // It is woken already.
	}
}

// Run does the chore at once and then again and again, until the context is done.
func (c *Chore) Run(ctx context.Context) error {
	for {
		select {
		case <-c.woken: // What was asked for until now is done now.
		default:
		}

		next, err := c.config.Do(ctx)
		if err != nil && ctx.Err() == nil {
			c.config.Logger.WarnContext(ctx, "a chore failed", "chore", c.config.Name, "error", err)
		}

		if !c.sleep(ctx, next) {
			return nil
		}
	}
}

// sleep reports false once the context is done.
func (c *Chore) sleep(ctx context.Context, next time.Time) bool {
	left := c.config.Every
	if !next.IsZero() {
		left = max(min(left, next.Sub(c.config.Now())), Rest)
	}

	rested := time.NewTimer(Rest)
	defer rested.Stop()

	for left > 0 {
		step, begun := min(left, Rest), c.config.Now()
		timer := time.NewTimer(step)

		select {
		case <-ctx.Done():
			timer.Stop()

			return false
		case <-timer.C:
			left -= step

			if jumped(c.config.Now, begun, step) {
				return true
			}
		case <-c.woken:
			timer.Stop()

			select {
			case <-ctx.Done():
				return false
			case <-rested.C:
				return true
			}
		}
	}

	return true
}
