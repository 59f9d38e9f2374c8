package maintenance

import "time"

// Rule is a recurrence rule: FREQ of DAILY, WEEKLY, MONTHLY or YEARLY, INTERVAL, COUNT
// or UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST.
type Rule struct {
	text string
}

// ParseRule reads an RRULE, with or without its name in front.
func ParseRule(text string) (Rule, error) { return Rule{text}, nil }

// String is the rule as it is kept.
func (r Rule) String() string { return r.text }

// Words says when it recurs: "every second Tuesday at 22:00 Europe/Berlin".
func (r Rule) Words(first time.Time, zone string) string { return r.text }

// Occurrence is a date of a series.
type Occurrence struct {
	StartsAt time.Time `json:"starts_at"`
	// Wall is what the clock on the wall shows, 2006-01-02T15:04:05, as the rule has it.
	Wall string `json:"wall"`
	// Note names what is special about it: a clock that goes forward or back. "" mostly.
	Note string `json:"note"`
}

// Next returns the first n dates of the rule from a first one on, in the zone.
func (r Rule) Next(first time.Time, zone string, n int) ([]Occurrence, error) { return nil, errUnfinished }

// ResolveWall returns the moment at which the clocks in the zone show that time,
// 2006-01-02T15:04 with or without seconds. A time that the clocks skip is read with
// the offset before, one that they show twice is the first, as in RFC 5545; the note
// says so.
func ResolveWall(wall, zone string) (at time.Time, note string, err error) {
	return time.Time{}, "", errUnfinished
}

// Zones lists the IANA names that a window can have.
func Zones() []string { return nil }

func location(zone string) *time.Location {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}

	return loc
}
