package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Words says when the rule recurs that has this first date: "every second Tuesday at
// 22:00 Europe/Berlin". What it leaves to [Rule.WeekNote] is where weeks begin.
func (r Rule) Words(first time.Time, zoneName string) string {
	loc := Location(zoneName)
	wall := Wall(first, loc)

	dates, condition := r.dates(wall)
	words := dates + " at " + clock(wall) + " " + loc.String() + condition

	switch {
	case r.count == 1:
		return words + ", once"
	case r.count > 1:
		return fmt.Sprintf("%s, %d times", words, r.count)
	case r.until.IsZero():
		return words
	case r.untilUTC:
		return words + ", until " + Wall(r.until, loc).Format("2 January 2006")
	default:
		return words + ", until " + r.until.Format("2 January 2006")
	}
}

// WeekNote says where weeks begin, if that makes a difference; "" if it makes none or
// they begin on Monday, as most do.
func (r Rule) WeekNote() string {
	if r.freq != weekly || r.interval == 1 || len(r.days) < 2 || r.weekStart == time.Monday {
		return ""
	}

	return fmt.Sprintf("Weeks are counted from %s to %s, as WKST says.", r.weekStart, (r.weekStart+daysOfWeek-1)%daysOfWeek)
}

// dates are the days on which a rule recurs, and what else has to be so for one.
func (r Rule) dates(first time.Time) (words, condition string) {
	switch r.freq {
	case weekly:
		return r.inMonths(r.weekly(first))
	case monthly:
		return r.monthly(first)
	case yearly:
		months := r.months
		if len(months) == 0 {
			months = []int{int(first.Month())}
		}

		return r.monthDay(first) + " of " + monthNames(months, "and") + " " + every(r.interval, "year"), r.ifThereIsOne(first, months)
	default:
		return r.inMonths(r.daily())
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
	switch {
	case len(r.days) == 0:
		return every(r.interval, "day")
	case r.interval <= 1:
		return "every " + weekdays(r.days, "and")
	default:
		return every(r.interval, "day") + " that is a " + weekdays(r.days, "or")
	}
}

func (r Rule) weekly(first time.Time) string {
	switch {
	case len(r.days) == 0:
		return every(r.interval, first.Weekday().String())
	case r.interval <= 1 || len(r.days) == 1:
		return every(r.interval, weekdays(r.days, "and"))
	default:
		return every(r.interval, "week") + " on " + onDays(r.days)
	}
}

// inMonths restricts days to months. Days that are not all are counted through the year,
// also in months in which there is none.
func (r Rule) inMonths(days string) (words, condition string) {
	switch {
	case len(r.months) == 0:
		return days, ""
	case r.interval <= 1:
		return days + " in " + monthNames(r.months, "and"), ""
	default:
		return days, ", if it is in " + monthNames(r.months, "or")
	}
}

func (r Rule) monthly(first time.Time) (words, condition string) {
	condition = r.ifThereIsOne(first, r.months)

	switch {
	case len(r.months) == 0:
		return r.monthDay(first) + " of " + every(r.interval, "month"), condition
	case r.interval <= 1:
		return r.monthDay(first) + " of " + monthNames(r.months, "and"), condition
	default:
		return r.monthDay(first) + " of " + every(r.interval, "month"), ", if it is " + monthNames(r.months, "or") + condition
	}
}

// monthDay names the days of a month: "on the second Tuesday", "on the 15th".
func (r Rule) monthDay(first time.Time) string {
	var names []string

	switch {
	case len(r.positions) > 0 && r.freq == yearly && len(r.months) > 1: // they count through all months
		for _, n := range r.positions {
			names = append(names, place(n))
		}

		return "on the " + list(names, "and") + " of all " + plurals(r.days)
	case len(r.positions) > 0:
		for _, n := range r.positions {
			names = append(names, place(n)+" "+weekdays(r.days, "or"))
		}
	case len(r.monthDays) > 0:
		for _, n := range r.monthDays {
			names = append(names, monthDayName(n))
		}
	case len(r.days) > 0 && r.numbered():
		for _, d := range r.days {
			names = append(names, place(d.n)+" "+d.day.String())
		}
	case len(r.days) > 0:
		return "on every " + weekdays(r.days, "and")
	default:
		names = []string{monthDayName(first.Day())}
	}

	words := "on the " + list(names, "and")
	if len(r.monthDays) > 0 && len(r.days) > 0 {
		words += " that is a " + weekdays(r.days, "or")
	}

	return words
}

// daysOfShortest is how many days the shortest month has.
const daysOfShortest = 28

// ifThereIsOne is said of days that not each of the months has.
func (r Rule) ifThereIsOne(first time.Time, months []int) string {
	shortest := daysOfShortest
	if len(months) > 0 {
		shortest = maxMonthDay
		for _, m := range months {
			shortest = min(shortest, time.Date(2001, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()) // no leap year
		}
	}

	each := daysOfShortest / daysOfWeek // of each weekday
	most, days := each*len(r.days), r.positions

	switch {
	case len(r.positions) > 0 && len(r.days) == daysOfWeek:
		most = shortest
	case len(r.positions) > 0:
	case len(r.monthDays) > 0 && len(r.days) > 0: // that the day has to be one of those is said
		return ""
	case len(r.monthDays) > 0:
		most, days = shortest, r.monthDays
	case len(r.days) > 0:
		most, days = each, nil
		for _, d := range r.days {
			days = append(days, d.n)
		}
	default:
		most, days = shortest, []int{first.Day()}
	}

	if len(r.positions) > 0 && r.freq == yearly {
		most *= len(months)
	}

	if slices.ContainsFunc(days, func(n int) bool { return n > most || n < -most }) {
		return ", if there is one"
	}

	return ""
}

// list joins names as one says them: "a, b and c".
func list(names []string, word string) string {
	if len(names) == 1 {
		return names[0]
	}

	last := len(names) - 1

	return strings.Join(names[:last], ", ") + " " + word + " " + names[last]
}
