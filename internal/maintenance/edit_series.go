package maintenance

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
)

// remaining is the rule of a window's series from the window on.
func (s *Windows) remaining(ctx context.Context, w Window) (Rule, error) {
	one, err := s.seriesOf(ctx, s.DB.Read(), *w.Series)
	if err != nil {
		return Rule{}, err
	}

	gone := 0

	for o := range one.dates() {
		if o.Wall >= w.wall {
			break
		}

		gone++
	}

	rule, err := ParseRule(one.rule)

	return rule.without(gone), err
}

// editFollowing gives the series of a window other terms from that window on, and its
// windows with them: the first that is there takes the first date, and so on; those
// that are too many are cancelled. A window that stands alone becomes the first of a
// series.
func (s *Windows) editFollowing(ctx context.Context, tx *sql.Tx, actor audit.Actor, w Window, c checked, edit Edit) error {
	var one series

	if w.Series != nil {
		var err error
		if one, err = s.seriesOf(ctx, tx, *w.Series); err != nil {
			return err
		}
	} else {
		w.Occurrence = 1
		one = series{reason: w.Reason, announcedBy: w.AnnouncedBy, actsFor: w.ActsFor, lastNumber: w.Occurrence}
	}

	if err := s.overlaps(ctx, tx, c.spans(), moved{window: w.ID, series: one.id, from: w.Occurrence}); err != nil {
		return err
	}

	struck, err := s.struck(ctx, tx, one.id, w.wall)
	if err != nil {
		return err
	}

	delete(struck, c.dates[0].Wall[:days]) // this one was chosen

	following, err := s.waitingFrom(ctx, tx, one.id, w)
	if err != nil {
		return err
	}

	one.timeZone, one.plan, one.seconds = c.TimeZone, c.Plan, int64(c.length()/time.Second)
	one.firstWall, one.lastWall = c.dates[0].Wall, c.dates[0].Wall

	if one.ended = c.Recurrence == ""; !one.ended {
		one.rule, one.words = c.rule.String(), c.rule.Words(c.StartsAt, c.TimeZone)
	}

	if err := s.writeSeries(ctx, tx, &one); err != nil {
		return err
	}

	if err := s.rewrite(ctx, tx, actor, &one, following, struck, c, edit); err != nil || one.ended {
		return err
	}

	return s.topUp(ctx, tx, one.id, actor)
}

// waitingFrom returns the window and those that follow it in the series and have not
// started, locked.
func (s *Windows) waitingFrom(ctx context.Context, tx *sql.Tx, series int64, w Window) ([]Window, error) {
	_, err := tx.ExecContext(ctx, `UPDATE opsconsole_windows SET revision = revision WHERE series_id = $1 AND occurrence > $2`,
		series, w.Occurrence)
	if err != nil {
		return nil, fmt.Errorf("lock the windows of series %d: %w", series, err)
	}

	rest, err := s.query(ctx, tx, `
		WHERE series_id = $1 AND occurrence > $2 AND started_at IS NULL AND phase IN ('announced', 'held') ORDER BY occurrence`,
		series, w.Occurrence)

	return append([]Window{w}, rest...), err
}

// days is how much of a wall's time is its day.
const days = len("2006-01-02")

// struck are the days after a date that a series does not take again: their windows
// were cancelled by themselves, or started early.
func (s *Windows) struck(ctx context.Context, tx *sql.Tx, series int64, wall string) (map[string]bool, error) {
	gone, err := s.query(ctx, tx, `
		WHERE series_id = $1 AND wall > $2 AND (started_at IS NOT NULL OR phase NOT IN ('announced', 'held'))`, series, wall)
	if err != nil {
		return nil, err
	}

	struck := map[string]bool{}
	for _, w := range gone {
		struck[w.wall[:days]] = true
	}

	return struck, nil
}

// without leaves out the dates of days that were struck.
func without(dates iter.Seq[Occurrence], struck map[string]bool) iter.Seq[Occurrence] {
	return func(yield func(Occurrence) bool) {
		for o := range dates {
			if !struck[o.Wall[:days]] && !yield(o) {
				return
			}
		}
	}
}

// rewrite gives the windows the dates of the series, in order.
func (s *Windows) rewrite(
	ctx context.Context, tx *sql.Tx, actor audit.Actor, one *series, windows []Window, struck map[string]bool, c checked, edit Edit,
) error {
	next, stop := iter.Pull(without(one.dates(), struck))
	defer stop()

	for i, w := range windows {
		if err := s.untouched(ctx, tx, w); err != nil {
			return err
		}

		before, date, more := w, c.dates[0], i == 0
		if !one.ended {
			date, more = next()
		}

		d := deed{
			actor: actor, action: audit.WindowChange, reason: edit.Reason, event: EventChanged, before: &before, quiet: i > 0,
		}

		if more {
			w.apply(c, date, actor, s.moment())
			w.wall, w.words, w.Series, w.Recurrence = date.Wall, one.words, &one.id, &one.rule
			one.lastWall = date.Wall
		} else {
			d.action, d.event = audit.WindowCancel, EventCancelled

			w.cancel(s.moment())
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
