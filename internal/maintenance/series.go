package maintenance

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	// aheadOf is how many windows of a series are written ahead.
	aheadOf = 5
	// datesChecked is how many dates of a rule are looked at, those of the next two years
	// for overlaps too; one that is written later and overlaps is held.
	datesChecked = 200
)

// series is what the windows of a recurrence rule have in common, and how far they are
// written.
type series struct {
	id       int64
	rule     string
	words    string
	timeZone string
	// firstWall is the date from which the rule counts, lastWall that of the newest
	// window, and lastNumber the highest number of a window.
	firstWall, lastWall  string
	lastNumber           int64
	seconds              int64
	plan                 Plan
	reason               string
	announcedBy, actsFor string
	ended                bool
}

func (s *series) columns() []column {
	return []column{
		{"rule", &s.rule},
		{"words", &s.words},
		{"time_zone", &s.timeZone},
		{"first_wall", &s.firstWall},
		{"last_wall", &s.lastWall},
		{"last_number", &s.lastNumber},
		{"seconds", &s.seconds},
		{"plan_json", document{&s.plan}},
		{"reason", &s.reason},
		{"announced_by", &s.announcedBy},
		{"acts_for", &s.actsFor},
		{"ended", &s.ended},
	}
}

func (s *series) length() time.Duration { return time.Duration(s.seconds) * time.Second }

// dates are the dates of the series, from the one that its rule counts from.
func (s *series) dates() iter.Seq[Occurrence] {
	rule, err := ParseRule(s.rule)
	first, wallErr := time.Parse(wallLayout, s.firstWall)

	if errors.Join(err, wallErr) != nil {
		return func(func(Occurrence) bool) {} // both were written by us
	}

	return rule.occurrences(first, location(s.timeZone))
}

// ahead are the dates whose windows are not written yet.
func (s *series) ahead() iter.Seq[Occurrence] {
	return func(yield func(Occurrence) bool) {
		for o := range s.dates() {
			if o.Wall > s.lastWall && !yield(o) {
				return
			}
		}
	}
}

func (s *Windows) seriesWhere(ctx context.Context, q store.Querier, clause string, args ...any) ([]series, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, `+names((&series{}).columns())+` FROM opsconsole_window_series `+clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list series: %w", err)
	}
	defer rows.Close()

	var out []series

	for rows.Next() {
		var one series
		if err := rows.Scan(append([]any{&one.id}, values(one.columns())...)...); err != nil {
			return nil, fmt.Errorf("list series: %w", err)
		}

		out = append(out, one)
	}

	return out, rows.Err()
}

func (s *Windows) seriesOf(ctx context.Context, q store.Querier, id int64) (series, error) {
	found, err := s.seriesWhere(ctx, q, `WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("series %d is gone", id)
	}

	if err != nil {
		return series{}, err
	}

	return found[0], nil
}

func (s *Windows) writeSeries(ctx context.Context, tx *sql.Tx, one *series) (err error) {
	if one.id != 0 {
		err = update(ctx, tx, "opsconsole_window_series", one.id, one.columns())
	} else {
		one.id, err = insert(ctx, tx, "opsconsole_window_series", one.columns())
	}

	if err != nil {
		return fmt.Errorf("write series %d: %w", one.id, err)
	}

	return nil
}

// window is the window of a date of the series.
func (s *series) window(o Occurrence, now time.Time) Window {
	rule, id := s.rule, s.id

	return Window{
		UID: rand.Text(), Plan: s.plan,
		StartsAt: o.StartsAt, EndsAt: o.StartsAt.Add(s.length()),
		PlannedStartsAt: o.StartsAt, PlannedEndsAt: o.StartsAt.Add(s.length()),
		TimeZone: s.timeZone, Recurrence: &rule, Series: &id, Occurrence: s.lastNumber, wall: o.Wall, words: s.words,
		Reason: s.reason, AnnouncedBy: s.announcedBy, AnnouncedAt: now, ActsFor: s.actsFor,
	}
}

// topUp writes the windows of a series that are to be there ahead. One that overlaps
// another window by now is held.
func (s *Windows) topUp(ctx context.Context, tx *sql.Tx, id int64, actor audit.Actor) error {
	one, err := s.seriesOf(ctx, tx, id)
	if err != nil || one.ended {
		return err
	}

	var there int

	err = tx.QueryRowContext(ctx, `
		SELECT count(*) FROM opsconsole_windows WHERE series_id = $1 AND started_at IS NULL AND phase IN ('announced', 'held')`,
		id).Scan(&there)
	if err != nil {
		return fmt.Errorf("count the windows of series %d: %w", id, err)
	}

	struck, err := s.struck(ctx, tx, id, one.lastWall)
	if err != nil {
		return err
	}

	next, stop := iter.Pull(without(one.ahead(), struck))
	defer stop()

	for ; there < aheadOf; there++ {
		o, more := next()
		if !more {
			one.ended = true

			break
		}

		one.lastWall, one.lastNumber = o.Wall, one.lastNumber+1

		if err := s.writeAhead(ctx, tx, actor, &one, o); err != nil {
			return err
		}
	}

	return s.writeSeries(ctx, tx, &one)
}

func (s *Windows) writeAhead(ctx context.Context, tx *sql.Tx, actor audit.Actor, one *series, o Occurrence) error {
	now := s.moment()
	w := one.window(o, now)
	w.enter(Announced, now)

	err := s.overlaps(ctx, tx, []Span{{w.StartsAt, w.EndsAt}}, moved{series: one.id, from: w.Occurrence})
	if e := ops.AsError(err); e != nil {
		if e.Code != ops.CodeConflict {
			return err
		}

		w.enter(Held, now)
		w.why = e.Message + " Move one of them, then take this one over."
	}

	return s.save(ctx, tx, &w, deed{
		actor: actor, action: audit.WindowAnnounce, reason: w.Reason, event: EventAnnounced, quiet: true,
		message: fmt.Sprintf("Number %d of series %d.", w.Occurrence, one.id),
	})
}
