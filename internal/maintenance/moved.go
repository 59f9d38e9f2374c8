package maintenance

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/internal/store"
)

// Moved reports whether a window of a series was put elsewhere than the date of its rule,
// by itself. The words of its rule name the zone of that date.
func (w Window) Moved() bool {
	date, err := time.Parse(calendar.WallLayout, w.wall)
	if w.Series == nil || err != nil {
		return false
	}

	at, _ := calendar.Resolve(date, w.Location())

	return !at.Equal(w.PlannedStartsAt) || !strings.Contains(w.words, w.TimeZone)
}

// OwnWords says of a window of a series when it is itself: [Window.Words] are those of the
// series, from which one may have been moved.
func (w Window) OwnWords() string {
	if !w.Moved() {
		return w.words
	}

	return fmt.Sprintf("moved by itself to %s; the others recur %s", w.startWords(), w.words)
}

// startWords are its planned start on the clocks of its zone.
func (w Window) startWords() string {
	at := w.PlannedStartsAt.In(w.Location())

	return humantime.Day(at) + " at " + at.Format("15:04") + " " + w.TimeZone
}

// place is where a window of a series goes when the series changes.
type place struct {
	window Window
	// date is that of the rule which it has from then on; none is left where gone is set.
	date calendar.Occurrence
	gone bool
	// stays says that the window was moved, or given another length, by itself and is left so.
	stays bool
	// length is the window's own, 0 where it is that of its series.
	length time.Duration
	// plan says what becomes of a plan that is not that of the series.
	plan string
}

// places gives the windows of a series the dates of its schedule, in order. One that was
// moved by itself, or is longer or shorter than the others, stays while its day is still a date and
// it is in the way of no other; the first stays if its times are not those that were edited.
func places(windows []Window, before windowSeries, dates iter.Seq[calendar.Occurrence], c checked, edit Edit) []place {
	next, stop := iter.Pull(dates)
	defer stop()

	out := make([]place, len(windows))

	for i, w := range windows {
		date, more := next()
		chosen := i == 0 && edit.when()
		p := place{window: w, date: date, gone: !more, plan: edit.ownPlan(w.Plan, before.plan)}

		if w.Series != nil && w.Length() != before.Length() && !chosen {
			p.length = w.Length()
		}

		p.stays = more && !chosen && (w.Moved() || p.length > 0) && strings.HasPrefix(date.Wall, w.wall[:len("2006-01-02")])
		out[i] = p
	}

	for i := range out {
		out[i].stays = out[i].stays && !out[i].inTheWay(out, c)
	}

	return out
}

// inTheWay reports whether the window, where it was put, overlaps another date of its series.
func (p place) inTheWay(others []place, c checked) bool {
	overlaps := func(from, until time.Time) bool {
		return p.window.StartsAt.Before(until) && from.Before(p.window.EndsAt)
	}

	for _, o := range c.withinHorizon() {
		if o.Wall != p.date.Wall && overlaps(o.StartsAt, o.StartsAt.Add(c.length())) {
			return true
		}
	}

	for _, other := range others {
		if other.stays && other.window.ID != p.window.ID && overlaps(other.window.StartsAt, other.window.EndsAt) {
			return true
		}
	}

	return false
}

// sentence says what becomes of a window that is not as the others are; "" of any other.
func (p place) sentence() string {
	var name string

	switch {
	case p.window.Moved():
		name = fmt.Sprintf("The window that was moved by itself to %s ", p.window.startWords())
	case p.length > 0:
		name = fmt.Sprintf("The window on %s, which has a length of its own, ", p.window.startWords())
	case p.plan != "":
		return fmt.Sprintf("The window on %s %s.", p.window.startWords(), p.plan)
	default:
		return ""
	}

	name += p.where()
	if p.plan != "" && !p.gone {
		name += " It " + p.plan + "."
	}

	return name
}

// where says what becomes of the times of a window that has its own.
func (p place) where() string {
	switch {
	case p.stays && p.window.Moved():
		return "stays there."
	case p.stays:
		return "stays as it is."
	case p.gone:
		return "is cancelled: the series has no date left for it."
	default:
		date, err := time.Parse(calendar.WallLayout, p.date.Wall)
		if err != nil {
			return ""
		}

		return "moves to " + humantime.Day(date) + " at " + date.Format("15:04") + ", a date of the series."
	}
}

// placesOf are the places of a window and of those that follow it in its series, after an edit.
func (s *Windows) placesOf(ctx context.Context, q store.Querier, one *windowSeries, w Window, c checked, edit Edit) ([]place, error) {
	left, err := s.daysLeftOut(ctx, q, one.id, w.wall)
	if err != nil {
		return nil, err
	}

	left.Remove(c.dates[0].Wall) // this one was chosen

	following, err := s.waitingFrom(ctx, q, one.id, w)
	if err != nil {
		return nil, err
	}

	before := *one

	one.Restart(c.rule, c.dates[0], c.length(), c.TimeZone)

	dates := left.Filter(one.Dates())
	if one.Ended {
		dates = func(yield func(calendar.Occurrence) bool) { yield(c.dates[0]) }
	}

	return places(following, before, dates, c, edit), nil
}

// when reports whether the edit is about when the window is.
func (e Edit) when() bool {
	return e.StartsAt != nil || e.EndsAt != nil || e.TimeZone != nil || e.Recurrence != nil
}

// stay leaves the window when it was.
func (w *Window) stay(before Window) {
	w.StartsAt, w.EndsAt, w.TimeZone = before.StartsAt, before.EndsAt, before.TimeZone
	w.PlannedStartsAt, w.PlannedEndsAt = before.PlannedStartsAt, before.PlannedEndsAt
	w.schedule()
}

// previewMoved says what becomes of the windows that were moved by themselves when the
// series changes from a window on.
func (s *Windows) previewMoved(ctx context.Context, w *Window, c checked, edit Edit) (sentences []string, err error) {
	sentences = []string{}

	if w.Series == nil || !edit.following() {
		w.StartsAt, w.EndsAt, w.TimeZone = c.StartsAt, c.EndsAt, c.TimeZone

		return sentences, nil
	}

	one, err := s.seriesOf(ctx, s.DB.Read(), *w.Series)
	if err != nil {
		return nil, err
	}

	all, err := s.placesOf(ctx, s.DB.Read(), &one, *w, c, edit)

	for i, p := range all {
		if sentence := p.sentence(); sentence != "" {
			sentences = append(sentences, sentence)
		}

		if i == 0 && !p.stays {
			w.StartsAt, w.EndsAt, w.TimeZone = c.StartsAt, c.EndsAt, c.TimeZone
		}
	}

	return sentences, err
}
