package jobqueue

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"golang.org/x/sync/errgroup"

	"github.com/graph-olap/opsconsole/internal/chore"
	"github.com/graph-olap/opsconsole/internal/store"
)

// Config is what an [Engine] works with.
type Config struct {
	DB     *store.DB
	Now    func() time.Time
	Logger *slog.Logger
	// Enqueuer, when not nil, wakes the engine for what is enqueued here.
	Enqueuer *Enqueuer
	// LookEvery is how often it is looked for jobs that others have enqueued; 10 s when it is 0.
	LookEvery time.Duration
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
	Register func(workers *river.Workers, clock *Clock)
	Loops    []Loop
	// Background are what else every process does, until the context is done.
	Background []func(ctx context.Context) error
}

// Loop is something that every process does again and again: Do must not mind that
// others do it too. An error is logged, and the next time comes all the same.
type Loop struct {
	Name  string
	Every time.Duration
	Do    func(ctx context.Context) error
}

// Engine works the jobs of its families. While there are none it sleeps: River at work asks the database a
// hundred times a minute, whether there is anything to do or not.
type Engine struct {
	config     Config
	river      river.Config
	driver     riverdriver.Driver[*sql.Tx]
	loops      []Loop
	background []func(ctx context.Context) error
	rescue     *rescue
	jobs       unfinished
}

const (
	// jobTimeout is for jobs whose worker names none.
	jobTimeout = 20 * time.Second
	// rescueAfter is when River takes a running job for dead, unless its worker's
	// timeout is longer. It must be more than jobTimeout.
	rescueAfter = 30 * time.Second
	// keepCompleted is short: what a job did is in the records of its package.
	keepCompleted = time.Hour

	fetchCooldown    = 100 * time.Millisecond
	fetchInterval    = 500 * time.Millisecond
	defaultGrace     = 5 * time.Second
	defaultLookEvery = 10 * time.Second
)

// New needs a database that [Migrate] has seen.
func New(c Config, families ...Family) (*Engine, error) {
	c.Grace = cmp.Or(c.Grace, defaultGrace)
	c.LookEvery = cmp.Or(c.LookEvery, defaultLookEvery)

	if c.Enqueuer == nil {
		c.Enqueuer = &Enqueuer{}
	}

	id := rand.Text()
	d, schema := driver(c.DB.Dialect(), c.DB.Write())
	clock := &Clock{db: c.DB}
	engine := &Engine{
		config: c, driver: d,
		rescue: &rescue{db: c.DB, driver: d, schema: schema, id: id, clock: clock, logger: c.Logger},
		jobs:   unfinished{db: c.DB, schema: schema},
	}
	workers := river.NewWorkers()
	queues := map[string]river.QueueConfig{}

	for _, family := range families {
		family.Register(workers, clock)

		queues[family.Queue] = river.QueueConfig{MaxWorkers: family.Parallel}
		engine.loops = append(engine.loops, family.Loops...)
		engine.background = append(engine.background, family.Background...)
	}

	engine.river = river.Config{
		ID: id, Logger: quiet(c.Logger), Schema: schema, Workers: workers, Queues: queues,
		JobTimeout: jobTimeout, RescueStuckJobsAfter: rescueAfter, CompletedJobRetentionPeriod: keepCompleted,
		FetchCooldown: fetchCooldown, FetchPollInterval: fetchInterval,
		Test: river.TestConfig{Time: clock}, // there is no other way to tell it the time
	}

	if _, err := river.NewClient(d, &engine.river); err != nil {
		return nil, fmt.Errorf("set up the job engine: %w", err)
	}

	return engine, nil
}

// Run works until the context is done, then lets running jobs end, for as long as
// the grace, and cancels them.
func (e *Engine) Run(ctx context.Context) error {
	// It is alive for as long as one of its jobs may be running.
	aliveCtx, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()

	var alive, others sync.WaitGroup

	alive.Go(func() { e.loop(aliveCtx, Loop{Name: "rescue", Every: aliveEvery, Do: e.rescue.beat}) })

	for _, loop := range e.loops {
		others.Go(func() { e.loop(ctx, loop) })
	}

	var shifts errgroup.Group

	for _, run := range e.background {
		shifts.Go(func() error { return run(ctx) })
	}

	for e.await(ctx) {
		idle := make(chan struct{})

		client, err := e.open(ctx)
		if err != nil {
			e.config.Logger.ErrorContext(ctx, "the job engine could not be started", slog.Any("error", err))
			e.pause(ctx)

			continue
		}

		shifts.Go(func() error { return e.shift(ctx, client, idle) })

		e.untilIdle(ctx)
		close(idle)
	}

	err := shifts.Wait()

	others.Wait()
	leave()
	alive.Wait()

	if err != nil {
		return err // its jobs are left to others, in a while
	}

	return e.rescue.leave(context.WithoutCancel(ctx))
}

// open has River at work.
func (e *Engine) open(ctx context.Context) (client *river.Client[*sql.Tx], err error) {
	// Nobody misses a process that never said it was there.
	if err := e.rescue.begin(ctx); err != nil {
		return nil, fmt.Errorf("announce this process: %w", err)
	}

	defer func() {
		if err != nil {
			e.rescue.end()
		}
	}()

	config := e.river

	if client, err = river.NewClient(e.driver, &config); err != nil {
		return nil, err
	}

	// River takes a cancelled context for an order to drop everything.
	return client, client.Start(context.WithoutCancel(ctx))
}

// shift ends when there is nothing to do any more, or the context is done. What River fetched at the last
// moment may take its time: who comes meanwhile is for the next shift.
func (e *Engine) shift(ctx context.Context, client *river.Client[*sql.Tx], idle <-chan struct{}) error {
	defer e.rescue.end()

	select {
	case <-ctx.Done():
	case <-idle:
		stopped := make(chan error, 1)

		go func() { stopped <- client.Stop(context.WithoutCancel(ctx)) }()

		select {
		case err := <-stopped:
			return err
		case <-ctx.Done():
		}
	}

	return e.stop(context.WithoutCancel(ctx), client)
}

func (e *Engine) stop(ctx context.Context, client *river.Client[*sql.Tx]) error {
	patient, cancel := context.WithTimeout(ctx, e.config.Grace)
	defer cancel()

	if client.Stop(patient) == nil {
		return nil
	}

	impatient, cancel := context.WithTimeout(ctx, e.config.Grace)
	defer cancel()

	if err := client.StopAndCancel(impatient); err != nil {
		return fmt.Errorf("a job did not end when it was cancelled: %w", err)
	}

	return nil
}

func (e *Engine) loop(ctx context.Context, loop Loop) {
	_ = chore.Every(loop.Every, e.config.Now, e.config.Logger, loop.Name, loop.Do)(ctx) // it returns none
}
