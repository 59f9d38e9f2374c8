package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/audit/anchor"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/chore"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/idempotency"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
)

// runBoundaries begins and ends at its time what was announced or is temporary.
func (a *App) runBoundaries(
	history *changes.Changes, windows *maintenance.Windows, watch *monitor.Monitor, service func() (ops.Service, error), index func(),
) {
	tellWindows, tellLeases := a.runWindows(windows, watch, service), a.runLeases(history, service)
	written := func() { // It may be due at once.
		watch.Changed()
		tellWindows()
		tellLeases()
		index()
	}
	history.OnChange, windows.OnChange = written, written
	history.Windows, history.StillOps = windows, windows.AuthorStillOps
}

// dueEvery is how often it is looked what other replicas have announced that is due, at least. What is
// written here wakes whoever waits for it.
const dueEvery = 10 * time.Second

// runSearch puts into the index what is found by its words, and returns how to tell it that there may be more.
func (a *App) runSearch(watch *monitor.Monitor, index *search.Index) (wake func()) {
	owners := index.Owners()

	return a.chore("the index of what is searched", dueEvery, func(ctx context.Context) (next time.Time, err error) {
		var seen []string

		instances := watch.Snapshot().Instances
		for _, owner := range instances.Value.ByOwner {
			seen = append(seen, owner.OwnerUsername)
		}

		return next, errors.Join(owners.See(ctx, seen, instances.AsOf), index.CatchUp(ctx))
	})
}

// soon is when something is looked at again that is being done at the moment, or that could not be seen.
const soon = time.Second

// lookAgain is when it is looked again what is due: soon where that could not be seen, for it may be due already.
func lookAgain(next time.Time, err error) (time.Time, error) {
	if err != nil && next.IsZero() {
		next = now().Add(soon)
	}

	return next, err
}

// chore runs it in the background, and returns how to wake it.
func (a *App) chore(name string, longest time.Duration, do func(ctx context.Context) (next time.Time, err error)) (wake func()) {
	c := chore.New(chore.Config{Name: name, Every: longest, Now: now, Logger: a.logger, Do: do})
	a.background = append(a.background, c.Run)

	return c.Wake
}

// runLeases ends temporary changes and makes scheduled ones when their time has come, those of each section on
// their own: one that is slow to answer holds up no other. It returns how to tell it that there may be others.
func (a *App) runLeases(history *changes.Changes, service func() (ops.Service, error)) (wake func()) {
	end := map[ops.SectionName]func(){}

	for _, section := range ops.Sections() {
		end[section.Name] = a.chore("changes due in a section", time.Minute, func(ctx context.Context) (next time.Time, err error) {
			as, err := service()
			if err != nil { // there is nobody to ask as; the leases show as overdue
				return next, history.PutOffDue(ctx, section.Name, err)
			}

			return next, errors.Join(history.EndDue(ctx, as, section.Name), history.ApplyDue(ctx, as, section.Name))
		})
	}

	return a.chore("when changes are due in a section", dueEvery, func(ctx context.Context) (next time.Time, err error) {
		dues, err := history.Dues(ctx)

		for section, due := range dues {
			if now := now(); !due.After(now) {
				due = now.Add(soon)

				if wake := end[section]; wake != nil { // it may be one of a newer version, beside this one
					wake()
				}
			}

			next = earlier(next, due)
		}

		return lookAgain(next, err)
	})
}

// earlier is the earlier of two moments, of which the first may be zero for none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}

	return a
}

// tickEvery is how often all is looked for that windows may have left behind.
const tickEvery = 30 * time.Second

// runWindows starts and ends windows when it is time, and lets open pages know. It returns how to tell it that
// there may be others.
func (a *App) runWindows(windows *maintenance.Windows, watch *monitor.Monitor, service func() (ops.Service, error)) (wake func()) {
	var (
		seen   int64
		ticked time.Time
		told   atomic.Bool
	)

	silences := a.chore("the silences of maintenance windows", dueEvery, func(ctx context.Context) (next time.Time, err error) {
		return next, windows.KeepSilences(ctx)
	})

	turn := a.chore("maintenance windows", dueEvery, func(ctx context.Context) (next time.Time, err error) {
		as, err := service()
		if err != nil {
			return next, nil //nolint:nilerr // there is nobody to ask as; the windows show as overdue
		}

		before, next, err := windows.Outlook(ctx)
		if err != nil {
			return lookAgain(next, err)
		}

		begun := now()
		due := !next.IsZero() && !next.After(begun) || told.Swap(false)

		if !due && before == seen && begun.Sub(ticked).Abs() < tickEvery {
			return next, nil
		}

		failed := windows.Tick(ctx, as)
		ticked = begun

		// What one window came to is seen although another failed.
		version, next, err := windows.Outlook(ctx)

		switch {
		case err != nil:
			return lookAgain(next, errors.Join(failed, err))
		case version != before: // A window began or ended something of the control plane.
			watch.Wake()
			silences()
		case version != seen:
			watch.Changed()
			silences()
		}

		seen = version

		return next, failed
	})

	return func() {
		told.Store(true)
		turn()
	}
}

