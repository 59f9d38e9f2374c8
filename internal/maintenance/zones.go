package maintenance

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

//go:embed zones.txt
var zoneNames string

// Zones lists the IANA names that a window can have.
func Zones() []string { return strings.Fields(zoneNames) }

// zone returns the zone of that name; "" is UTC.
func zone(name string) (*time.Location, error) {
	if name == "" || name == "UTC" {
		return time.UTC, nil
	}

	if _, known := slices.BinarySearch(Zones(), name); !known {
		return nil, fmt.Errorf("%q is not the IANA name of a time zone, such as Europe/Berlin", ops.Clip(name))
	}

	return time.LoadLocation(name)
}

// location is the zone of a window that was checked when it was announced.
func location(name string) *time.Location {
	loc, err := zone(name)
	if err != nil {
		return time.UTC
	}

	return loc
}

// wallLayout is a time as a clock on a wall shows it. In Go it is a time in UTC, which
// knows no gaps.
const wallLayout = "2006-01-02T15:04:05"

// wallOf is what the clocks in the zone show at a moment.
func wallOf(at time.Time, loc *time.Location) time.Time {
	_, offset := at.In(loc).Zone()

	return at.UTC().Add(time.Duration(offset) * time.Second)
}

// ResolveWall returns the moment at which the clocks in the zone show that time,
// 2006-01-02T15:04 with or without seconds. A time that the clocks skip is read with
// the offset before, one that they show twice is the first, as in RFC 5545; the note
// says so.
func ResolveWall(wall, zoneName string) (at time.Time, note string, err error) {
	loc, err := zone(zoneName)
	if err != nil {
		return time.Time{}, "", err
	}

	for _, layout := range []string{wallLayout, "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if parsed, err := time.Parse(layout, wall); err == nil {
			at, note = resolve(parsed, loc)

			return at, note, nil
		}
	}

	return time.Time{}, "", fmt.Errorf("%q is not a date and time, such as 2006-01-02T15:04", ops.Clip(wall))
}

// shift is a moment at which the clocks of a zone change from one offset to another.
type shift struct {
	at            time.Time
	before, after time.Duration
}

// around is how far from a wall's time, read as UTC, its moment can be: offsets go to
// 14 hours, and a zone has skipped a day.
const around = 48 * time.Hour

// shifts are the changes of the clocks between two moments.
func shifts(loc *time.Location, from, until time.Time) []shift {
	var out []shift

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
			out = append(out, shift{at: end, before: before, after: after})
		}

		at = end
	}
}

func offset(at time.Time, loc *time.Location) time.Duration {
	_, seconds := at.In(loc).Zone()

	return time.Duration(seconds) * time.Second
}

// resolve finds the moment of a wall's time.
func resolve(wall time.Time, loc *time.Location) (at time.Time, note string) {
	at = wall.Add(-offset(wall.Add(-around), loc))

	for _, s := range shifts(loc, wall.Add(-around), wall.Add(around)) {
		// What the wall's clock shows when the change comes, and what it shows next.
		then, next := s.at.UTC().Add(s.before), s.at.UTC().Add(s.after)

		switch {
		case s.after > s.before && !wall.Before(then) && wall.Before(next):
			return wall.Add(-s.before), fmt.Sprintf(
				"%s does not exist in %s on %s: the clocks go forward from %s to %s. It is read as %s.",
				clock(wall), loc, day(wall), clock(then), clock(next), clock(wall.Add(s.after-s.before)))
		case s.after < s.before && !wall.Before(next) && wall.Before(then):
			return wall.Add(-s.before), fmt.Sprintf(
				"%s comes twice in %s on %s: the clocks go back from %s to %s. The first is meant, %s UTC.",
				clock(wall), loc, day(wall), clock(then), clock(next), clock(wall.Add(-s.before)))
		case !wall.Before(next):
			at = wall.Add(-s.after)
		}
	}

	return at, ""
}

func clock(at time.Time) string {
	if at.Second() != 0 {
		return at.Format("15:04:05")
	}

	return at.Format("15:04")
}

func day(at time.Time) string { return at.Format("Mon 2 January 2006") }

// lengthNote says that the clocks change during a window.
func lengthNote(from, until time.Time, loc *time.Location) string {
	gone := offset(until, loc) - offset(from, loc)
	if gone == 0 {
		return ""
	}

	way := "forward"
	if gone < 0 {
		way = "back"
	}

	return fmt.Sprintf("The clocks in %s go %s during the window: it lasts %s, while they show %s.",
		loc, way, length(until.Sub(from)), length(until.Sub(from)+gone))
}

// length writes a duration to the minute: "1 h 30 min".
func length(d time.Duration) string {
	hours, minutes := int(d.Round(time.Minute)/time.Hour), int(d.Round(time.Minute)%time.Hour/time.Minute)

	switch {
	case hours == 0:
		return fmt.Sprintf("%d min", minutes)
	case minutes == 0:
		return fmt.Sprintf("%d h", hours)
	default:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	}
}
