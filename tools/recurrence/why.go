package main

import (
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

// What ical4j does otherwise than RFC 5545.
const (
	// late: a time that the clocks skip makes other dates of its rule late too, where only the
	// instance that does not exist is read with the offset before (section 3.3.5).
	late = "3.3.5 gap"
	// second: of a time that the clocks repeat it takes the second, not the first (section 3.3.5).
	second = "3.3.5 fold"
	// month: BYMONTH of a weekly rule is asked of a week, not of each of its days (section 3.3.10).
	month = "3.3.10 BYMONTH"
)

// why names what ical4j does in a case; "" is something that is not known.
func why(c Case, dates, ical4j []string) string {
	loc := calendar.Location(c.Zone)
	start, _ := time.Parse(stamp, c.Start)

	for _, text := range ical4j {
		at, _ := time.Parse(stamp+"Z", text)
		wall := calendar.Wall(at, loc)
		meant := wall.Add(timeOfDay(start) - timeOfDay(wall))

		switch {
		case slices.Contains(dates, text):
		case wall != meant:
			return late
		case humantime.Resolve(wall, loc).Kind == humantime.Twice && !humantime.Resolve(wall, loc).At.Equal(at):
			return second
		case weeklyInMonths(c.Rule):
			return month
		}
	}

	for _, text := range dates { // it left out a date, or took it for one that is later than the end
		at, _ := time.Parse(stamp+"Z", text)
		wall := calendar.Wall(at, loc)

		switch {
		case slices.Contains(ical4j, text):
		case humantime.Resolve(wall, loc).Kind == humantime.Twice:
			return second
		case humantime.Resolve(start, loc).Kind == humantime.Skipped, timeOfDay(wall) != timeOfDay(start):
			return late
		case weeklyInMonths(c.Rule):
			return month
		}
	}

	return ""
}

func weeklyInMonths(rule string) bool {
	return strings.Contains(rule, "FREQ=WEEKLY") && strings.Contains(rule, "BYMONTH=")
}

const day = 24 * time.Hour

func timeOfDay(at time.Time) time.Duration { return at.Sub(at.Truncate(day)) }
