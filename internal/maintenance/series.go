package maintenance

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"iter"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/internal/maintenance/series"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	// windowsAhead is how many windows of a series are written ahead.
	windowsAhead = 5
	// maxDatesChecked is how many dates of a rule are looked at, those of the next two years
	// for overlaps too; one that is written later and overlaps is held.
	maxDatesChecked = 200
)

// windowSeries is what the windows of a recurrence rule have in common.
type windowSeries struct {
	series.Schedule

	id                   int64
	plan                 Plan
	reason               string
	announcedBy, actsFor string
}

const seriesTable = "opsconsole_window_series"

// columns are those of the table but for the id.
func (one *windowSeries) columns() store.Columns {
	return store.Columns{
		{Name: "rule", Value: &one.Rule},
		{Name: "words", Value: &one.Words},
		{Name: "time_zone", Value: &one.TimeZone},
		{Name: "first_wall", Value: &one.FirstWall},
		{Name: "last_wall", Value: &one.LastWall},
		{Name: "last_number", Value: &one.LastNumber},
		{Name: "seconds", Value: &one.Seconds},
		{Name: "plan_json", Value: store.JSON(&one.plan)},
		{Name: "reason", Value: &one.reason},
		{Name: "announced_by", Value: &one.announcedBy},
		{Name: "acts_for", Value: &one.actsFor},
		{Name: "ended", Value: &one.Ended},
	}
}

func (one *windowSeries) columnsWithID() store.Columns {
	return append(store.Columns{{Name: "id", Value: &one.id}}, one.columns()...)
}

func (s *Windows) seriesWhere(ctx context.Context, q store.Querier, clause string, args ...any) ([]windowSeries, error) {
	found, err := store.Select(ctx, q, seriesTable, (*windowSeries).columnsWithID, clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list series: %w", err)
	}

	return found, nil
}

func (s *Windows) seriesOf(ctx context.Context, q store.Querier, id int64) (windowSeries, error) {
	found, err := s.seriesWhere(ctx, q, `WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("series %d is gone", id)
	}

	if err != nil {
		return windowSeries{}, err
	}

	return found[0], nil
}

func (s *Windows) writeSeries(ctx context.Context, tx *sql.Tx, one *windowSeries) (err error) {
	if one.id != 0 {
		_, err = one.columns().Update(ctx, tx, seriesTable, "id = $1", one.id)
	} else {
		one.id, err = one.columns().Insert(ctx, tx, seriesTable)
	}

	if err != nil {
		return fmt.Errorf("write series %d: %w", one.id, err)
	}

	return nil
}

// window is the window of a date of the series, with the newest number.
func (one *windowSeries) window(o calendar.Occurrence, now time.Time) Window {
	rule, id := one.Rule, one.id

	return Window{
		UID: rand.Text(), Plan: one.plan,
		StartsAt: o.StartsAt, EndsAt: o.StartsAt.Add(one.Length()),
		PlannedStartsAt: o.StartsAt, PlannedEndsAt: o.StartsAt.Add(one.Length()),
		TimeZone: one.TimeZone, Recurrence: &rule, Series: &id, Occurrence: one.LastNumber, wall: o.Wall, words: one.Words,
		Reason: one.reason, AnnouncedBy: one.announcedBy, AnnouncedAt: now, ActsFor: one.actsFor,
	}
}

// topUp writes the windows of a series that are to be there ahead. One that overlaps
// another window by now is held.
func (s *Windows) topUp(ctx context.Context, tx *sql.Tx, id int64, actor audit.Actor) error {
	one, err := s.seriesOf(ctx, tx, id)
	if err != nil || one.Ended {
		return err
	}

	var there int

	err = tx.QueryRowContext(ctx, `
		SELECT count(*) FROM opsconsole_windows WHERE series_id = $1 AND started_at IS NULL AND phase IN ('announced', 'held')`,
		id).Scan(&there)
	if err != nil {
		return fmt.Errorf("count the windows of series %d: %w", id, err)
	}

	left, err := s.daysLeftOut(ctx, tx, id, one.LastWall)
	if err != nil {
		return err
	}

	next, stop := iter.Pull(left.Filter(one.Ahead()))
	defer stop()

	for ; there < windowsAhead; there++ {
		o, more := next()
		if !more {
			one.Ended = true

			break
		}

		one.LastWall, one.LastNumber = o.Wall, one.LastNumber+1

		if err := s.writeAhead(ctx, tx, actor, &one, o); err != nil {
			return err
		}
	}

	return s.writeSeries(ctx, tx, &one)
}

func (s *Windows) writeAhead(ctx context.Context, tx *sql.Tx, actor audit.Actor, one *windowSeries, o calendar.Occurrence) error {
	now := s.now()
	w := one.window(o, now)
	w.enter(Announced, now)

	err := s.checkOverlaps(ctx, tx, []Span{{w.StartsAt, w.EndsAt}}, exclusion{series: one.id, from: w.Occurrence})
	if e := ops.AsError(err); e != nil {
		if e.Code != ops.CodeConflict {
			return err
		}

		w.enter(Held, now)
		w.phaseNote, w.Failure = e.Message+" Move one of them, then take this one over.", failure.Of(e)
	}

	return s.save(ctx, tx, &w, transition{
		actor: actor, action: audit.WindowAnnounce, reason: w.Reason, event: EventAnnounced, quiet: true,
		message: fmt.Sprintf("Number %d of series %d.", w.Occurrence, one.id),
	})
}
