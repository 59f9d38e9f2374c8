package announce

import (
	"cmp"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// When says when it is, in the zone in which it was announced and in UTC: "Sat 4 July
// 2026 22:00 to 23:30 Europe/Berlin (20:00 to 21:30 UTC)".
func (a Announcement) When() string {
	words := span(a.StartsAt.In(a.zone), a.EndsAt.In(a.zone)) + " " + a.zone.String()
	if a.zone == time.UTC {
		return words
	}

	if sameDay(a.StartsAt.In(a.zone), a.StartsAt) && sameDay(a.EndsAt.In(a.zone), a.EndsAt) && sameDay(a.StartsAt, a.EndsAt) {
		return words + " (" + a.StartsAt.Format("15:04") + " to " + a.EndsAt.Format("15:04") + " UTC)"
	}

	return words + " (" + span(a.StartsAt, a.EndsAt) + " UTC)"
}

// Ended says when users had the platform back: "Ended Sat 4 July 2026 23:10 Europe/Berlin (21:10 UTC)"; "" before that, and
// of a window that was cancelled.
func (a Announcement) Ended() string {
	if a.Phase != maintenance.Completed || a.EndedAt == nil {
		return ""
	}

	return "Ended " + a.momentWords(*a.EndedAt)
}

// momentWords say a moment in the zone of the window and in UTC: "Sat 4 July 2026 22:00 Europe/Berlin
// (20:00 UTC)".
func (a Announcement) momentWords(at time.Time) string {
	zone := cmp.Or(a.zone, time.UTC)

	words := at.In(zone).Format(dayAndTime) + " " + zone.String()
	if zone == time.UTC {
		return words
	}

	layout := dayAndTime
	if sameDay(at.In(zone), at.UTC()) {
		layout = "15:04"
	}

	return words + " (" + at.UTC().Format(layout) + " UTC)"
}

const dayAndTime = "Mon 2 January 2006 15:04"

func span(from, until time.Time) string {
	if sameDay(from, until) {
		return from.Format(dayAndTime) + " to " + until.Format("15:04")
	}

	return from.Format(dayAndTime) + " to " + until.Format(dayAndTime)
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}
