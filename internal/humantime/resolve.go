package humantime

import (
	"fmt"
	"time"
)

// Kind says how often the clocks of a zone show a local time.
type Kind int

// The kinds: once, never, since the clocks go forward over it, or twice, since they go back.
const (
	Once Kind = iota
	Skipped
	Twice
)

// Reading is what a local time means in a zone.
type Reading struct {
	Kind Kind
	// At is the moment, in UTC. A time that is skipped is read with the offset before, one that is
	// shown twice is the first: RFC 5545, section 3.3.5.
	At time.Time
	// Second is the other moment of a time that is shown twice, else zero.
	Second time.Time

	wall time.Time
	loc  *time.Location
	// then and next are what the clocks show when they change, and right after.
	then, next time.Time
}

// Wall is what the clocks in the zone show at a moment.
func Wall(at time.Time, loc *time.Location) time.Time { return at.UTC().Add(offset(at, loc)) }

// maxShift is how far from a local time, read as UTC, its moment can be: offsets go to
// 14 hours, and a zone has skipped a day.
const maxShift = 48 * time.Hour

// Resolve finds the moment at which the clocks in the zone show a local time.
func Resolve(wall time.Time, loc *time.Location) Reading {
	r := Reading{At: wall.Add(-offset(wall.Add(-maxShift), loc)), wall: wall, loc: loc}

	for _, t := range transitions(loc, wall.Add(-maxShift), wall.Add(maxShift)) {
		then, next := t.at.UTC().Add(t.before), t.at.UTC().Add(t.after)

		switch {
		case t.after > t.before && !wall.Before(then) && wall.Before(next):
			r.Kind, r.At, r.then, r.next = Skipped, wall.Add(-t.before), then, next

			return r
		case t.after < t.before && !wall.Before(next) && wall.Before(then):
			r.Kind, r.At, r.then, r.next = Twice, wall.Add(-t.before), then, next
			r.Second = wall.Add(-t.after)

			return r
		case !wall.Before(next):
			r.At = wall.Add(-t.after)
		}
	}

	return r
}

// Note names what is special about the time, "" when the clocks show it once.
func (r Reading) Note() string {
	switch r.Kind {
	case Skipped:
		return fmt.Sprintf("%s does not exist in %s on %s: the clocks go forward from %s to %s. It is read as %s.",
			Clock(r.wall), r.loc, Day(r.wall), Clock(r.then), Clock(r.next), Clock(r.wall.Add(r.next.Sub(r.then))))
	case Twice:
		return fmt.Sprintf("%s comes twice in %s on %s: the clocks go back from %s to %s. The first is meant, %s UTC.",
			Clock(r.wall), r.loc, Day(r.wall), Clock(r.then), Clock(r.next), Clock(r.At))
	case Once:
	}

	return ""
}

// transition is a moment at which the clocks of a zone change from one offset to another.
type transition struct {
	at            time.Time
	before, after time.Duration
}

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

// Offset is how far ahead of UTC a zone's clocks are from a moment on.
type Offset struct {
	From    time.Time `json:"from"`
	Seconds int       `json:"seconds"`
}

// Offsets are those of a zone from one moment to another, for whoever has to reckon with the
// same rules elsewhere. The first begins at from.
func Offsets(loc *time.Location, from, until time.Time) []Offset {
	out := []Offset{{From: from.UTC(), Seconds: int(offset(from, loc) / time.Second)}}
	for _, t := range transitions(loc, from, until) {
		out = append(out, Offset{From: t.at.UTC(), Seconds: int(t.after / time.Second)})
	}

	return out
}
