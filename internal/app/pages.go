package app

import (
	"context"
	"net/http"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/idempotency"
	"github.com/graph-olap/opsconsole/internal/instances"
	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/metrics"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// rememberUnwatched is how many times rarer it is read what pages show while the database cannot be read, as long as
// nobody looks.
const rememberUnwatched = 20

// pages puts the pages over the platform, and what runs beside them.
func (a *App) pages(p platform, sign auth.Config, identityProvider http.Handler) error { //nolint:funlen // it puts together, step by step
	sign.PublicURL, sign.DB, sign.Now, sign.Logger = a.config.PublicURL, a.db, now, a.logger
	sign.TrustedProxies, sign.StepUpMaxAge = a.config.TrustedProxies, a.config.StepUpMaxAge
	sign.SessionLifetime, sign.SessionIdle = a.config.SessionLifetime, a.config.SessionIdle

	var asked *approvals.Approvals // made below; nobody signs in before

	sign.OnVouched = tell(&asked)

	signIn, err := auth.New(sign)
	if err != nil {
		return err
	}

	log, heads := a.auditLog()
	history := changes.New(a.db, log, now, a.logger, changes.Policy{
		Environment: a.config.Environment.Name, ConfirmBelow: a.config.ConfirmBelow,
	})
	keys, found := idempotency.New(a.db, now), search.New(a.db)
	own := database.New(database.Config{DB: a.db, Now: now, Logger: a.logger})
	watch := a.monitor(p, signIn, own, history)

	hooks := a.webhooks(log)
	windows := a.windows(log, history, signIn, hooks)

	a.recovery = inOrder(log.Start, history.Recover, keys.Recover, windows.FollowRules)

	byHand, acts := triggers.New(log), instances.New(log)
	newest := instances.NewNewest(p, func() (ops.Caller, error) { return p.caller(signIn) })
	asked = a.approvals(log, history, windows, hooks)

	// What is written here is drawn anew without asking the control plane.
	hear(watch.Changed, &own.OnChange, &asked.OnChange, &hooks.OnChange, &byHand.OnChange)

	acts.OnChange = func() {
		newest.Forget()
		watch.Changed()
	}

	env := shell.Environment{Name: a.config.Environment.Name, Color: shell.Color(a.config.Environment.Color)}

	feeds, err := a.feeds(windows, watch, env)
	if err != nil {
		return err
	}

	backups := a.runBackups()
	pages := handlers.New(handlers.Config{
		Auth: signIn, Platform: p, Instances: p, ResumesForOwner: p.embedded, InstanceActs: acts, NewestInstances: newest,
		Changes: history, Windows: windows, Audit: log, Triggers: byHand, Runs: p.runs, Monitor: watch, Keys: keys,
		Search: found, Feeds: feeds, Approvals: asked, Readers: announce.Audience(a.config.Maintenance.Announcements), Webhooks: hooks,
		Database: own, Backups: backups, SignedHeads: heads, Static: a.static, Environment: env, Tickets: a.tickets(),
		PublicURL: a.config.PublicURL, TrustedProxies: a.config.TrustedProxies, Version: ReadVersion().Version, Now: now, Logger: a.logger,
		IdentityProvider: identityProvider, Answered: a.answered(metrics.Pages), Trace: a.trace, StepUp: a.stepUp(),
		Draining: a.leave.draining, Drained: a.leave.drained,
	})

	err = a.measure(metrics.Config{
		Monitor: watch, Database: own, Chain: chainOf(log, heads), Streams: pages.Streams, Changes: history, Windows: windows,
		Webhooks: hooks, Backups: backupsOf(backups),
	})
	if err != nil {
		return err
	}

	service := func() (ops.Service, error) {
		caller, err := p.caller(signIn)

		return p.As(caller), err
	}

	a.runBoundaries(history, windows, watch, service, a.runSearch(watch, found))

	engine, err := jobqueue.New(jobqueue.Config{DB: a.db, Now: now, Logger: a.logger, Enqueuer: a.enqueuer}, a.families...)
	if err != nil {
		return err
	}

	a.runDatabase(own, watch)
	a.runAudit(log, byHand)
	a.runTidying(watch, signIn, keys, p.counted)
	a.background = append(a.background, watch.Run, engine.Run,
		every(handlers.RememberEvery, a.logger, "what pages show while the database cannot be read",
			unless(watch.Watched, rememberUnwatched, pages.Remember)),
		every(auth.RememberEvery, a.logger, "the sessions that are remembered", signIn.Remember))

	a.sites = append(a.sites, site{a.config.Addr, "--addr", pages})

	return nil
}

// monitor is the one poller of the platform.
func (a *App) monitor(p platform, signIn *auth.Auth, own *database.Watch, history *changes.Changes) (watch *monitor.Monitor) {
	watchers := []func(context.Context, ops.Service) error{history.Watch}

	if p.counted != nil {
		look := func(ctx context.Context, _ ops.Service) error { return p.counted.Look(ctx, watch.Snapshot()) }
		watchers = append([]func(context.Context, ops.Service) error{look}, watchers...)
	}

	watch = monitor.New(monitor.Config{
		Platform: p, Caller: func() (ops.Caller, error) { return p.caller(signIn) },
		DB: a.db, Database: own.Seen, Now: now, Logger: a.logger, Interval: a.config.PollInterval, Timeout: p.pollTimeout,
		Watchers: watchers, Schedule: p.schedule,
		Since: func(ctx context.Context, job ops.JobName, result monitor.JobResult, after time.Time) (time.Time, error) {
			return p.runs.Since(ctx, job, runs.Result(result), after)
		},
	})

	return watch
}

// tickets are what in reasons leads somewhere, none unless it is configured.
func (a *App) tickets() format.Tickets {
	out := format.Tickets{Emails: a.config.EmailLinks}
	if cfg := a.config.Tickets; cfg != nil {
		out.Pattern, out.URL = cfg.Pattern, cfg.URL
	}

	return out
}

// stepUp is which acts need a newer sign-in.
func (a *App) stepUp() *handlers.StepUp {
	return &handlers.StepUp{Actions: a.config.StepUpActions, MaxAge: a.config.StepUpMaxAge}
}

// hear has who is called whenever one of them has changed something.
func hear(who func(), of ...*func()) {
	for _, change := range of {
		*change = who
	}
}
