package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/handlers/announcements"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// console is the parts of a running program, and what runs beside its pages.
type console struct {
	config config.Console
	logger *slog.Logger
	db     *store.DB

	// enqueuer puts jobs on the engine, which works those of all families.
	enqueuer *jobqueue.Enqueuer
	families []jobqueue.Family
	// sites are what is served beside the pages.
	sites []site
	// background runs until the context is done.
	background []func(ctx context.Context) error
	// serving is told once everything listens, nil for nobody.
	serving func()
}

// site is what is served on an address.
type site struct {
	address string
	handler http.Handler
}

// now is the clock of everything; the packages below never ask for the time themselves.
func now() time.Time { return time.Now() }

// open opens the database and brings it to the newest version.
func open(ctx context.Context, cfg config.Console) (*console, error) {
	db, err := store.Open(ctx, string(cfg.DatabaseURL))
	if err != nil {
		return nil, fmt.Errorf("the database: %w", err)
	}

	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}

	c := &console{config: cfg, db: db, logger: newLogger(cfg)}
	if err := c.openEngine(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}

	return c, nil
}

// openEngine brings the job engine's tables to their newest version.
func (c *console) openEngine(ctx context.Context) (err error) {
	if err := jobqueue.Migrate(ctx, c.db, c.logger); err != nil {
		return err
	}

	c.enqueuer, err = jobqueue.NewEnqueuer(c.db, c.logger)

	return err
}

func newLogger(cfg config.Console) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogJSON {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}

	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

// platform is the control plane that is administered, and whom the poller asks as when
// nobody is looking.
type platform struct {
	ops.Platform

	caller func(a *auth.Auth) (ops.Caller, error)
	// pollTimeout is how long the poller waits for an answer; 0 is its own default.
	pollTimeout time.Duration
}

// poller is who the console is to a control plane when it asks for itself.
const poller = "opsconsole"

func asConsole(*auth.Auth) (ops.Caller, error) {
	return ops.Caller{Username: poller, Role: ops.RoleOps}, nil
}

// remotePlatform is a control plane that runs elsewhere.
func remotePlatform(cfg config.Remote) (platform, error) {
	credentials := map[config.RemoteAuth]ops.Credentials{
		config.Passthrough:     ops.Passthrough(),
		config.APIKey:          ops.APIKey(string(cfg.APIKey)),
		config.IdentityHeaders: ops.IdentityHeaders(),
	}[cfg.Auth]

	client, err := ops.NewClient(ops.ClientConfig{
		BaseURL: cfg.URL.String(), Credentials: credentials, Timeout: cfg.Timeout,
		UserAgent: "opsconsole/" + readVersion().Version,
	})
	if err != nil {
		return platform{}, err
	}

	// A little more than the client's own, which says better what did not answer.
	p := platform{Platform: client, caller: asConsole, pollTimeout: cfg.Timeout + time.Second}
	if cfg.Auth == config.Passthrough {
		p.caller = asLatestOperator
	}

	return p, nil
}

// asLatestOperator borrows the token of whoever is signed in: with passthrough the
// console has no credential of its own.
func asLatestOperator(a *auth.Auth) (ops.Caller, error) {
	token, ok := a.LatestToken()
	if !ok {
		return ops.Caller{}, errors.New(
			"Nobody with the Ops role is signed in, and the control plane is asked with the users' own tokens only.")
	}

	return ops.Caller{Username: poller, Role: ops.RoleOps, Token: token}, nil
}

