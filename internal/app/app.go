package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/graph-olap/opsconsole/internal/backup"
	"github.com/graph-olap/opsconsole/internal/calmlog"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/hangup"
	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/metrics"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/timeout"
	"github.com/graph-olap/opsconsole/internal/tracing"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

// App is a console: its pages, what is served beside them, and what runs behind them.
type App struct {
	config config.Console
	static fs.FS
	logger *slog.Logger
	db     *store.DB
	// unlock lets another process have the database, nil where none was kept from it.
	unlock func() error

	// enqueuer puts jobs on the engine, which works those of all families.
	enqueuer *jobqueue.Enqueuer
	families []jobqueue.Family
	// requests counts what is answered, nil where nobody asks for metrics.
	requests *metrics.Requests
	// tracing is nil where no traces are sent.
	tracing *tracing.Tracing
	// sites are what is served, the pages among them.
	sites []site
	// recovery settles what an earlier run left open, before anything else runs.
	recovery func(ctx context.Context) error
	// background runs until the context is done.
	background []func(ctx context.Context) error
	// ending is called when nothing runs any more, before the database is closed; nil for nothing.
	ending func(ctx context.Context) error
	// serving is told once everything listens, nil for nobody.
	serving func()
	leave   leave
}

// now is the clock of everything; the packages below never ask for the time themselves.
func now() time.Time { return time.Now() }

// construct opens the database and lets build put the parts over it. Where that fails,
// nothing stays open.
func construct(ctx context.Context, cfg config.Console, static fs.FS, build func(*App) error) (*App, error) {
	collectLess()

	a, err := open(ctx, cfg)
	if err != nil {
		return nil, explained(err)
	}

	a.static = static

	if err := build(a); err != nil {
		return nil, errors.Join(explained(err), a.close())
	}

	return a, nil
}

// explained says first what the database cannot do, where that is why nothing starts.
func explained(err error) error {
	trouble := store.TroubleOf(err)
	if trouble == nil {
		return err
	}

	what := "cannot be used"
	if trouble.Kind == store.Unwritable {
		what = "can be read but not written, which a start needs"
	}

	return fmt.Errorf("the database %s: %s. Start again once that is resolved, as a supervisor does by itself: %w",
		what, trouble.Words, err)
}

// open opens the database and brings it to the newest version.
func open(ctx context.Context, cfg config.Console) (*App, error) {
	zones, err := zoneinfo.Newest(cfg.Zoneinfo)
	if err != nil {
		return nil, err
	}

	zoneinfo.Use(zones)

	unlock, err := store.LockSQLite(ctx, string(cfg.DatabaseURL))
	if err != nil {
		return nil, err
	}

	if err := backup.Unfinished(string(cfg.DatabaseURL)); err != nil {
		return nil, errors.Join(err, unlock())
	}

	db, err := store.OpenWithin(ctx, string(cfg.DatabaseURL), store.Limits(cfg.DatabaseLimits))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the database: %w", err), unlock())
	}

	if err := db.CountSessions(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("the database: %w", err), db.Close(), unlock())
	}

	db.Warm(ctx)

	a := &App{config: cfg, db: db, unlock: unlock, logger: hangup.Quiet(newLogger(cfg)), leave: newLeave(cfg.ShutdownDelay)}
	a.watchSessions(ctx)

	if cfg.MetricsAddr != "" {
		a.requests = metrics.NewRequests()
	}

	if err := a.migrate(ctx); err != nil {
		return nil, errors.Join(err, a.close())
	}

	a.startTracing()

	if err := a.openEngine(ctx); err != nil {
		return nil, errors.Join(err, a.close())
	}

	return a, nil
}

// close closes the database, and then lets others have it.
func (a *App) close() error {
	err := a.db.Close()
	if a.unlock != nil {
		err = errors.Join(err, a.unlock())
	}

	return err
}

// migrate brings this console's own tables to their newest version.
func (a *App) migrate(ctx context.Context) error {
	a.db.OnWait(func(ctx context.Context, words string) {
		a.logger.WarnContext(ctx, "the start is waiting", "for", words)
	})

	err := a.db.Migrate(ctx)
	if newer, ok := errors.AsType[*store.NewerError](err); ok && a.config.AllowNewerSchema {
		a.logger.WarnContext(ctx, "a newer version has migrated the database; --allow-newer-schema lets this one use it",
			"has", newer.Has, "known", newer.Known)

		return nil
	}

	return err
}

// openEngine brings the job engine's tables to their newest version.
func (a *App) openEngine(ctx context.Context) (err error) {
	if err := jobqueue.Migrate(ctx, a.db, a.logger); err != nil {
		return err
	}

	failpoint.Reach(failpoint.EngineMigrated)

	a.enqueuer, err = jobqueue.NewEnqueuer(a.db, a.logger)

	return err
}

func newLogger(cfg config.Console) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}

	var handler slog.Handler = slog.NewTextHandler(os.Stderr, options)
	if cfg.LogJSON {
		handler = slog.NewJSONHandler(os.Stderr, options)
	}

	return slog.New(calmlog.New(tracing.Logs(handler), followsTrouble))
}

// followsTrouble reports whether a record tells of what fails as long as the database is in
// trouble, of which the log has the beginning and the end. Whoever was told a request's id finds it.
func followsTrouble(record slog.Record) bool {
	trouble, request := false, false

	record.Attrs(func(attr slog.Attr) bool {
		err, isError := attr.Value.Any().(error)
		trouble = trouble || isError && store.TroubleOf(err) != nil
		request = request || attr.Key == "request_id"

		return true
	})

	return trouble && !request
}

// firstLook is how long what runs behind the pages waits for the database to answer.
const firstLook = time.Second

// Run serves until the context is done, then lets what is under way end, and closes the
// database. Nothing begins before every address is this program's.
func (a *App) Run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, a.close()) }()

	var listeners []net.Listener

	for _, s := range a.sites {
		listener, err := s.listen(ctx)
		if err != nil {
			return err
		}
		defer listener.Close()

		listeners = append(listeners, listener)
	}

	if err := a.recovery(ctx); err != nil {
		return err
	}

	if a.serving != nil {
		a.serving()
	}

	// What runs behind the pages does so until the last one is answered.
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()

	group, working := errgroup.WithContext(behind)

	group.Go(func() error {
		defer stop()

		return a.serve(ctx, working, listeners)
	})

	// Who waits for readiness is answered before all that runs behind the pages begins at once.
	_ = timeout.Do(working, firstLook, a.db.ProbeRead)

	for _, run := range a.background {
		group.Go(func() error { return run(working) })
	}

	group.Go(func() error { return settle(working) })

	err = group.Wait()

	if a.ending != nil {
		err = errors.Join(err, a.ending(context.WithoutCancel(ctx)))
	}

	a.endTracing(context.WithoutCancel(ctx))

	return err
}
