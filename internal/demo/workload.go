package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// DefaultSpeed makes a day pass in 72 minutes.
const DefaultSpeed = 20

// Config is what a [Workload] works with.
type Config struct {
	// DB holds the platform's tables that [Seed] filled.
	DB *store.DB
	// Platform is the control plane, in process or over REST.
	Platform ops.InstancesPlatform
	Now      func() time.Time
	Logger   *slog.Logger
	// Seed is the seed of the day; the database was seeded with the same.
	Seed uint64
	// Speed is how much faster than real time the day goes; 0 holds it still.
	Speed float64
}

// Workload lives the days that [Plan] makes.
type Workload struct {
	db       *store.DB
	platform ops.InstancesPlatform
	logger   *slog.Logger
	seed     uint64
	now      func() time.Time
	speed    float64
	began    time.Time

	exporter exporter
	agenda   agenda
	// planned is the last day that is in the agenda.
	planned int
	// open are the instances of sessions that have begun, by session.
	open  map[key]int64
	stats Stats
}

// key names a session.
type key struct{ analyst, name string }

// Stats counts what the analysts did.
type Stats struct {
	Created, Ended int
	// Refused counts, by code, what the control plane did not do.
	Refused map[ops.Code]int
}

// NewWorkload returns a workload that stands at [Dawn] of the first day.
func NewWorkload(c Config) *Workload {
	w := &Workload{
		db: c.DB, platform: c.Platform, now: c.Now, logger: c.Logger, seed: c.Seed, speed: c.Speed, planned: -1,
		open: map[key]int64{}, stats: Stats{Refused: map[ops.Code]int{}},
	}
	w.exporter = exporter{db: c.DB, now: c.Now, seed: c.Seed, scale: w.scale}

	return w
}

// Stats returns what was done so far. It must not be called while the workload runs.
func (w *Workload) Stats() Stats { return w.stats }

// tick is how often the workload looks at the clock.
const tick = 500 * time.Millisecond

// Run lives until the context is done. What the control plane refuses is part of
// life; other errors are logged.
func (w *Workload) Run(ctx context.Context) error {
	if w.speed <= 0 {
		<-ctx.Done()

		return nil
	}

	ticker := time.NewTicker(tick)
	defer ticker.Stop()

	for {
		if err := w.Step(ctx); err != nil && ctx.Err() == nil {
			w.logger.WarnContext(ctx, "a step of the demo's workload failed", slog.Any("error", err))
		}

		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Step does all that is due by now. The first step finds out what is there.
func (w *Workload) Step(ctx context.Context) error {
	if w.began.IsZero() {
		if err := w.begin(ctx); err != nil {
			return fmt.Errorf("look at what is there: %w", err)
		}
	}

	now := w.clock()

	for w.planned < int(now/day) || now%day > 23*hour && w.planned == int(now/day) {
		w.planned++
		w.plan(w.planned)
	}

	var errs []error

	for ctx.Err() == nil {
		event, due := w.agenda.next(now)
		if !due {
			break
		}

		if err := event(ctx); err != nil {
			errs = append(errs, err)
		}
	}

	return errors.Join(append(errs, w.exporter.step(ctx))...)
}

// clock is the time since midnight before the first day.
func (w *Workload) clock() time.Duration {
	return Dawn + time.Duration(float64(w.now().Sub(w.began))*w.speed)
}

// scale turns a length of the day into a real one, whole seconds, at least one.
func (w *Workload) scale(d time.Duration) time.Duration {
	return max(time.Duration(float64(d)/w.speed).Truncate(time.Second), time.Second)
}

// plan puts the n-th day into the agenda, or what is left of it.
func (w *Workload) plan(n int) {
	midnight, now := time.Duration(n)*day, w.clock()
	today := Plan(w.seed, n)

	for i, session := range today.Sessions {
		start, end := midnight+session.Start, midnight+session.End

		if end <= now {
			continue
		}

		if _, there := w.open[key{session.Analyst, session.Name}]; !there {
			// A session that should have begun begins soon, and not all of them at once.
			if start < now {
				const apart = 2 * time.Minute

				start = now + time.Duration(i%20)*apart
			}

			w.agenda.add(start, func(ctx context.Context) error { return w.create(ctx, session) })
		}

		w.agenda.add(end, func(ctx context.Context) error { return w.end(ctx, key{session.Analyst, session.Name}) })
	}

	for _, edit := range today.Edits {
		if at := midnight + edit.At; at > now {
			w.agenda.add(at, func(ctx context.Context) error { return w.edit(ctx, edit) })
		}
	}

	const useEvery = 10 * time.Minute
	for at := max(midnight, now); at < midnight+day; at += useEvery {
		w.agenda.add(at, func(ctx context.Context) error { return w.use(ctx, today) })
	}
}
