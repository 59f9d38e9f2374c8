package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/announcements"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// webhooks tell others of the windows, through the job engine.
func (a *App) webhooks(log *audit.Log) *webhooks.Webhooks {
	cfg := a.config.Maintenance
	hooksConfig := webhooks.Config{
		DB: a.db, Audit: log, Jobs: a.enqueuer, Now: now, Logger: a.logger, Environment: a.config.Environment.Name,
		AllowedHosts: cfg.WebhookHosts, AllowedNetworks: cfg.WebhookNetworks, Scheduled: a.config.PublicURL.JoinPath("scheduled"),
	}

	if announce.Audience(cfg.Announcements) != announce.Nobody {
		hooksConfig.Page = a.config.PublicURL.JoinPath(announce.PagePath)
	}

	if len(a.config.ApprovalActions) > 0 {
		hooksConfig.Approvals = a.config.PublicURL.JoinPath("approvals")
	}

	hooks := webhooks.New(hooksConfig)
	a.families = append(a.families, jobqueue.WebhookDeliveries(hooks))

	return hooks
}

// windows are the maintenance windows. They start and end by themselves once the
// background runs.
func (a *App) windows(log *audit.Log, history *changes.Changes, signIn *auth.Auth, hooks *webhooks.Webhooks) *maintenance.Windows {
	history.Outbox = hooks

	return maintenance.New(maintenance.Config{
		DB: a.db, Changes: history, Audit: log, Now: now, Logger: a.logger, Outbox: hooks,
		Alerts: a.alerts(a.config.Maintenance.Alertmanager),
		AuthorStillOps: func(ctx context.Context, username string) (bool, error) {
			if slices.Contains(a.config.Maintenance.BlockedAuthors, username) {
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

// feeds tell users of the windows, and of the components that are named.
func (a *App) feeds(windows *maintenance.Windows, watch *monitor.Monitor, env shell.Environment) (*announce.Feeds, error) {
	zone, err := calendar.Zone(a.config.Maintenance.Zone)
	if err != nil {
		return nil, fmt.Errorf("--announcement-zone: %w", err)
	}

	feeds := announce.New(announce.Config{
		Windows: windows, Zone: zone, Name: env.Name, PublicURL: a.config.PublicURL, Page: announcements.Page(env, a.config.PublicURL),
		Origins: a.config.Maintenance.Origins, Private: announce.Audience(a.config.Maintenance.Announcements) != announce.Public,
		Now: now, Logger: a.logger,
		Health: func() ops.HealthStatus {
			if health := watch.Snapshot().Health; !health.Stale() {
				return health.Value.Status
			}

			return announce.Unknown
		},
	})
	a.observe(feeds)

	return feeds, nil
}
