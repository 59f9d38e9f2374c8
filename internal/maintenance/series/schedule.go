// Package series knows which dates a series of maintenance windows has: those of its
// rule, and how far each of them has a window already. It writes nothing.
package series

import (
	"errors"
	"iter"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

// Schedule is a recurrence rule in a zone, and how far its dates have windows.
type Schedule struct {
	// Rule is the RRULE, and Words say when it recurs.
	Rule, Words string
	// TimeZone is an IANA name.
	TimeZone string
	// FirstWall is the date from which the rule counts, LastWall that of the newest
	// window, both in [calendar.WallLayout], and LastNumber the highest number of a window.
	FirstWall, LastWall string
	LastNumber          int64
	// Seconds is how long each window is.
	Seconds int64
	// Ended says that no window follows.
	Ended bool
}

// Restart makes the rule count from a first date in the zone; with the zero rule the
// series ends with that date.
func (s *Schedule) Restart(rule calendar.Rule, first calendar.Occurrence, length time.Duration, zoneName string) {
	s.TimeZone, s.Seconds = zoneName, int64(length/time.Second)
	s.FirstWall, s.LastWall = first.Wall, first.Wall

	if s.Ended = rule.String() == ""; !s.Ended {
		s.Rule, s.Words = rule.String(), rule.Words(first.StartsAt, zoneName)
	}
}

// Length is from start to end of each window.
func (s *Schedule) Length() time.Duration { return time.Duration(s.Seconds) * time.Second }

// Dates yields the dates of the series, from the one that its rule counts from.
func (s *Schedule) Dates() iter.Seq[calendar.Occurrence] {
	rule, err := calendar.KeptRule(s.Rule)
	first, wallErr := time.Parse(calendar.WallLayout, s.FirstWall)

	if errors.Join(err, wallErr) != nil {
		return func(func(calendar.Occurrence) bool) {} // both were checked before they were kept
	}

	return rule.From(first, calendar.Location(s.TimeZone))
}

// Ahead yields the dates that have no window yet.
func (s *Schedule) Ahead() iter.Seq[calendar.Occurrence] {
	return func(yield func(calendar.Occurrence) bool) {
		for o := range s.Dates() {
			if o.Wall > s.LastWall && !yield(o) {
				return
			}
		}
	}
}

// Remaining is the rule of the series from a date on: what it counts is fewer.
func (s *Schedule) Remaining(wall string) (calendar.Rule, error) {
	past := 0

	for o := range s.Dates() {
		if o.Wall >= wall {
			break
		}

		past++
	}

	rule, err := calendar.KeptRule(s.Rule)

	return rule.Skip(past), err
}
