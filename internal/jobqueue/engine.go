package jobqueue

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Config is what an [Engine] works with.
type Config struct {
	DB     *store.DB
	Now    func() time.Time
	Logger *slog.Logger
	// Grace is how long running jobs may go on when the engine is stopped before
	// they are cancelled; 0 is 5 s.
	Grace time.Duration
}

// Family is the workers of one package.
type Family struct {
	// Queue is theirs alone, so that one family never waits for another; at most
	// Parallel of its jobs run at once in a process.
	Queue    string
	Parallel int
	// Register adds the workers.
	Register func(workers *river.Workers)
	Loops    []Loop
}

// Loop is something that every process does again and again: Do must not mind that
// others do it too. An error is logged, and the next time comes all the same.
type Loop struct {
	Name  string
	Every time.Duration
	Do    func(ctx context.Context) error
}

// Engine works the jobs of its families.
type Engine struct {
	client *river.Client[*sql.Tx]
	loops  []Loop
	rescue *rescue
	logger *slog.Logger
	grace  time.Duration
}

const (
	// jobTimeout is for jobs whose worker names none.
	jobTimeout = 20 * time.Second
	// rescueAfter is when River takes a running job for dead, unless its worker's
	// timeout is longer. It must be more than jobTimeout.
	rescueAfter = 30 * time.Second
	// keepCompleted is short: what a job did is in the records of its package.
	keepCompleted = time.Hour

	fetchCooldown = 100 * time.Millisecond
	fetchInterval = 500 * time.Millisecond
	defaultGrace  = 5 * time.Second
)

// New needs a database that [Migrate] has seen.
func New(c Config, families ...Family) (*Engine, error) {
	if c.Grace == 0 {
		c.Grace = defaultGrace
	}

	id := rand.Text()
	d, schema := driver(c.DB.Dialect(), c.DB.Write())
	engine := &Engine{
		logger: c.Logger, grace: c.Grace,
		rescue: &rescue{db: c.DB, driver: d, schema: schema, id: id, now: c.Now, logger: c.Logger},
	}
	workers := river.NewWorkers()
	queues := map[string]river.QueueConfig{}

	for _, family := range families {
		family.Register(workers)

		queues[family.Queue] = river.QueueConfig{MaxWorkers: family.Parallel}
		engine.loops = append(engine.loops, family.Loops...)
	}

	client, err := river.NewClient(d, &river.Config{
		ID: id, Logger: quiet(c.Logger), Schema: schema, Workers: workers, Queues: queues,
		JobTimeout: jobTimeout, RescueStuckJobsAfter: rescueAfter, CompletedJobRetentionPeriod: keepCompleted,
		FetchCooldown: fetchCooldown, FetchPollInterval: fetchInterval,
	})
	if err != nil {
		return nil, fmt.Errorf("set up the job engine: %w", err)
	}

	engine.client = client

	return engine, nil
}

// Run works until the context is done, then lets running jobs end, for as long as
// the grace, and cancels them.
func (e *Engine) Run(ctx context.Context) error {
	// Nobody misses a process that never said it was there.
	if err := e.rescue.step(ctx); err != nil {
		return fmt.Errorf("announce this process: %w", err)
	}

	// River takes a cancelled context for an order to drop everything.
	if err := e.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the job engine: %w", err)
	}

	// It is alive for as long as one of its jobs may be running.
	aliveCtx, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()

	var loops, alive sync.WaitGroup

	alive.Go(func() { e.loop(aliveCtx, Loop{Name: "rescue", Every: aliveEvery, Do: e.rescue.step}) })

	for _, loop := range e.loops {
		loops.Go(func() { e.loop(ctx, loop) })
	}

	<-ctx.Done()

	err := e.stop(context.WithoutCancel(ctx))

	loops.Wait()
	leave()
	alive.Wait()

	if err != nil {
		return err // its jobs are left to others, in a while
	}

	return e.rescue.leave(context.WithoutCancel(ctx))
}

func (e *Engine) stop(ctx context.Context) error {
	patient, cancel := context.WithTimeout(ctx, e.grace)
	defer cancel()

	if e.client.Stop(patient) == nil {
		return nil
	}

	impatient, cancel := context.WithTimeout(ctx, e.grace)
	defer cancel()

	if err := e.client.StopAndCancel(impatient); err != nil {
		return fmt.Errorf("a job did not end when it was cancelled: %w", err)
	}

	return nil
}

func (e *Engine) loop(ctx context.Context, loop Loop) {
	ticker := time.NewTicker(loop.Every)
	defer ticker.Stop()

	for {
		if err := loop.Do(ctx); err != nil && ctx.Err() == nil {
			e.logger.ErrorContext(ctx, "a background loop failed", slog.String("loop", loop.Name), slog.Any("error", err))
		}

		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
