package main

import (
	"context"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/announcements"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// webhooks tell others of the windows, through the job engine.
func (c *console) webhooks(log *audit.Log) *webhooks.Webhooks {
	cfg := c.config.Maintenance
	hooksConfig := webhooks.Config{
		DB: c.db, Audit: log, Jobs: c.enqueuer, Now: now, Logger: c.logger, Environment: c.config.Environment.Name,
		AllowedHosts: cfg.WebhookHosts, AllowedNetworks: cfg.WebhookNetworks,
	}

	if cfg.Announcements != config.Nobody {
		hooksConfig.Page = c.config.PublicURL.JoinPath(announce.PagePath)
	}

	hooks := webhooks.New(hooksConfig)
	c.families = append(c.families, jobqueue.WebhookDeliveries(hooks, now))

	return hooks
}

// windows are the maintenance windows. They start and end by themselves once the
// background runs.
func (c *console) windows(
	log *audit.Log, history *changes.Changes, signIn *auth.Auth, hooks *webhooks.Webhooks,
) *maintenance.Windows {
	return maintenance.New(maintenance.Config{
		DB: c.db, Changes: history, Audit: log, Now: now, Logger: c.logger, Notify: hooks,
		AuthorStillOps: func(ctx context.Context, username string) (bool, error) {
			if slices.Contains(c.config.Maintenance.BlockedAuthors, username) {
				return false, nil
			}

			user, err := signIn.User(ctx, username)
			if e := ops.AsError(err); e != nil && e.Code == ops.CodeNotFound {
				return false, nil // nobody of that name was ever seen here
			}

			return user.Role == ops.RoleOps, err
		},
	})
}

// keepWindows starts and ends windows when it is time, and lets open pages know.
func (c *console) keepWindows(windows *maintenance.Windows, watch *monitor.Monitor, service func() (ops.Service, error)) {
	seen := int64(0)

	c.background = append(c.background,
		every(time.Second, c.logger, "maintenance windows", func(ctx context.Context) error {
			as, err := service()
			if err != nil {
				return nil //nolint:nilerr // there is nobody to ask as; the windows show as overdue
			}

			before, err := windows.Version(ctx)
			if err != nil {
				return err
			}

			if err := windows.Tick(ctx, as); err != nil {
				return err
			}

			version, err := windows.Version(ctx)

			switch {
			case version != before: // A window began or ended something of the control plane.
				watch.Wake()
			case version != seen:
				watch.Changed()
			}

			seen = version

			return err
		}))
}

// feeds tell users of the windows.
func (c *console) feeds(windows *maintenance.Windows, watch *monitor.Monitor, env shell.Environment) *announce.Feeds {
	return announce.New(announce.Config{
		Windows: windows, Name: env.Name, PublicURL: c.config.PublicURL, Page: announcements.Page(env),
		Origins: c.config.Maintenance.Origins, Private: announcements.Audience(c.config.Maintenance.Announcements) != announcements.Public,
		Now: now, Logger: c.logger,
		Health: func() ops.HealthStatus {
			if health := watch.Snapshot().Health; !health.Stale() {
				return health.Value.Status
			}

			return announce.Unknown
		},
	})
}
