package calendar

import (
	"fmt"
	"strings"
	"time"
)

// Rule is a recurrence rule of RFC 5545: FREQ of DAILY, WEEKLY, MONTHLY or YEARLY, with
// INTERVAL, COUNT or UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST.
type Rule struct {
	text     string
	freq     frequency
	interval int
	// count is 0, and until zero, where the rule does not end so.
	count int
	until time.Time
	// untilUTC says that until is a moment, not a local time.
	untilUTC  bool
	days      []numberedDay
	monthDays []int
	months    []int // sorted
	positions []int
	weekStart time.Weekday
}

// frequency is how often a rule recurs.
type frequency int

const (
	unknown frequency = iota
	daily
	weekly
	monthly
	yearly
	moreOften
)

// numberedDay is a weekday, and which of its kind in a month, from the end where it is
// negative; 0 is every one.
type numberedDay struct {
	day time.Weekday
	n   int
}

const maxRuleLength = 300

// ParseRule reads an RRULE, with or without its name in front. It takes what RFC 5545
// allows, [Rule.Words] can say and can come at all; its error is a clause for a form.
func ParseRule(text string) (Rule, error) {
	r, parts, err := read(text)
	if err == nil {
		err = r.check(parts)
	}

	if err != nil {
		return Rule{}, err
	}

	return r, nil
}

// KeptRule reads a rule that was taken before, also by a version that took more: days
// that are numbered 0 are all of them, those beyond the fifth of a month never come.
func KeptRule(text string) (Rule, error) {
	r, parts, err := read(text)
	if err == nil {
		err = r.checkCounts(parts)
	}

	return r, err
}

// String is the rule as it is kept.
func (r Rule) String() string { return r.text }

// Skip returns the rule after n of its dates have gone by.
func (r Rule) Skip(n int) Rule {
	if r.count == 0 || n == 0 {
		return r
	}

	r.count -= n
	parts := strings.Split(r.text, ";")

	for i, part := range parts {
		if strings.HasPrefix(part, "COUNT=") { // however it was written
			parts[i] = fmt.Sprintf("COUNT=%d", r.count)
		}
	}

	r.text = strings.Join(parts, ";")

	return r
}