// run puts the pages over the platform and serves them until the context is done.
func (c *console) run(ctx context.Context, p platform, sign auth.Config, identityProvider http.Handler) error {
	sign.PublicURL, sign.DB, sign.Now, sign.Logger = c.config.PublicURL, c.db, now, c.logger
	sign.SessionLifetime, sign.SessionIdle = c.config.SessionLifetime, c.config.SessionIdle

	signIn, err := auth.New(sign)
	if err != nil {
		return err
	}

	issuer, err := url.Parse(sign.Issuer)
	if err != nil {
		return err
	}

	static, err := staticFiles()
	if err != nil {
		return err
	}

	log := audit.New(c.db, now)
	history := changes.New(c.db, log, now, c.logger, changes.Policy{
		Environment: c.config.Environment.Name, ConfirmBelow: c.config.ConfirmBelow,
	})

	if err := history.Recover(ctx); err != nil {
		return err
	}

	watch := monitor.New(monitor.Config{
		Platform: p, Caller: func() (ops.Caller, error) { return p.caller(signIn) },
		DB: c.db, Now: now, Logger: c.logger, Interval: c.config.PollInterval, Timeout: p.pollTimeout,
		Watchers: []func(context.Context, ops.Service) error{history.Watch},
	})

	hooks := c.webhooks(log)
	windows := c.windows(log, history, signIn, hooks)
	env := shell.Environment{Name: c.config.Environment.Name, Color: shell.Color(c.config.Environment.Color)}

	pages := handlers.New(handlers.Config{
		Auth: signIn, Platform: p, Changes: history, Windows: windows, Audit: log, Triggers: triggers.New(log), Monitor: watch,
		Feeds: c.feeds(windows, watch, env), Readers: announcements.Audience(c.config.Maintenance.Announcements), Webhooks: hooks,
		Ready: c.db.Read().PingContext, Static: static, Environment: env,
		Tickets:   tickets(c.config.Tickets),
		PublicURL: c.config.PublicURL, Issuer: issuer, Version: readVersion().Version, Now: now, Logger: c.logger,
		IdentityProvider: identityProvider,
	})

	service := func() (ops.Service, error) {
		caller, err := p.caller(signIn)

		return p.As(caller), err
	}

	c.keepWindows(windows, watch, service)

	engine, err := jobqueue.New(jobqueue.Config{DB: c.db, Now: now, Logger: c.logger}, c.families...)
	if err != nil {
		return err
	}

	c.keepLeases(history, service)

	c.background = append(c.background, watch.Run, engine.Run,
		every(time.Hour, c.logger, "old sessions", signIn.Purge),
		every(chainEvery, c.logger, "the audit log's chain", func(ctx context.Context) error {
			state, err := log.Verify(ctx)
			if state.Broken != "" {
				c.logger.ErrorContext(ctx, "the audit log does not hold together", "found", state.Broken)
			}

			return err
		}))

	c.sites = append(c.sites, site{c.config.Addr, pages})

	return c.serve(ctx)
}

// keepLeases ends temporary changes when their time has come, those of each section on
// their own: one that is slow to answer holds up no other.
func (c *console) keepLeases(history *changes.Changes, service func() (ops.Service, error)) {
	for _, section := range ops.Sections() {
		c.background = append(c.background,
			every(time.Second, c.logger, "the end of temporary changes", func(ctx context.Context) error {
				as, err := service()
				if err != nil {
					return nil //nolint:nilerr // there is nobody to ask as; the leases show as overdue
				}

				return history.EndDue(ctx, as, section.Name)
			}))
	}
}

// tickets are none unless they are configured.
func tickets(cfg *config.Tickets) format.Tickets {
	if cfg == nil {
		return format.Tickets{}
	}

	return format.Tickets{Pattern: cfg.Pattern, URL: cfg.URL}
}

// chainEvery is how often what was added to the audit log is verified.
const chainEvery = 15 * time.Second

// every runs a chore at once and then again and again.
func every(interval time.Duration, logger *slog.Logger, what string, chore func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()

		for {
			if err := chore(ctx); err != nil && ctx.Err() == nil {
				logger.WarnContext(ctx, "a chore failed", "chore", what, "error", err)
			}

			select {
			case <-ctx.Done():
				return nil
			case <-ticker.C:
			}
		}
	}
}

// serve serves the sites and runs the background until the context is done, then lets
// what is under way end. Nothing begins before every address is this program's.
func (c *console) serve(ctx context.Context) error {
	for _, s := range c.sites {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.address)
		if err != nil {
			return errors.Join(fmt.Errorf("listen on %s: %w", s.address, err), c.db.Close())
		}
		defer listener.Close()

		c.background = append(c.background, func(ctx context.Context) error { return serveOn(ctx, listener, s.handler) })
	}

	if c.serving != nil {
		c.serving()
	}

	group, ctx := errgroup.WithContext(ctx)

	for _, run := range c.background {
		group.Go(func() error { return run(ctx) })
	}

	return errors.Join(group.Wait(), c.db.Close())
}

const (
	// headerTimeout bounds how long a client may take to say what it wants.
	headerTimeout = 10 * time.Second
	bodyTimeout   = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	answerTimeout = 2 * time.Minute
	// shutdownGrace is how long answers may take once the program is asked to end.
	shutdownGrace = 10 * time.Second
)

// serveOn serves the handler on the listener until the context is done.
func serveOn(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, IdleTimeout: idleTimeout,
		// What takes longer, streams and exports, puts it off as it goes.
		WriteTimeout: answerTimeout,
		// Streams end when the program does, instead of holding it up.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stopped := make(chan error, 1)

	context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
		defer cancel()

		stopped <- server.Shutdown(grace)
	})

	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}

	return <-stopped
}
