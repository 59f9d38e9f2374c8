package maintenance

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
)

// Act is what every act on a window comes with.
type Act struct {
	// Revision is the one that was seen; 0 takes the window as it is.
	Revision int64
	Reason   string
}

// act checks reason and revision, lets fn change the window, and saves it with the
// transition. What is refused is logged.
func (s *Windows) act(
	ctx context.Context, id int64, act Act, d transition, fn func(tx *sql.Tx, w *Window) error,
) error {
	d.reason = act.Reason

	err := ops.Invalid(changes.CheckReason(act.Reason))
	if err == nil {
		err = s.write(ctx, func(tx *sql.Tx) error {
			w, err := s.locked(ctx, tx, id)
			if err == nil {
				err = w.checkRevision(act.Revision)
			}

			if err != nil {
				return err
			}

			before := w
			d.before = &before

			return s.change(ctx, tx, w, d, func(w *Window) error { return fn(tx, w) })
		})
	}

	if err != nil {
		return s.refuse(ctx, d.actor, d.action, object(id), act.Reason, err)
	}

	return nil
}

// claim keeps the tick from what is done at once after an act.
func (s *Windows) claim(ctx context.Context, tx *sql.Tx, w *Window) error {
	now, err := s.shared(ctx, tx)
	w.nextTryAt = now.Add(claimDuration)

	return err
}

// Start starts an announced window now, in the actor's name. The window that it returns
// is active, or still announced and overdue with a note.
func (s *Windows) Start(ctx context.Context, service ops.Service, actor audit.Actor, id int64, act Act) (Window, error) {
	d := transition{actor: actor, action: audit.WindowStart, message: "To be started now."}

	err := s.act(ctx, id, act, d, func(tx *sql.Tx, w *Window) error {
		now := s.now()

		switch {
		case w.Phase != Announced:
			return w.conflict("It is %s; only an announced window can be started.", w.Phase)
		case !now.Before(w.StartsAt):
			w.ActsFor = actor.Username // it is due already, and goes on in the actor's name
		default:
			w.ActsFor, w.StartsAt = actor.Username, now
		}

		w.schedule()

		if err := s.claim(ctx, tx, w); err != nil {
			return err
		}

		if err := s.checkLeases(ctx, tx, w.Plan, []Span{{now, w.EndsAt}}); err != nil {
			return err
		}

		return s.checkOverlaps(ctx, tx, []Span{{w.StartsAt, w.EndsAt}}, exclusion{window: w.ID})
	})
	if err != nil {
		return Window{}, err
	}

	return s.advanceAndGet(ctx, service, id)
}

// End ends an active window now, as its time would: it is verified, and completed when
// the platform is healthy.
func (s *Windows) End(ctx context.Context, service ops.Service, actor audit.Actor, id int64, act Act) (Window, error) {
	d := transition{actor: actor, action: audit.WindowEnd, message: "To be ended now."}

	err := s.act(ctx, id, act, d, func(tx *sql.Tx, w *Window) error {
		now := s.now()

		switch {
		case w.waiting():
			return w.conflict("It has not started: cancel it.")
		case w.Phase != Active:
			return w.conflict("It is %s: its end has already come.", w.Phase)
		}

		w.EndsAt = now
		w.enter(Verifying, now)

		if err := s.claim(ctx, tx, w); err != nil {
			return err
		}

		return s.Changes.MoveLeases(ctx, tx, lease.Holder(w.ID), now)
	})
	if err != nil {
		return Window{}, err
	}

	return s.advanceAndGet(ctx, service, id)
}

// Extend moves the end of a window that is not being put back yet; one that is past its
// end becomes active again. Its errors are those of [Windows.Announce].
func (s *Windows) Extend(ctx context.Context, actor audit.Actor, id int64, act Act, endsAt time.Time) (Window, error) {
	given := endsAt
	endsAt = endsAt.UTC().Truncate(time.Second)
	d := transition{
		actor: actor, action: audit.WindowExtend, event: EventExtended, message: "Until " + endsAt.Format(time.RFC3339) + ".",
	}

	err := s.act(ctx, id, act, d, func(tx *sql.Tx, w *Window) error {
		var wrong fieldErrors

		question := asks{}
		question.offset(&wrong, "ends_at", given, w.TimeZone)

		if err := errors.Join(question.invalid(wrong), s.checkExtend(w, endsAt)); err != nil {
			return err
		}

		from := w.EndsAt // what it had already needs no second look

		if w.EndsAt = endsAt; w.waiting() {
			w.PlannedEndsAt, from = endsAt, w.StartsAt
		}

		if w.stored == Verifying || w.stored == Overrun {
			w.enter(Active, s.now())
		}

		w.schedule()

		if err := s.Changes.MoveLeases(ctx, tx, lease.Holder(w.ID), endsAt); err != nil {
			return err
		}

		return s.checkLonger(ctx, tx, *w, Span{from, endsAt})
	})
	if err != nil {
		return Window{}, err
	}

	return s.Get(ctx, id)
}

