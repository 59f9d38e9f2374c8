package maintenance

import (
	"context"
	"crypto/rand"
	"database/sql"
	"slices"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// newWindow is a window as it is announced.
func (s *Windows) newWindow(actor audit.Actor, c checked) Window {
	now := s.now()
	w := Window{
		UID: rand.Text(), Plan: c.Plan, StartsAt: c.StartsAt, EndsAt: c.EndsAt, PlannedStartsAt: c.StartsAt, PlannedEndsAt: c.EndsAt,
		TimeZone: c.TimeZone, Reason: c.Reason, AnnouncedBy: actor.Username, AnnouncedAt: now, ActsFor: actor.Username,
		wall: c.dates[0].Wall,
	}
	w.enter(Announced, now)
	w.derive(now)

	return w
}

// Announce announces a window, and starts it when its time has come already. With a
// recurrence it announces a series and returns its first window. It returns
//   - a VALIDATION_FAILED for what cannot be meant,
//   - a CONFLICT when it overlaps another window, with details {window}, or the coming
//     one of a series, {series}, or a temporary change of a field that it sets, {lease,
//     field}.
func (s *Windows) Announce(ctx context.Context, service ops.Service, actor audit.Actor, draft Draft) (Window, error) {
	c, wrong, err := s.check(ctx, draft)
	if err != nil {
		return Window{}, err
	}

	wrong = slices.Concat(wrong, changes.CheckReason(draft.Reason), s.Changes.CheckConfirm(c.confirm, draft.Confirm))

	if err := c.asks.invalid(wrong); err != nil {
		return Window{}, s.refuse(ctx, actor, audit.WindowAnnounce, "maintenance/windows", draft.Reason, err)
	}

	var w Window

	err = s.write(ctx, func(tx *sql.Tx) error {
		if err := s.checkLeases(ctx, tx, c.Plan, c.spans()); err != nil {
			return err
		}

		if err := s.checkOverlaps(ctx, tx, c.spans(), exclusion{}); err != nil {
			return err
		}

		w = s.newWindow(actor, c)
		if !w.StartsAt.After(s.now()) { // it is started below
			if err := s.claim(ctx, tx, &w); err != nil {
				return err
			}
		}

		if c.Recurrence != "" {
			if err := s.newSeries(ctx, tx, &w, c, actor); err != nil {
				return err
			}
		}

		err := s.save(ctx, tx, &w, transition{
			actor: actor, action: audit.WindowAnnounce, reason: draft.Reason, event: EventAnnounced, following: true,
		})
		if err != nil || w.Series == nil {
			return err
		}

		return s.topUp(ctx, tx, *w.Series, actor)
	})
	if err != nil {
		return Window{}, s.refuse(ctx, actor, audit.WindowAnnounce, "maintenance/windows", draft.Reason, err)
	}

	return s.advanceAndGet(ctx, service, w.ID)
}

// newSeries makes the window the first of a new series.
func (s *Windows) newSeries(ctx context.Context, tx *sql.Tx, w *Window, c checked, actor audit.Actor) error {
	one := windowSeries{plan: c.Plan, reason: c.Reason, announcedBy: actor.Username, actsFor: actor.Username}
	one.LastNumber = 1
	one.Restart(c.rule, c.dates[0], c.length(), c.TimeZone)

	if err := s.writeSeries(ctx, tx, &one); err != nil {
		return err
	}

	w.Series, w.Recurrence, w.words, w.Occurrence = &one.id, &one.Rule, one.Words, one.LastNumber

	return nil
}

// advanceAndGet does at once what is due of the window, and returns it.
func (s *Windows) advanceAndGet(ctx context.Context, service ops.Service, id int64) (Window, error) {
	if err := s.advance(ctx, service, id); err != nil {
		return Window{}, err
	}

	return s.Get(ctx, id)
}

// refuse logs an attempt that changed nothing, and returns its error.
func (s *Windows) refuse(ctx context.Context, actor audit.Actor, action audit.Action, object, reason string, cause error) error {
	if ops.AsError(cause).Code == ops.CodeInternal {
		return cause
	}

	_, err := s.Audit.Record(context.WithoutCancel(ctx), actor, audit.Entry{
		Action: action, Object: object, Outcome: audit.Refused, Reason: ops.Clip(reason), Message: errorText(cause),
	})
	if err != nil {
		return err
	}

	return cause
}
