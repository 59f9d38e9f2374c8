package calendar

import (
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
)

func clock(at time.Time) string { return humantime.Clock(at) }

// LengthNote says that the clocks change between two moments, "" when they do not.
func LengthNote(from, until time.Time, loc *time.Location) string {
	shift := offset(until, loc) - offset(from, loc)
	if shift == 0 {
		return ""
	}

	way := "forward"
	if shift < 0 {
		way = "back"
	}

	return fmt.Sprintf("The clocks in %s go %s during the window: it lasts %s, while they show %s.",
		loc, way, length(until.Sub(from)), length(until.Sub(from)+shift))
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
