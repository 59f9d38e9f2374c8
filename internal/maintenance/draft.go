package maintenance

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

// Draft is a window that somebody wants to announce.
type Draft struct {
	Plan

	// StartsAt is zero for now.
	StartsAt time.Time
	EndsAt   time.Time
	// TimeZone is an IANA name; "" is UTC.
	TimeZone string
	// Recurrence is an RRULE, "" for a window that stands alone.
	Recurrence string
	Reason     string
	// Confirm is the environment's name, where maintenance mode goes on or a limit is
	// lowered much.
	Confirm string
}

// Preview is what announcing a draft would come to.
type Preview struct {
	// Window is the window with everything as it would be kept; it has no id.
	Window Window `json:"window"`
	// Words says when it recurs, "" for a window that stands alone.
	Words string `json:"words"`
	// WeekNote says where weeks begin, if the rule makes that matter; else "".
	WeekNote string `json:"week_note"`
	// Dates are the next five of a series, or the one.
	Dates []calendar.Occurrence `json:"dates"`
	// Notes name what is special about the times: clocks that go forward or back.
	Notes []string `json:"notes"`
	// Moved say what becomes of the windows of a series that were moved by themselves.
	Moved []string `json:"moved"`
	// Confirm says why the environment's name has to be typed; "" when it has not.
	Confirm string `json:"confirm"`
}

// checked is a draft that can be announced.
type checked struct {
	Draft

	rule calendar.Rule
	// dates are the next of a series; one for a window that stands alone.
	dates []calendar.Occurrence
	// confirm says why the environment's name is needed.
	confirm string
	// asks is what has to be asked about the times.
	asks asks
}

func (c checked) length() time.Duration { return c.EndsAt.Sub(c.StartsAt) }

// withinHorizon are the dates of the next two years, the first of them always.
func (c checked) withinHorizon() []calendar.Occurrence {
	until := c.StartsAt.Add(maxAhead)
	far := slices.IndexFunc(c.dates, func(o calendar.Occurrence) bool { return o.StartsAt.After(until) })

	if far < 0 {
		return c.dates
	}

	return c.dates[:far]
}

// spans are those that must not overlap others. What lies farther ahead is looked at
// when it is written: all series would have to be expanded as far.
func (c checked) spans() []Span {
	dates := c.withinHorizon()
	spans := make([]Span, 0, len(dates))

	for _, o := range dates {
		spans = append(spans, Span{o.StartsAt, o.StartsAt.Add(c.length())})
	}

	return spans
}

// check wants the draft to mean something; reason and confirm are left to others.
func (s *Windows) check(ctx context.Context, draft Draft) (c checked, wrong fieldErrors, err error) {
	if draft.StartsAt.IsZero() {
		draft.StartsAt = s.now()
	}

	c.asks = asks{}
	c.asks.offset(&wrong, "starts_at", draft.StartsAt, draft.TimeZone)
	c.asks.offset(&wrong, "ends_at", draft.EndsAt, draft.TimeZone)

	times := wrong

	draft.StartsAt, draft.EndsAt = draft.StartsAt.UTC().Truncate(time.Second), draft.EndsAt.UTC().Truncate(time.Second)
	if draft.TimeZone == "" {
		draft.TimeZone = time.UTC.String()
	}

	if draft.AlertMatchers == nil {
		draft.AlertMatchers = s.Alerts.Matchers
	}

	c.Draft = draft

	c.Plan, c.confirm, wrong, err = s.checkPlan(ctx, draft.Plan)
	if err != nil {
		return c, nil, err
	}

	if len(times) == 0 {
		times = s.checkTimes(draft.StartsAt, draft.EndsAt, draft.TimeZone)
	}

	wrong = append(wrong, times...)

	if draft.Recurrence == "" {
		wall := calendar.Wall(draft.StartsAt, calendar.Location(draft.TimeZone))
		c.dates = []calendar.Occurrence{{StartsAt: draft.StartsAt, Wall: wall.Format(calendar.WallLayout)}}

		return c, wrong, nil
	}

	if len(times) > 0 { // what the rule makes of them cannot be told, whether it is one can
		if _, err := calendar.ParseRule(draft.Recurrence); err != nil {
			wrong.addf("recurrence", "rrule", "%s", err)
		}

		return c, wrong, nil
	}

	rule, ruleWrong := checkRule(draft.Recurrence, draft.StartsAt, c.length(), draft.TimeZone)
	if wrong = append(wrong, ruleWrong...); len(ruleWrong) > 0 {
		return c, wrong, nil
	}

	c.rule, c.Recurrence = rule, rule.String()

	c.dates, err = rule.Next(draft.StartsAt, draft.TimeZone, maxDatesChecked)
	if err == nil { // of a time that comes twice, the rule means the first
		c.EndsAt = c.dates[0].StartsAt.Add(c.length())
		c.StartsAt = c.dates[0].StartsAt
	}

	return c, wrong, err
}

// Preview checks a draft and says what announcing it would come to, and changes
// nothing. It does not look at reason and confirm; its errors are those of
// [Windows.Announce].
func (s *Windows) Preview(ctx context.Context, draft Draft) (Preview, error) {
	c, wrong, err := s.check(ctx, draft)
	if err == nil {
		err = c.asks.invalid(wrong)
	}

	if err == nil {
		err = errors.Join(s.checkLeases(ctx, s.DB.Read(), c.Plan, c.spans()), s.checkOverlaps(ctx, s.DB.Read(), c.spans(), exclusion{}))
	}

	if err != nil {
		return Preview{}, err
	}

	return s.preview(s.newWindow(audit.Actor{}, c), c), nil
}

// preview is what a window would come to.
func (s *Windows) preview(w Window, c checked) Preview {
	p := Preview{Confirm: c.confirm, Dates: c.dates[:min(windowsAhead, len(c.dates))], Notes: notes(c), Moved: []string{}}

	if c.Recurrence != "" {
		p.Words, p.WeekNote = c.rule.Words(c.StartsAt, c.TimeZone), c.rule.WeekNote()
		w.Recurrence, w.words = &c.Recurrence, p.Words
	}

	w.keepClocks(s.zones())
	w.showClocks()

	p.Window = w

	return p
}

// notes names the dates at which the clocks play a part: for a series those of the
// next two years.
func notes(c checked) []string {
	var out []string

	loc := calendar.Location(c.TimeZone)

	for _, o := range c.withinHorizon() {
		if o.Note != "" && c.Recurrence != "" {
			out = append(out, o.Note)
		}

		if note := calendar.LengthNote(o.StartsAt, o.StartsAt.Add(c.length()), loc); note != "" {
			out = append(out, humantime.Day(o.StartsAt.In(loc))+": "+note)
		}
	}

	return out
}
