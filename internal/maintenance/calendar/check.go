package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What a rule may count to.
const (
	maxInterval = 1000
	maxMonthDay = 31
	maxMonth    = 12
	// maxOfKind is how often a weekday is in a month at most.
	maxOfKind = 5
)

// check refuses what RFC 5545 does not allow, what means nothing, and what cannot be
// said in words.
func (r Rule) check(parts map[string]string) error {
	for _, problem := range []func(map[string]string) error{r.checkCounts, r.checkNumbers, r.checkDays, r.checkPositions} {
		if err := problem(parts); err != nil {
			return err
		}
	}

	return nil
}

func (r Rule) checkCounts(parts map[string]string) error {
	switch {
	case r.freq == moreOften:
		return errors.New("recurs more often than daily")
	case r.interval < 1 || r.interval > maxInterval:
		return fmt.Errorf("needs an INTERVAL of 1 to %d", maxInterval)
	case parts["COUNT"] != "" && r.count < 1:
		return errors.New("needs a COUNT of 1 or more")
	case parts["COUNT"] != "" && parts["UNTIL"] != "":
		return errors.New("has COUNT and UNTIL; give only one of them")
	default:
		return nil
	}
}

// beyond finds a number that is 0 or farther from it than most.
func beyond(most int) func(int) bool {
	return func(n int) bool { return n == 0 || n > most || n < -most }
}

func (r Rule) checkNumbers(parts map[string]string) error {
	days := strings.Split(parts["BYDAY"], ",")
	numberedZero := func(day string) bool { return len(strings.TrimLeft(day, "+-0")) == len("MO") && len(day) > len("MO") }

	switch {
	case strings.Contains(parts["INTERVAL"]+parts["COUNT"]+parts["BYMONTH"], "+"):
		return errors.New("has a sign before a number that has none: INTERVAL, COUNT or BYMONTH")
	case slices.Contains(r.monthDays, 0) || slices.Contains(r.positions, 0) || slices.ContainsFunc(days, numberedZero):
		return errors.New("counts from 1, or from -1 at the end: there is no 0")
	case slices.ContainsFunc(r.monthDays, beyond(maxMonthDay)):
		return fmt.Errorf("has a BYMONTHDAY that no month has; it is 1 to %d, or -1 to -%d from the end", maxMonthDay, maxMonthDay)
	case slices.ContainsFunc(r.months, func(m int) bool { return m < 1 || m > maxMonth }):
		return fmt.Errorf("has a BYMONTH that no year has; it is 1 to %d", maxMonth)
	default:
		return nil
	}
}

func (r Rule) checkDays(map[string]string) error {
	numbered, plain := r.numbered(), slices.ContainsFunc(r.days, func(d numberedDay) bool { return d.n == 0 })

	switch {
	case numbered && plain:
		return errors.New("mixes numbered days with days")
	case r.freq <= weekly && (numbered || len(r.monthDays)+len(r.positions) > 0):
		return errors.New("numbers days without MONTHLY or YEARLY")
	case r.freq == yearly && len(r.months) == 0 && len(r.days)+len(r.monthDays) > 0:
		return errors.New("is YEARLY and needs BYMONTH beside its days")
	case slices.ContainsFunc(r.days, func(d numberedDay) bool { return d.n > maxOfKind || d.n < -maxOfKind }):
		return fmt.Errorf("numbers the days of a month beyond the fifth; it is 1 to %d, or -1 to -%d from the end", maxOfKind, maxOfKind)
	case numbered && len(r.monthDays) > 0:
		return errors.New("has numbered days and BYMONTHDAY; one of them names a day")
	default:
		return nil
	}
}

func (r Rule) checkPositions(map[string]string) error {
	most := min(maxOfKind*len(r.days), maxMonthDay)
	if r.freq == yearly {
		most *= len(r.months)
	}

	switch {
	case len(r.positions) == 0:
		return nil
	case len(r.days) == 0 || r.numbered() || len(r.monthDays) > 0:
		return errors.New("has BYSETPOS, which needs days in BYDAY")
	case slices.ContainsFunc(r.positions, beyond(most)):
		return fmt.Errorf("has a BYSETPOS beyond its days, of which there are %d at most", most)
	default:
		return nil
	}
}

// numbered reports whether the days are the first, the last and so on of a month.
func (r Rule) numbered() bool {
	return slices.ContainsFunc(r.days, func(d numberedDay) bool { return d.n != 0 })
}
