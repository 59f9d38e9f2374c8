package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/idempotency"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
)

// runLeases ends temporary changes when their time has come, those of each section on
// their own: one that is slow to answer holds up no other.
func (a *App) runLeases(history *changes.Changes, service func() (ops.Service, error)) {
	for _, section := range ops.Sections() {
		a.background = append(a.background,
			every(time.Second, a.logger, "the end of temporary changes", func(ctx context.Context) error {
				as, err := service()
				if err != nil {
					return nil //nolint:nilerr // there is nobody to ask as; the leases show as overdue
				}

				return history.EndDue(ctx, as, section.Name)
			}))
	}
}

// runWindows starts and ends windows when it is time, and lets open pages know.
func (a *App) runWindows(windows *maintenance.Windows, watch *monitor.Monitor, service func() (ops.Service, error)) {
	seen := int64(0)

	a.background = append(a.background,
		every(time.Second, a.logger, "maintenance windows", func(ctx context.Context) error {
			as, err := service()
			if err != nil {
				return nil //nolint:nilerr // there is nobody to ask as; the windows show as overdue
			}

			before, err := windows.Version(ctx)
			if err != nil {
				return err
			}

			failed := windows.Tick(ctx, as)

			// What one window came to is seen although another failed.
			version, err := windows.Version(ctx)

			switch {
			case err != nil:
			case version != before: // A window began or ended something of the control plane.
				watch.Wake()
			case version != seen:
				watch.Changed()
			}

			seen = version

			return errors.Join(failed, err)
		}),
		every(time.Second, a.logger, "the silences of maintenance windows", windows.KeepSilences))
}

// approvals are what needs a second person; where nothing does there is nothing to look for.
func (a *App) approvals(
	log *audit.Log, history *changes.Changes, windows *maintenance.Windows, hooks *webhooks.Webhooks,
) *approvals.Approvals {
	asked := approvals.New(approvals.Config{
		DB: a.db, Audit: log, Webhooks: hooks, Stand: approvals.StandOf(history, windows, hooks), Now: now, Logger: a.logger,
		Actions: a.config.ApprovalActions,
	})

	if asked.On() {
		a.background = append(a.background, every(approvals.LookEvery, a.logger, "what waits for another operator", asked.Look))
	}

	return asked
}

// runDatabase looks how the console's own database does.
func (a *App) runDatabase(own *database.Watch) {
	a.background = append(a.background,
		every(database.LookEvery, a.logger, "this console's own database", func(ctx context.Context) error {
			own.Look(ctx)

			return nil
		}))
}

// chainEvery is how often what was added to the audit log is verified.
const chainEvery = 15 * time.Second

// sumUpEvery is how often it is looked for refusals that repeat and are to be summed up.
const sumUpEvery = 5 * time.Second

// runAudit verifies what is added to the audit log, and sums up what was refused again and again.
func (a *App) runAudit(log *audit.Log) {
	a.ending = log.Close // what is refused to the last request is counted, too
	a.background = append(a.background,
		every(sumUpEvery, a.logger, "refusals that repeat", log.SumUp),
		every(chainEvery, a.logger, "the audit log's chain", func(ctx context.Context) error {
			state, err := log.Verify(ctx)
			if state.Broken != "" {
				a.logger.ErrorContext(ctx, "the audit log does not hold together", "found", state.Broken)
			}

			return err
		}))
}

// runTidying deletes what nobody needs any more.
func (a *App) runTidying(watch *monitor.Monitor, signIn *auth.Auth, keys *idempotency.Keys) {
	a.background = append(a.background,
		every(time.Hour, a.logger, "old samples", watch.Tidy),
		every(time.Hour, a.logger, "old sessions", signIn.Purge),
		every(time.Hour, a.logger, "old idempotency keys", keys.Purge))
}

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
