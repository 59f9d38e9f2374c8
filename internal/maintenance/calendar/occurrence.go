package calendar

import (
	"iter"
	"slices"
	"time"
)

// Occurrence is a date of a series.
type Occurrence struct {
	StartsAt time.Time `json:"starts_at"`
	// Wall is what the clock on the wall shows, 2006-01-02T15:04:05, as the rule has it.
	Wall string `json:"wall"`
	// Note names what is special about it: a clock that goes forward or back. "" mostly.
	Note string `json:"note"`
}

// Next returns the first n dates of the rule from a first one on, in the zone; fewer
// when the rule ends. The first is among them only if it is a date of the rule.
func (r Rule) Next(first time.Time, zoneName string, n int) ([]Occurrence, error) {
	loc, err := Zone(zoneName)
	if err != nil {
		return nil, err
	}

	return slices.Collect(limit(r.From(Wall(first, loc), loc), n)), nil
}

func limit[T any](seq iter.Seq[T], n int) iter.Seq[T] {
	return func(yield func(T) bool) {
		left := n
		for one := range seq {
			if left--; left < 0 || !yield(one) {
				return
			}
		}
	}
}

// From yields the dates of the rule from a first local time on, in the zone, for
// [Horizon] years.
func (r Rule) From(first time.Time, loc *time.Location) iter.Seq[Occurrence] {
	return func(yield func(Occurrence) bool) {
		for wall := range r.walls(first) {
			at, note := Resolve(wall, loc)
			if r.untilUTC && at.After(r.until) || !yield(Occurrence{StartsAt: at, Wall: wall.Format(WallLayout), Note: note}) {
				return
			}
		}
	}
}
