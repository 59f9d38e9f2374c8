package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// place is where among several: "second", "last", "second to last".
func place(n int) string {
	switch {
	case n > 0:
		return ordinal(n)
	case n == -1:
		return "last"
	default:
		return ordinal(-n) + " to last"
	}
}

func monthDayName(n int) string {
	if n < 0 {
		return place(n) + " day"
	}

	return numeral(n)
}

func ordinal(n int) string {
	small := []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}
	if n >= 1 && n <= len(small) {
		return small[n-1]
	}

	return numeral(n)
}

// numeral is 1st, 2nd, 11th.
func numeral(n int) string {
	const century, decade = 100, 10

	if tens := n % century / decade; tens != 1 {
		switch n % decade {
		case 1:
			return fmt.Sprintf("%dst", n)
		case 2:
			return fmt.Sprintf("%dnd", n)
		case 3:
			return fmt.Sprintf("%drd", n)
		}
	}

	return fmt.Sprintf("%dth", n)
}

// dayNames are the days from Monday on.
func dayNames(days []numberedDay) []string {
	fromMonday := func(d numberedDay) int { return int(d.day+daysOfWeek-time.Monday) % daysOfWeek }
	sorted := slices.SortedFunc(slices.Values(days), func(a, b numberedDay) int { return fromMonday(a) - fromMonday(b) })
	names := make([]string, 0, len(sorted))

	for _, d := range sorted {
		names = append(names, d.day.String())
	}

	return names
}

// group is what several days are together, "" where there is no word for it.
func group(days []numberedDay) string {
	weekend := func(d numberedDay) bool { return d.day == time.Saturday || d.day == time.Sunday }

	switch {
	case len(days) == daysOfWeek:
		return "day"
	case len(days) == daysOfWeek-2 && !slices.ContainsFunc(days, weekend):
		return "weekday"
	default:
		return ""
	}
}

// weekdays names several days, with a word before the last.
func weekdays(days []numberedDay, word string) string {
	if name := group(days); name != "" {
		return name
	}

	return list(dayNames(days), word)
}

// onDays names several days of a week.
func onDays(days []numberedDay) string {
	if name := group(days); name != "" {
		return "every " + name
	}

	return list(dayNames(days), "and")
}

// plurals names all of several days: "Tuesdays and Fridays".
func plurals(days []numberedDay) string {
	return strings.ReplaceAll(weekdays(days, "and"), "day", "days")
}

func monthNames(months []int, word string) string {
	names := make([]string, 0, len(months))
	for _, m := range months {
		names = append(names, time.Month(m).String())
	}

	return list(names, word)
}
