package maintenance

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance/series"
	"github.com/graph-olap/opsconsole/internal/store"
)

// editFollowing gives the series of a window other terms from that window on, and its
// windows with them: the first that is there takes the first date, and so on; those
// that are too many are cancelled. A window that stands alone becomes the first of a
// series.
func (s *Windows) editFollowing(ctx context.Context, tx *sql.Tx, actor audit.Actor, w Window, c checked, edit Edit) error {
	var one windowSeries

	if w.Series != nil {
		var err error
		if one, err = s.seriesOf(ctx, tx, *w.Series); err != nil {
			return err
		}
	} else {
		w.Occurrence = 1
		one = windowSeries{reason: w.Reason, announcedBy: w.AnnouncedBy, actsFor: w.ActsFor}
		one.LastNumber = w.Occurrence
	}

	if err := s.checkOverlaps(ctx, tx, c.spans(), exclusion{window: w.ID, series: one.id, from: w.Occurrence}); err != nil {
		return err
	}

	if err := s.lockFollowing(ctx, tx, one.id, w); err != nil {
		return err
	}

	rule := one.Rule

	following, err := s.placesOf(ctx, tx, &one, w, c, edit)
	if err != nil {
		return err
	}

	told := edit.Recurrence != nil && rule != one.Rule

	if one.plan = edit.plan(one.plan, c.Plan); w.Series == nil {
		one.plan = c.Plan
	}

	if err := s.writeSeries(ctx, tx, &one); err != nil {
		return err
	}

	if err := s.rewrite(ctx, tx, actor, &one, following, c, edit, told); err != nil || one.Ended {
		return err
	}

	return s.topUp(ctx, tx, one.id, actor)
}

func (s *Windows) lockFollowing(ctx context.Context, tx *sql.Tx, id int64, w Window) error {
	_, err := tx.ExecContext(ctx, `UPDATE opsconsole_windows SET revision = revision WHERE series_id = $1 AND occurrence > $2`,
		id, w.Occurrence)
	if err != nil {
		return fmt.Errorf("lock the windows of series %d: %w", id, err)
	}

	return nil
}

// waitingFrom returns the window and those that follow it in the series and have not
// started.
func (s *Windows) waitingFrom(ctx context.Context, q store.Querier, id int64, w Window) ([]Window, error) {
	rest, err := s.query(ctx, q, `
		WHERE series_id = $1 AND occurrence > $2 AND started_at IS NULL AND phase IN ('announced', 'held') ORDER BY occurrence`,
		id, w.Occurrence)

	return append([]Window{w}, rest...), err
}

// daysLeftOut are the days after a date that a series does not take again: their windows
// were cancelled by themselves, or started early.
func (s *Windows) daysLeftOut(ctx context.Context, q store.Querier, id int64, wall string) (left series.Days, err error) {
	windows, err := s.query(ctx, q, `
		WHERE series_id = $1 AND wall > $2 AND (started_at IS NOT NULL OR phase NOT IN ('announced', 'held'))`, id, wall)

	for _, w := range windows {
		left.Add(w.wall)
	}

	return left, err
}

// rewrite puts the windows in their places. Users are told once, on the first, and only of what they can see.
func (s *Windows) rewrite(
	ctx context.Context, tx *sql.Tx, actor audit.Actor, one *windowSeries, following []place, c checked, edit Edit, told bool,
) error {
	after := make([]Window, len(following))

	for i, p := range following {
		if err := s.checkNotStarting(ctx, tx, p.window); err != nil {
			return err
		}

		after[i] = s.rewritten(actor, one, p, c, edit)
		told = told || p.gone || !after[i].sameToUsers(p.window)
	}

	for i, p := range following {
		d := transition{actor: actor, action: audit.WindowChange, reason: edit.Reason, before: &p.window, quiet: i > 0, following: true}

		switch {
		case p.gone:
			d.action, d.event = audit.WindowCancel, EventCancelled
		case told:
			d.event = EventChanged
		}

		if err := s.save(ctx, tx, &after[i], d); err != nil {
			return err
		}
	}

	return s.writeSeries(ctx, tx, one)
}

// rewritten is the window in its place.
func (s *Windows) rewritten(actor audit.Actor, one *windowSeries, p place, c checked, edit Edit) Window {
	w := p.window

	if p.gone {
		w.cancel(s.now())

		return w
	}

	w.setTerms(c, p.date, actor, s.now())
	w.Plan = edit.plan(p.window.Plan, c.Plan)
	w.wall, w.words, w.Series, w.Recurrence = p.date.Wall, one.Words, &one.id, &one.Rule
	one.LastWall = p.date.Wall

	if p.stays {
		w.stay(p.window)
	}

	return w
}

// cancel moves a window that has not started to its end.
func (w *Window) cancel(now time.Time) {
	w.enter(Cancelled, now)
	w.EndedAt = &now
}
