package calendar

import (
	"iter"
	"slices"
	"time"
)

// Horizon is for how many years from its first date on a rule is looked through: whoever
// looks for the next date of one that never comes, as a 31 February, has to end somewhere.
const Horizon = 100

const daysOfWeek = 7

// walls yields the local times of the rule from a first one on.
func (r Rule) walls(first time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		first := first.Truncate(time.Second)
		timeOfDay := first.Sub(dayOf(first))
		n := 0

		for period := range r.periods(first) {
			for _, day := range r.datesIn(period, first) {
				wall := day.Add(timeOfDay)

				switch {
				case wall.Before(first):
					continue
				case !r.until.IsZero() && !r.untilUTC && wall.After(r.until), !yield(wall):
					return
				}

				if n++; n == r.count {
					return
				}
			}
		}
	}
}

// periods yields the first days of the periods to look through: what a rule costs that never comes.
func (r Rule) periods(first time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		horizon := first.AddDate(Horizon, 0, 0)

		for period := r.periodOf(first); !period.After(horizon) && yield(period); {
			period = r.next(period)
		}
	}
}

func dayOf(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}

// periodOf is the first day of the day, the week, the month or the year that a time is in.
func (r Rule) periodOf(at time.Time) time.Time {
	switch r.freq {
	case weekly:
		return dayOf(at).AddDate(0, 0, -int(at.Weekday()-r.weekStart+daysOfWeek)%daysOfWeek)
	case monthly:
		return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
	case yearly:
		return time.Date(at.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
	default:
		return dayOf(at)
	}
}

// next is the period after one, as far on as the interval says.
func (r Rule) next(period time.Time) time.Time {
	switch r.freq {
	case weekly:
		return period.AddDate(0, 0, daysOfWeek*r.interval)
	case monthly:
		return period.AddDate(0, r.interval, 0)
	case yearly:
		return period.AddDate(r.interval, 0, 0)
	default:
		return period.AddDate(0, 0, r.interval)
	}
}

// datesIn are the days of a period that the rule names, in order.
func (r Rule) datesIn(period, first time.Time) (days []time.Time) {
	switch r.freq {
	case weekly:
		for i := range daysOfWeek {
			day := period.AddDate(0, 0, i)
			if r.inMonth(day.Month()) && (r.hasDay(day, 0) || len(r.days) == 0 && day.Weekday() == first.Weekday()) {
				days = append(days, day)
			}
		}
	case monthly:
		if r.inMonth(period.Month()) {
			days = r.daysOfMonth(period, first)
		}
	case yearly:
		months := r.months
		if len(months) == 0 {
			months = []int{int(first.Month())}
		}

		for _, m := range months {
			days = append(days, r.daysOfMonth(period.AddDate(0, m-1, 0), first)...)
		}
	default:
		if r.inMonth(period.Month()) && (r.hasDay(period, 0) || len(r.days) == 0) {
			days = []time.Time{period}
		}
	}

	return r.at(days)
}

// at are the days at the positions of the rule, of all days of a period.
func (r Rule) at(days []time.Time) []time.Time {
	if len(r.positions) == 0 {
		return days
	}

	var chosen []time.Time

	for i, day := range days {
		if slices.Contains(r.positions, i+1) || slices.Contains(r.positions, i-len(days)) {
			chosen = append(chosen, day)
		}
	}

	return chosen
}

func (r Rule) inMonth(m time.Month) bool {
	return len(r.months) == 0 || slices.Contains(r.months, int(m))
}

// hasDay reports whether the rule names a day by its weekday; length is that of its
// month, 0 where none is numbered.
func (r Rule) hasDay(day time.Time, length int) bool {
	fromStart, fromEnd := (day.Day()-1)/daysOfWeek+1, -(length-day.Day())/daysOfWeek-1

	return slices.ContainsFunc(r.days, func(d numberedDay) bool {
		return d.day == day.Weekday() && (d.n == 0 || d.n == fromStart || d.n == fromEnd)
	})
}

// daysOfMonth are the days of a month that the rule names.
func (r Rule) daysOfMonth(month, first time.Time) (days []time.Time) {
	length := month.AddDate(0, 1, -1).Day()

	for day := month; day.Month() == month.Month(); day = day.AddDate(0, 0, 1) {
		byNumber := slices.Contains(r.monthDays, day.Day()) || slices.Contains(r.monthDays, day.Day()-length-1)
		byWeekday := r.hasDay(day, length)

		switch {
		case len(r.monthDays) == 0 && len(r.days) == 0 && day.Day() != first.Day(),
			len(r.monthDays) > 0 && !byNumber,
			len(r.days) > 0 && !byWeekday:
		default:
			days = append(days, day)
		}
	}

	return days
}