// runDatabase looks how the console's own database does: less often while nobody looks and all is well.
func (a *App) runDatabase(own *database.Watch, watch *monitor.Monitor) {
	const everyOther = 6 // looks of which one is made then

	look := func(ctx context.Context) error {
		own.Look(ctx)

		return nil
	}
	busy := func() bool { return watch.Watched() || own.Condition().Status != database.Answering }

	a.background = append(a.background,
		every(database.LookEvery, a.logger, "this console's own database", unless(busy, everyOther, look)))
}

// unless has a chore done one time of so many only, unless it is busy.
func unless(busy func() bool, times int, chore func(ctx context.Context) error) func(ctx context.Context) error {
	left := 0

	return func(ctx context.Context) error {
		if left--; left > 0 && !busy() {
			return nil
		}

		left = times

		return chore(ctx)
	}
}

// chainEvery is how often what was added to the audit log is verified.
const chainEvery = 15 * time.Second

// sumUpEvery is how often it is looked for repeated refusals that are to be summed up.
const sumUpEvery = 5 * time.Second

// auditLog is the log, and what sends its signed heads to where it was told to.
func (a *App) auditLog() (*audit.Log, *anchor.Sender) {
	cfg, log := a.config.Audit, audit.New(a.db, now)

	heads := anchor.New(anchor.Config{
		Key: cfg.SigningKey, Destinations: cfg.Destinations, Now: now, Logger: a.logger,
		Finish: func(ctx context.Context) error {
			_, err := log.Verify(ctx)

			return err
		},
	})
	log.Keys, log.KeyedFrom = cfg.Keys, cfg.KeyedFrom

	if len(cfg.Destinations) > 0 {
		log.Verified = heads.Offer
		a.background = append(a.background, heads.Run)
	}

	return log, heads
}

// settleEvery is how often it is looked for what killed processes left open.
const settleEvery = time.Minute / 2

// runAudit verifies what is added to the audit log, sums up what was refused again and again, and ends what killed
// processes left open in it.
func (a *App) runAudit(log *audit.Log, runs *triggers.Triggers) {
	a.ending = log.Close // what is refused to the last request is counted, too
	a.background = append(a.background,
		every(sumUpEvery, a.logger, "repeated refusals", log.SumUp),
		every(settleEvery, a.logger, "triggers with an unknown outcome", func(ctx context.Context) error {
			return runs.Settle(ctx, now())
		}),
		every(chainEvery, a.logger, "the audit log's chain", func(ctx context.Context) error {
			state, err := log.Verify(ctx)
			if state.Broken != "" {
				a.logger.ErrorContext(ctx, "the audit log is not intact", "found", state.Broken)
			}

			return err
		}))
}

// runTidying deletes what nobody needs any more.
func (a *App) runTidying(watch *monitor.Monitor, signIn *auth.Auth, keys *idempotency.Keys, counted *runs.Counted) {
	if counted != nil {
		counted.OnChange = watch.Changed
		a.background = append(a.background, every(time.Hour, a.logger, "counts of old runs", counted.Tidy))
	}

	a.background = append(a.background,
		every(time.Hour, a.logger, "old samples", watch.Tidy),
		every(time.Hour, a.logger, "old sessions", signIn.Purge),
		every(time.Hour, a.logger, "old idempotency keys", keys.Purge))
}

// approvals are what needs a second person.
func (a *App) approvals(
	log *audit.Log, history *changes.Changes, windows *maintenance.Windows, hooks *webhooks.Webhooks,
) *approvals.Approvals {
	asked := approvals.New(approvals.Config{
		DB: a.db, Audit: log, Webhooks: hooks, Stand: approvals.StandOf(history, windows, hooks), Now: now, Logger: a.logger,
		Actions: a.config.ApprovalActions,
	})

	often := approvals.LookEveryOff
	if asked.On() {
		often = approvals.LookEvery

		if beside := action.Beside(asked.Actions); len(beside) > 0 {
			a.logger.Warn("--approval-actions leaves other ways to set the same values; add these, or see docs/approvals.md",
				"missing", strings.Join(beside, ","))
		}
	}

	a.background = append(a.background, every(often, a.logger, "approvals that are waiting", asked.Look))

	return asked
}

// tell has the approvals hear what the provider says of people.
func tell(asked **approvals.Approvals) func(ctx context.Context, who auth.Identity, vouched bool) {
	return func(ctx context.Context, who auth.Identity, vouched bool) {
		(*asked).Heard(ctx, approvals.Person{Username: who.Username, Issuer: who.Issuer, Subject: who.Subject}, word(who, vouched))
	}
}

// word is what the provider says of who asked for approvals.
func word(who auth.Identity, vouched bool) approvals.Word {
	switch {
	case !vouched:
		return approvals.NotVouched
	case who.IsOps():
		return approvals.Operator
	default:
		return approvals.NoOperator
	}
}

// every runs a chore at once and then again and again.
func every(interval time.Duration, logger *slog.Logger, what string, do func(context.Context) error) func(context.Context) error {
	return chore.Every(interval, now, logger, what, do)
}

// inOrder does one thing after the other, until one fails.
func inOrder(steps ...func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, step := range steps {
			if err := step(ctx); err != nil {
				return err
			}
		}

		return nil
	}
}
