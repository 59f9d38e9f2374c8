package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// monthsApart is how far from each other two months of a rule are, at most.
const monthsApart = 5

// rule is one that has a day among its dates mostly: of every kind that is taken.
func (z zone) rule(day time.Time) string {
	parts := z.frequency(day)
	parts = append(parts,
		z.one("", "", "INTERVAL=1", "INTERVAL=2", "INTERVAL=3", "INTERVAL=5"),
		z.one("", "", "", "WKST=MO", "WKST=SU", "WKST=WE"))

	kept := parts[:0]
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}

	z.Shuffle(len(kept)-1, func(i, j int) { kept[i+1], kept[j+1] = kept[j+1], kept[i+1] })

	return strings.Join(kept, ";")
}

// one picks one of several.
func (z zone) one(of ...string) string { return of[z.IntN(len(of))] }

func (z zone) frequency(day time.Time) []string {
	months := fmt.Sprintf("BYMONTH=%d,%d", day.Month(), day.AddDate(0, -z.IntN(monthsApart), 0).Month())

	switch z.IntN(4) {
	case 0:
		return []string{"FREQ=DAILY", z.one("", "BYDAY="+z.weekdays(day)), z.one("", "", months)}
	case 1:
		return []string{"FREQ=WEEKLY", z.one("", "BYDAY="+z.weekdays(day)), z.one("", "", months)}
	case 2:
		return append([]string{"FREQ=MONTHLY", z.one("", "", months)}, z.ofMonth(day)...)
	default:
		if z.IntN(4) == 0 {
			return []string{"FREQ=YEARLY"}
		}

		return append([]string{"FREQ=YEARLY", months}, z.ofMonth(day)...)
	}
}

func weekday(day time.Time) string { return strings.ToUpper(day.Format("Mon")[:len("MO")]) }

func (z zone) weekdays(day time.Time) string {
	list := []string{weekday(day)}

	for i := range 6 {
		if z.IntN(3) == 0 {
			list = append(list, weekday(day.AddDate(0, 0, i+1)))
		}
	}

	return strings.Join(list, ",")
}

// ofMonth are the parts that name days of a month.
func (z zone) ofMonth(day time.Time) []string {
	length := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	fromStart, fromEnd := strconv.Itoa((day.Day()-1)/7+1), strconv.Itoa(-(length-day.Day())/7-1)
	number := z.one(strconv.Itoa(day.Day()), strconv.Itoa(day.Day()-length-1))

	return z.kind(
		nil,
		[]string{"BYMONTHDAY=" + number},
		[]string{"BYMONTHDAY=" + number + z.one(",1", ",-1", ",31", ",29,-30")},
		[]string{"BYMONTHDAY=" + number, "BYDAY=" + z.weekdays(day)},
		[]string{"BYDAY=" + z.one(fromStart, fromEnd) + weekday(day) + z.one("", ",5MO", ",-5FR", ",+1TH")},
		[]string{"BYDAY=" + z.weekdays(day)},
		[]string{"BYDAY=" + z.weekdays(day), "BYSETPOS=" + z.one(fromStart, fromEnd, "1", "-1,2", "3,-2")},
	)
}

// kind picks one kind of days.
func (z zone) kind(of ...[]string) []string { return of[z.IntN(len(of))] }
