package calendar

import (
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/ops"
)

// WallLayout is a local time, as a clock on the wall shows it. In Go it is a time in UTC,
// which knows no gaps.
const WallLayout = "2006-01-02T15:04:05"

// Wall is what the clocks in the zone show at a moment.
func Wall(at time.Time, loc *time.Location) time.Time {
	return humantime.Wall(at, loc)
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

// offset is how far the clocks of a zone are ahead of UTC.
func offset(at time.Time, loc *time.Location) time.Duration {
	_, seconds := at.In(loc).Zone()

	return time.Duration(seconds) * time.Second
}

// Resolve finds the moment at which the clocks in the zone show a local time, which is
// given in UTC; the note is that of [ResolveWall].
func Resolve(wall time.Time, loc *time.Location) (at time.Time, note string) {
	r := humantime.Resolve(wall, loc)

	return r.At, r.Note()
}
