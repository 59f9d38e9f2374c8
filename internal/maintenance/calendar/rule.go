package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"github.com/graph-olap/opsconsole/ops"
)

// Rule is a recurrence rule of RFC 5545: FREQ of DAILY, WEEKLY, MONTHLY or YEARLY, with
// INTERVAL, COUNT or UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST.
type Rule struct {
	text   string
	option rrule.ROption
	// untilUTC says that UNTIL is a moment, not a local time.
	untilUTC bool
}

const maxRuleLength = 300

// ParseRule reads an RRULE, with or without its name in front. It takes what
// [Rule.Words] can say.
func ParseRule(text string) (Rule, error) {
	text = strings.TrimPrefix(strings.ToUpper(strings.Join(strings.Fields(text), "")), "RRULE:")

	if text == "" || len(text) > maxRuleLength {
		return Rule{}, fmt.Errorf("is not a recurrence rule of 1 to %d characters, such as FREQ=WEEKLY;BYDAY=TU", maxRuleLength)
	}

	parts := map[string]string{}

	for part := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(part, "=")
		if _, twice := parts[name]; twice || value == "" {
			return Rule{}, fmt.Errorf("is not a recurrence rule: look at %q", ops.Clip(part))
		}

		parts[name] = value

		if !slices.Contains([]string{
			"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST",
		}, name) {
			return Rule{}, fmt.Errorf("has %s, which is not supported", ops.Clip(name))
		}
	}

	option, err := rrule.StrToROption(text)
	if err != nil {
		return Rule{}, fmt.Errorf("is not a recurrence rule: %w", err)
	}

	if _, err := rrule.NewRRule(*option); err != nil {
		return Rule{}, fmt.Errorf("is not a recurrence rule: %w", err)
	}

	r := Rule{text: text, option: *option, untilUTC: strings.HasSuffix(parts["UNTIL"], "Z")}
	if len(parts["UNTIL"]) == len("20060102") {
		r.option.Until = r.option.Until.AddDate(0, 0, 1).Add(-time.Second) // the whole day
	}

	return r, r.check(parts)
}

const maxInterval = 1000

// check refuses what means nothing, and what cannot be said in words.
func (r Rule) check(parts map[string]string) error {
	o := r.option
	numbered := slices.ContainsFunc(o.Byweekday, func(d rrule.Weekday) bool { return d.N() != 0 })
	plain := slices.ContainsFunc(o.Byweekday, func(d rrule.Weekday) bool { return d.N() == 0 })
	zero := func(n int) bool { return n == 0 }

	switch {
	case o.Freq > rrule.DAILY:
		return errors.New("recurs more often than daily")
	case parts["INTERVAL"] != "" && (o.Interval < 1 || o.Interval > maxInterval):
		return fmt.Errorf("needs an INTERVAL of 1 to %d", maxInterval)
	case parts["COUNT"] != "" && o.Count < 1:
		return errors.New("needs a COUNT of 1 or more")
	case parts["COUNT"] != "" && parts["UNTIL"] != "":
		return errors.New("has COUNT and UNTIL; one of them ends a series")
	case slices.ContainsFunc(o.Bymonthday, zero) || slices.ContainsFunc(o.Bysetpos, zero):
		return errors.New("counts from 1, or from -1 at the end: there is no 0")
	case o.Wkst.N() != 0:
		return errors.New("needs a plain day as WKST")
	case numbered && plain:
		return errors.New("mixes numbered days with days")
	case o.Freq >= rrule.WEEKLY && (numbered || len(o.Bymonthday)+len(o.Bysetpos) > 0):
		return errors.New("numbers days without MONTHLY or YEARLY")
	case len(o.Bysetpos) > 0 && (!plain || len(o.Bymonthday) > 0):
		return errors.New("has BYSETPOS, which needs days in BYDAY")
	case numbered && len(o.Bymonthday) > 0:
		return errors.New("has numbered days and BYMONTHDAY; one of them names a day")
	case o.Freq == rrule.YEARLY && len(o.Bymonth) == 0 && len(o.Byweekday)+len(o.Bymonthday) > 0:
		return errors.New("is YEARLY and needs BYMONTH beside its days")
	default:
		return nil
	}
}

// String is the rule as it is kept.
func (r Rule) String() string { return r.text }

// Skip returns the rule after n of its dates have gone by.
func (r Rule) Skip(n int) Rule {
	if r.option.Count == 0 || n == 0 {
		return r
	}

	r.option.Count -= n
	parts := strings.Split(r.text, ";")

	for i, part := range parts {
		if strings.HasPrefix(part, "COUNT=") { // however it was written
			parts[i] = fmt.Sprintf("COUNT=%d", r.option.Count)
		}
	}

	r.text = strings.Join(parts, ";")

	return r
}
