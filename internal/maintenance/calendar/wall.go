package calendar

import (
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// WallLayout is a local time, as a clock on the wall shows it. In Go it is a time in UTC,
// which knows no gaps.
const WallLayout = "2006-01-02T15:04:05"

// Wall is what the clocks in the zone show at a moment.
func Wall(at time.Time, loc *time.Location) time.Time {
	return at.UTC().Add(offset(at, loc))
}

// ResolveWall returns the moment at which the clocks in the zone show that time,
// 2006-01-02T15:04 with or without seconds. A time that the clocks skip is read with
// the offset before, one that they show twice is the first, as in RFC 5545; the note
// says so.
func ResolveWall(wall, zoneName string) (at time.Time, note string, err error) {
	loc, err := Zone(zoneName)
	if err != nil {
		return time.Time{}, "", err
	}

	for _, layout := range []string{WallLayout, "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if parsed, err := time.Parse(layout, wall); err == nil {
			at, note = Resolve(parsed, loc)

			return at, note, nil
		}
	}

	return time.Time{}, "", fmt.Errorf("%q is not a date and time, such as 2006-01-02T15:04", ops.Clip(wall))
}

// transition is a moment at which the clocks of a zone change from one offset to another.
type transition struct {
	at            time.Time
	before, after time.Duration
}

// maxShift is how far from a local time, read as UTC, its moment can be: offsets go to
// 14 hours, and a zone has skipped a day.
const maxShift = 48 * time.Hour

// transitions are the changes of the clocks between two moments.
func transitions(loc *time.Location, from, until time.Time) []transition {
	var out []transition

	for at := from; ; {
		_, end := at.In(loc).ZoneBounds()
		if !end.IsZero() && !end.After(at) {
			end = at.Add(time.Hour) // Go sees no way out of the last day of a leap year
		}

		if end.IsZero() || end.After(until) {
			return out
		}

		// Bounds are also those of names and of summer time; the offset may stay.
		before, after := offset(end.Add(-time.Nanosecond), loc), offset(end, loc)
		if before != after {
			out = append(out, transition{at: end, before: before, after: after})
		}

		at = end
	}
}

func offset(at time.Time, loc *time.Location) time.Duration {
	_, seconds := at.In(loc).Zone()

	return time.Duration(seconds) * time.Second
}

// Resolve finds the moment at which the clocks in the zone show a local time, which is
// given in UTC; the note is that of [ResolveWall].
func Resolve(wall time.Time, loc *time.Location) (at time.Time, note string) {
	at = wall.Add(-offset(wall.Add(-maxShift), loc))

	for _, s := range transitions(loc, wall.Add(-maxShift), wall.Add(maxShift)) {
		// What the wall's clock shows when the change comes, and what it shows next.
		then, next := s.at.UTC().Add(s.before), s.at.UTC().Add(s.after)

		switch {
		case s.after > s.before && !wall.Before(then) && wall.Before(next):
			return wall.Add(-s.before), fmt.Sprintf(
				"%s does not exist in %s on %s: the clocks go forward from %s to %s. It is read as %s.",
				clock(wall), loc, Day(wall), clock(then), clock(next), clock(wall.Add(s.after-s.before)))
		case s.after < s.before && !wall.Before(next) && wall.Before(then):
			return wall.Add(-s.before), fmt.Sprintf(
				"%s comes twice in %s on %s: the clocks go back from %s to %s. The first is meant, %s UTC.",
				clock(wall), loc, Day(wall), clock(then), clock(next), clock(wall.Add(-s.before)))
		case !wall.Before(next):
			at = wall.Add(-s.after)
		}
	}

	return at, ""
}
