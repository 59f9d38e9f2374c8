package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// Words says when the rule recurs that has this first date: "every second Tuesday at
// 22:00 Europe/Berlin".
func (r Rule) Words(first time.Time, zoneName string) string {
	loc := Location(zoneName)
	wall := Wall(first, loc)

	words := r.dates(wall) + " at " + clock(wall) + " " + loc.String()

	switch {
	case r.option.Count == 1:
		return words + ", once"
	case r.option.Count > 1:
		return fmt.Sprintf("%s, %d times", words, r.option.Count)
	case r.option.Until.IsZero():
		return words
	case r.untilUTC:
		return words + ", until " + Wall(r.option.Until, loc).Format("2 January 2006")
	default:
		return words + ", until " + r.option.Until.Format("2 January 2006")
	}
}

func (r Rule) dates(first time.Time) string {
	o := r.option

	switch o.Freq {
	case rrule.DAILY:
		return r.daily() + r.inMonths()
	case rrule.WEEKLY:
		return r.weekly(first) + r.inMonths()
	case rrule.MONTHLY:
		months := "of " + every(o.Interval, "month")
		if len(o.Bymonth) > 0 && o.Interval <= 1 {
			months = "of " + monthNames(o.Bymonth)
		} else if len(o.Bymonth) > 0 {
			months += r.inMonths()
		}

		return r.monthDay(first) + " " + months
	default:
		months := o.Bymonth
		if len(months) == 0 {
			months = []int{int(first.Month())}
		}

		return r.monthDay(first) + " of " + monthNames(months) + " " + every(o.Interval, "year")
	}
}

// every says how often: "every month", "every second month".
func every(interval int, what string) string {
	if interval <= 1 {
		return "every " + what
	}

	return "every " + ordinal(interval) + " " + what
}

func (r Rule) daily() string {
	days := r.option.Byweekday

	switch {
	case len(days) == 0:
		return every(r.option.Interval, "day")
	case r.option.Interval <= 1:
		return "every " + weekdays(days)
	default:
		return every(r.option.Interval, "day") + " that is a " + list(dayNames(days), "or")
	}
}

func (r Rule) weekly(first time.Time) string {
	days := r.option.Byweekday

	switch {
	case len(days) == 0:
		return every(r.option.Interval, first.Weekday().String())
	case r.option.Interval <= 1 || len(days) == 1:
		return every(r.option.Interval, weekdays(days))
	default:
		return every(r.option.Interval, "week") + " on " + list(dayNames(days), "and")
	}
}

func (r Rule) inMonths() string {
	if len(r.option.Bymonth) == 0 {
		return ""
	}

	return " in " + monthNames(r.option.Bymonth)
}

// monthDay names the days of a month: "on the second Tuesday", "on the 15th".
func (r Rule) monthDay(first time.Time) string {
	o := r.option

	var names []string

	switch {
	case len(o.Bysetpos) > 0:
		for _, n := range o.Bysetpos {
			names = append(names, place(n)+" "+weekdaysOr(o.Byweekday))
		}
	case len(o.Bymonthday) > 0:
		for _, n := range o.Bymonthday {
			names = append(names, monthDayName(n))
		}
	case len(o.Byweekday) > 0 && o.Byweekday[0].N() == 0:
		return "on every " + weekdays(o.Byweekday)
	case len(o.Byweekday) > 0:
		for _, d := range o.Byweekday {
			names = append(names, place(d.N())+" "+dayName(d))
		}
	default:
		names = []string{monthDayName(first.Day())}
	}

	words := "on the " + list(names, "and")
	if len(o.Bymonthday) > 0 && len(o.Byweekday) > 0 {
		words += " that is a " + list(dayNames(o.Byweekday), "or")
	}

	return words
}

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
	if n <= len(small) {
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

const daysOfWeek = 7

func dayName(d rrule.Weekday) string { return time.Weekday((d.Day() + 1) % daysOfWeek).String() }

func dayNames(days []rrule.Weekday) []string {
	names := make([]string, 0, len(days))
	for _, d := range inWeek(days) {
		names = append(names, dayName(d))
	}

	return names
}

// inWeek sorts days from Monday on.
func inWeek(days []rrule.Weekday) []rrule.Weekday {
	return slices.SortedFunc(slices.Values(days), func(a, b rrule.Weekday) int { return a.Day() - b.Day() })
}

// workdays reports whether the days are Monday to Friday.
func workdays(days []rrule.Weekday) bool {
	sorted := inWeek(days)

	const friday = 4

	return len(sorted) == friday+1 && sorted[0].Day() == 0 && sorted[friday].Day() == friday
}

func weekdays(days []rrule.Weekday) string {
	if workdays(days) {
		return "weekday"
	}

	return list(dayNames(days), "and")
}

func weekdaysOr(days []rrule.Weekday) string {
	if workdays(days) {
		return "weekday"
	}

	return list(dayNames(days), "or")
}

func monthNames(months []int) string {
	names := make([]string, 0, len(months))
	for _, m := range slices.Sorted(slices.Values(months)) {
		names = append(names, time.Month(m).String())
	}

	return list(names, "and")
}

// list joins names as one says them: "a, b and c".
func list(names []string, word string) string {
	if len(names) == 1 {
		return names[0]
	}

	last := len(names) - 1

	return strings.Join(names[:last], ", ") + " " + word + " " + names[last]
}
