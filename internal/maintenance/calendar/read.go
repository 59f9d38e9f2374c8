package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// read takes a rule apart. What its parts mean together is for [Rule.check] to judge.
func read(text string) (r Rule, parts map[string]string, err error) {
	text = strings.TrimPrefix(strings.ToUpper(strings.Join(strings.Fields(text), "")), "RRULE:")

	if text == "" || len(text) > maxRuleLength {
		return r, nil, fmt.Errorf("is not a recurrence rule of 1 to %d characters, such as FREQ=WEEKLY;BYDAY=TU", maxRuleLength)
	}

	r, parts = Rule{text: text, interval: 1, weekStart: time.Monday}, map[string]string{}

	for part := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(part, "=")

		switch _, twice := parts[name]; {
		case twice:
			return r, nil, fmt.Errorf("has %s twice", ops.Clip(name))
		case value == "":
			return r, nil, fmt.Errorf("is not a valid recurrence rule: %q is not understood", ops.Clip(part))
		}

		parts[name] = value
		if err := r.readPart(name, value); err != nil {
			return r, nil, err
		}
	}

	if r.freq == unknown {
		return r, nil, errors.New("needs FREQ, such as FREQ=WEEKLY")
	}

	return r, parts, nil
}

func (r *Rule) readPart(name, value string) (err error) {
	switch name {
	case "FREQ":
		r.freq, err = readFrequency(value)
	case "INTERVAL":
		r.interval, err = strconv.Atoi(value)
	case "COUNT":
		r.count, err = strconv.Atoi(value)
	case "UNTIL":
		r.until, err = readUntil(value)
		r.untilUTC = strings.HasSuffix(value, "Z")
	case "BYDAY":
		r.days, err = readList(value, readDay)
	case "BYMONTHDAY":
		r.monthDays, err = readList(value, strconv.Atoi)
	case "BYMONTH":
		r.months, err = readList(value, strconv.Atoi)
		slices.Sort(r.months)
	case "BYSETPOS":
		r.positions, err = readList(value, strconv.Atoi)
	case "WKST":
		r.weekStart, err = readWeekday(value)
	default:
		return fmt.Errorf("has %s, which is not supported", ops.Clip(name))
	}

	if err != nil {
		return fmt.Errorf("is not a valid recurrence rule: %q is not understood", ops.Clip(name+"="+value))
	}

	return nil
}

var errUnreadable = errors.New("cannot be read")

func readFrequency(value string) (frequency, error) {
	f, ok := map[string]frequency{
		"DAILY": daily, "WEEKLY": weekly, "MONTHLY": monthly, "YEARLY": yearly,
		"HOURLY": moreOften, "MINUTELY": moreOften, "SECONDLY": moreOften,
	}[value]
	if !ok {
		return f, errUnreadable
	}

	return f, nil
}

// readUntil reads a moment in UTC, a local time, or a day, which is meant as a whole.
func readUntil(value string) (time.Time, error) {
	for _, layout := range []string{"20060102T150405Z", "20060102T150405"} {
		if until, err := time.Parse(layout, value); err == nil {
			return until, nil
		}
	}

	day, err := time.Parse("20060102", value)

	return day.AddDate(0, 0, 1).Add(-time.Second), err
}

// readList reads what is separated by commas; what is there twice counts once.
func readList[T comparable](value string, one func(string) (T, error)) (list []T, err error) {
	for text := range strings.SplitSeq(value, ",") {
		item, err := one(text)
		if err != nil {
			return nil, err
		}

		if !slices.Contains(list, item) {
			list = append(list, item)
		}
	}

	return list, nil
}

func readDay(text string) (d numberedDay, err error) {
	at := len(text) - len("MO")
	if at < 0 {
		return d, errUnreadable
	}

	if at > 0 {
		if d.n, err = strconv.Atoi(text[:at]); err != nil {
			return d, err
		}
	}

	d.day, err = readWeekday(text[at:])

	return d, err
}

func readWeekday(text string) (time.Weekday, error) {
	day := slices.Index([]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}, text)
	if day < 0 {
		return 0, errUnreadable
	}

	return time.Weekday(day), nil
}
