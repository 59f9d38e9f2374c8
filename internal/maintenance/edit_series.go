package maintenance

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance/series"
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

	left, err := s.daysLeftOut(ctx, tx, one.id, w.wall)
	if err != nil {
		return err
	}

	left.Remove(c.dates[0].Wall) // this one was chosen

	following, err := s.waitingFrom(ctx, tx, one.id, w)
	if err != nil {
		return err
	}

	one.plan = c.Plan
	one.Restart(c.rule, c.dates[0], c.length(), c.TimeZone)

	if err := s.writeSeries(ctx, tx, &one); err != nil {
		return err
	}

	if err := s.rewrite(ctx, tx, actor, &one, following, left, c, edit); err != nil || one.Ended {
		return err
	}

	return s.topUp(ctx, tx, one.id, actor)
}

// waitingFrom returns the window and those that follow it in the series and have not
// started, locked.
func (s *Windows) waitingFrom(ctx context.Context, tx *sql.Tx, id int64, w Window) ([]Window, error) {
	_, err := tx.ExecContext(ctx, `UPDATE opsconsole_windows SET revision = revision WHERE series_id = $1 AND occurrence > $2`,
		id, w.Occurrence)
	if err != nil {
		return nil, fmt.Errorf("lock the windows of series %d: %w", id, err)
	}

	rest, err := s.query(ctx, tx, `
		WHERE series_id = $1 AND occurrence > $2 AND started_at IS NULL AND phase IN ('announced', 'held') ORDER BY occurrence`,
		id, w.Occurrence)

	return append([]Window{w}, rest...), err
}

// daysLeftOut are the days after a date that a series does not take again: their windows
// were cancelled by themselves, or started early.
func (s *Windows) daysLeftOut(ctx context.Context, tx *sql.Tx, id int64, wall string) (left series.Days, err error) {
	windows, err := s.query(ctx, tx, `
		WHERE series_id = $1 AND wall > $2 AND (started_at IS NOT NULL OR phase NOT IN ('announced', 'held'))`, id, wall)

	for _, w := range windows {
		left.Add(w.wall)
	}

	return left, err
}

// rewrite gives the windows the dates of the series, in order.
func (s *Windows) rewrite(
	ctx context.Context, tx *sql.Tx, actor audit.Actor, one *windowSeries, windows []Window, left series.Days,
	c checked, edit Edit,
) error {
	next, stop := iter.Pull(left.Filter(one.Dates()))
	defer stop()

	for i, w := range windows {
		if err := s.checkNotStarting(ctx, tx, w); err != nil {
			return err
		}

		before, date, more := w, c.dates[0], i == 0
		if !one.Ended {
			date, more = next()
		}

		d := transition{
			actor: actor, action: audit.WindowChange, reason: edit.Reason, event: EventChanged, before: &before, quiet: i > 0,
			following: true,
		}

		if more {
			w.setTerms(c, date, actor, s.now())
			w.wall, w.words, w.Series, w.Recurrence = date.Wall, one.Words, &one.id, &one.Rule
			one.LastWall = date.Wall
		} else {
			d.action, d.event = audit.WindowCancel, EventCancelled

			w.cancel(s.now())
		}

		if err := s.save(ctx, tx, &w, d); err != nil {
			return err
		}
	}

	return s.writeSeries(ctx, tx, one)
}

// cancel moves a window that has not started to its end.
func (w *Window) cancel(now time.Time) {
	w.enter(Cancelled, now)
	w.EndedAt = &now
}
