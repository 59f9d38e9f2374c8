package maintenance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/retry"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	// sweepInterval is how often it is looked for what a window left behind.
	sweepInterval = 5 * time.Second
	// maxDue bounds how many windows a tick looks at.
	maxDue = 50
)

// Tick does every boundary that is due; what fails is tried again later. It is to be
// called when [Windows.Outlook] says so and every half a minute, by every process.
func (s *Windows) Tick(ctx context.Context, service ops.Service) error {
	list, err := s.dueNow(ctx)
	if err != nil {
		return err
	}

	errs := []error{s.sweep(ctx)}

	for _, w := range list {
		if err := s.ApplyBoundary(ctx, service, w.id, w.revision); err != nil {
			errs = append(errs, fmt.Errorf("window %d: %w", w.id, err))
		}
	}

	return errors.Join(errs...)
}

// Outlook returns the version of the calendar, and when [Windows.Tick] has a boundary to do next; zero
// when no window is to come.
func (s *Windows) Outlook(ctx context.Context) (version int64, next time.Time, err error) {
	var open bool

	err = s.DB.Read().QueryRowContext(ctx, `
		SELECT version, EXISTS (SELECT 1 FROM opsconsole_windows WHERE due_at IS NOT NULL) FROM opsconsole_calendar WHERE id = 1`).
		Scan(&version, &open)

	switch {
	case err != nil:
		return 0, next, fmt.Errorf("read the version of the calendar: %w", err)
	case !open: // as most of the time, when that is all that is asked
		return version, next, nil
	}

	dues, err := retry.Dues[string](ctx, s.DB, s.Now, retry.Rows{
		Table: windowTable, Condition: "due_at IS NOT NULL", Group: "''", Due: "due_at",
	})

	return version, dues[""], err
}

// sweep finds, every few seconds, what other processes have left: windows by older rules, and what
// a window that is over holds all the same, since a request that was given up as lost may be
// carried out late. That window is due again.
func (s *Windows) sweep(ctx context.Context) error {
	now, last := s.now(), s.swept.Load()
	if last != nil && now.Sub(*last).Abs() < sweepInterval || !s.swept.CompareAndSwap(last, &now) {
		return nil
	}

	// Another replica may have announced by older rules.
	return errors.Join(s.FollowRules(ctx), s.takeBackLate(ctx))
}

// takeBackLate has windows that are over put back what was carried out late.
func (s *Windows) takeBackLate(ctx context.Context) error {
	open, err := s.Changes.Leases(ctx)
	if err != nil {
		return err
	}

	for _, l := range open {
		if l.Holder == nil {
			continue
		}

		w, err := s.Get(ctx, int64(*l.Holder))
		if err != nil {
			return err
		}

		if !w.stored.Final() || !w.dueAt.IsZero() {
			continue
		}

		err = s.transition(ctx, w, transition{
			actor: changes.Scheduled(w.ActsFor), action: audit.WindowEnd, outcome: audit.Unknown, reason: w.Reason,
			message: fmt.Sprintf("Change %d was carried out late; it is being undone.", l.Change),
		}, func(w *Window) { w.schedule(); w.dueAt = epoch() })
		if err != nil && !errors.Is(err, errStale) {
			return err
		}
	}

	return nil
}

type dueWindow struct{ id, revision int64 }

func (w *dueWindow) columns() store.Columns {
	return store.Columns{{Name: "id", Value: &w.id}, {Name: "revision", Value: &w.revision}}
}

func (s *Windows) dueNow(ctx context.Context) ([]dueWindow, error) {
	shared, err := s.shared(ctx, s.DB.Read())
	if err != nil {
		return nil, err
	}

	again, args := retryFailed().Due(shared, 2)

	due, err := store.Select(ctx, s.DB.Read(), windowTable, (*dueWindow).columns,
		fmt.Sprintf(`WHERE due_at <= $1 AND %s ORDER BY due_at, id LIMIT %d`, again, maxDue),
		append([]any{store.Time{Time: s.now()}}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("look for windows that are due: %w", err)
	}

	return due, nil
}