// checkLonger refuses what a window meets in the time by which it is longer.
func (s *Windows) checkLonger(ctx context.Context, tx *sql.Tx, w Window, longer Span) error {
	if err := s.checkScheduled(ctx, tx, w.Plan, []Span{longer}); err != nil {
		return err
	}

	return s.checkOverlaps(ctx, tx, []Span{longer}, exclusion{window: w.ID})
}

func (s *Windows) checkExtend(w *Window, endsAt time.Time) error {
	var wrong fieldErrors

	switch {
	case w.Phase.Final() || w.stored == Held || !w.verifiedAt.IsZero():
		return w.conflict("It is %s and cannot be extended.", w.Phase)
	case !endsAt.After(w.EndsAt) || !endsAt.After(s.now()):
		wrong.addf("ends_at", "range", "must be later than the current end, %s, and in the future", w.EndsAt.Format(time.RFC3339))
	case endsAt.Sub(w.StartsAt) > maxLength:
		wrong.addf("ends_at", "range", "must be at most 90 days after the start")
	}

	return ops.Invalid(wrong)
}

// Cancel cancels a window that has not started, or it and those that follow. What is
// applied of it already is put back.
func (s *Windows) Cancel(
	ctx context.Context, service ops.Service, actor audit.Actor, id int64, act Act, scope Scope,
) (Window, error) {
	d := transition{actor: actor, action: audit.WindowCancel, event: EventCancelled, following: scope == Following}

	err := s.act(ctx, id, act, d, func(tx *sql.Tx, w *Window) error {
		switch {
		case w.Phase.Final():
			return w.conflict("It is already %s.", w.Phase)
		case !w.waiting():
			return w.conflict("It has started: end it.")
		}

		w.cancel(s.now())

		if err := s.claim(ctx, tx, w); err != nil {
			return err
		}

		if w.Series == nil || scope != Following {
			return nil
		}

		return s.cancelFollowing(ctx, tx, actor, *w, act.Reason)
	})
	if err != nil {
		return Window{}, err
	}

	return s.advanceAndGet(ctx, service, id)
}

func (s *Windows) cancelFollowing(ctx context.Context, tx *sql.Tx, actor audit.Actor, w Window, reason string) error {
	one, err := s.seriesOf(ctx, tx, *w.Series)
	if err != nil {
		return err
	}

	one.Ended = true
	if err := s.writeSeries(ctx, tx, &one); err != nil {
		return err
	}

	windows, err := s.waitingFrom(ctx, tx, one.id, w)
	if err != nil {
		return err
	}

	for _, next := range windows[1:] {
		before := next
		next.cancel(s.now())

		err := s.save(ctx, tx, &next, transition{
			actor: actor, action: audit.WindowCancel, reason: reason, event: EventCancelled, quiet: true, before: &before,
			message: fmt.Sprintf("With window %d.", w.ID),
		})
		if err != nil {
			return err
		}
	}

	return nil
}

// Verify says that a window past its end is over although the platform is not healthy.
func (s *Windows) Verify(ctx context.Context, service ops.Service, actor audit.Actor, id int64, act Act) (Window, error) {
	d := transition{actor: actor, action: audit.WindowVerify}

	err := s.act(ctx, id, act, d, func(tx *sql.Tx, w *Window) error {
		now := s.now()

		switch {
		case w.waiting() || w.Phase == Active:
			return w.conflict("Its end has not come: it is %s.", w.Phase)
		case w.Phase != Verifying && w.Phase != Overrun || !w.verifiedAt.IsZero():
			return w.conflict("It is %s: there is nothing to verify.", w.Phase)
		}

		if w.stored != Verifying {
			w.enter(Verifying, now)
		}

		w.verifiedAt, w.verifiedBy, w.verifyReason = now, actor.Username, act.Reason
		w.schedule()

		return s.claim(ctx, tx, w)
	})
	if err != nil {
		return Window{}, err
	}

	return s.advanceAndGet(ctx, service, id)
}
