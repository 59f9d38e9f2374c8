package humantime

import "time"

// Day writes a day: "Sun 29 March 2026".
func Day(at time.Time) string { return at.Format("Mon 2 January 2006") }

// Clock writes a time of day, with seconds where there are some.
func Clock(at time.Time) string {
	if at.Second() != 0 {
		return at.Format("15:04:05")
	}

	return at.Format("15:04")
}

// Say writes a moment on the clocks of a zone and in UTC: "Tue 1 December 2026, 18:00
// Europe/Berlin (17:00 UTC)".
func Say(at time.Time, loc *time.Location) string {
	local, utc := at.In(loc), at.UTC()
	words := Day(local) + ", " + Clock(local) + " " + loc.String()

	switch {
	case loc.String() == "UTC":
		return words
	case Day(local) == Day(utc):
		return words + " (" + Clock(utc) + " UTC)"
	default:
		return words + " (" + Day(utc) + ", " + Clock(utc) + " UTC)"
	}
}

// Format writes a moment as people type it, on the clocks of the zone: "2026-12-01 18:00". Where
// that would be read as another moment, since the clocks show it twice, it is RFC 3339.
func Format(at time.Time, loc *time.Location) string {
	if at.IsZero() {
		return ""
	}

	at = at.Truncate(time.Second)
	if !Resolve(Wall(at, loc), loc).At.Equal(at) {
		return at.In(loc).Format(time.RFC3339)
	}

	return at.In(loc).Format("2006-01-02 ") + Clock(at.In(loc))
}
