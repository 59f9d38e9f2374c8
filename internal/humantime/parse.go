package humantime

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// Moment is what somebody meant by a text.
type Moment struct {
	// At is in UTC, unless the text has an offset, which it has too then.
	At time.Time
	// Note names clocks that skip or repeat what was written, "" when they do not.
	Note string
	// Choices are the moments that may be meant then: the one that a skipped time would be, or
	// both of one that comes twice. At is the first.
	Choices []Choice
	// Fixed says that the text means the same at any time and in any zone.
	Fixed bool
}

// Choice is a moment that may be meant.
type Choice struct {
	At time.Time
	// Text means it in the zone, without a doubt; Label says it to people.
	Text, Label string
}

// written is a day, a time of day and an offset, of which each may be left out.
var written = regexp.MustCompile(`^(?:(\d{4}-\d\d-\d\d|today|tomorrow|yesterday)(?:[t ]|$))?` +
	`(\d{1,2}:\d\d(?::\d\d)?)?(?: ?(z|utc|[+-]\d\d:\d\d))?$`)

// Examples are how a moment is written, for whoever wrote it otherwise.
const Examples = "18:00, 2026-12-01 18:00, tomorrow 18:00 or in 3 h"

// ParseMoment reads a moment: a time of day ("18:00", today's), a date with one or without (it
// begins at 00:00), today, tomorrow and yesterday in the place of the date, "in 3 h", and "3 h
// ago" or "-3h", with the lengths of [ParseDuration], "now", and RFC 3339. What has no offset, such as
// +02:00, and is not said to be UTC is on the clocks of the zone. Its error is a clause for a form.
func ParseMoment(text string, now time.Time, loc *time.Location) (Moment, error) {
	if at, err := time.Parse(time.RFC3339, strings.TrimSpace(text)); err == nil {
		return Moment{At: at, Fixed: true}, nil
	}

	plain := strings.ToLower(strings.Join(strings.Fields(text), " "))
	invalid := fmt.Errorf("%q is not a time: write %s", ops.Clip(text), Examples)

	if at, ok := relative(plain, now); ok {
		return Moment{At: at}, nil
	}

	m := written.FindStringSubmatch(plain)
	if m == nil || m[1] == "" && m[2] == "" {
		return Moment{}, invalid
	}

	fixed := m[3] != ""
	if fixed {
		loc = fixedZone(m[3])
	}

	wall, err := wallOf(m[1], m[2], Wall(now, loc))
	if err != nil {
		return Moment{}, invalid
	}

	r := Resolve(wall, loc)

	if fixed {
		r.At = r.At.In(loc)
	}

	return Moment{
		At: r.At, Note: r.Note(), Choices: r.choices(), Fixed: fixed && strings.Contains(m[1], "-"),
	}, nil
}

// relative reads what counts from now.
func relative(plain string, now time.Time) (at time.Time, ok bool) {
	d, ok := FromNow(plain)
	at = now.UTC().Truncate(time.Second).Add(d)

	return at, ok && at.Year() > 0 && at.Year() <= maxYear
}

// FromNow is how far from now is what a text means that counts from there: "now", "-6h", "6 h ago",
// "in 6 h". It is false for any other.
func FromNow(text string) (d time.Duration, ok bool) {
	plain := strings.ToLower(strings.Join(strings.Fields(text), " "))
	if plain == "now" {
		return 0, true
	}

	if length, before := strings.CutPrefix(plain, "-"); before {
		plain = length + " ago"
	}

	length, ahead := strings.CutPrefix(plain, "in ")

	length, ago := strings.CutSuffix(length, " ago")
	if ahead == ago {
		return 0, false
	}

	iso, err := ParseDuration(length)
	if err != nil {
		return 0, false
	}

	d, _ = ops.ParseDuration(iso) // as ParseDuration writes it
	if ago {
		d = -d
	}

	return d, true
}

// maxYear is the last that RFC 3339 can write.
const maxYear = 9999

func fixedZone(text string) *time.Location {
	at, err := time.Parse("-07:00", text)
	if _, seconds := at.Zone(); err == nil && seconds != 0 {
		return time.FixedZone(text, seconds)
	}

	return time.UTC
}

// wallOf is the local time of a day and a time of day, of which one may be left out.
func wallOf(day, timeOfDay string, today time.Time) (wall time.Time, err error) {
	switch day {
	case "", "today":
		wall = today
	case "tomorrow":
		wall = today.AddDate(0, 0, 1)
	case "yesterday":
		wall = today.AddDate(0, 0, -1)
	default:
		wall, err = time.Parse(time.DateOnly, day)
	}

	wall = time.Date(wall.Year(), wall.Month(), wall.Day(), 0, 0, 0, 0, time.UTC)
	if timeOfDay == "" {
		return wall, err
	}

	var at time.Time

	for _, layout := range []string{"15:04", time.TimeOnly} {
		var clockErr error
		if at, clockErr = time.Parse(layout, timeOfDay); clockErr == nil {
			return wall.Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute +
				time.Duration(at.Second())*time.Second), err
		}
	}

	return wall, errors.Join(err, fmt.Errorf("no time of day: %s", timeOfDay))
}

// choices are the moments that a time may mean that the clocks skip or show twice.
func (r Reading) choices() []Choice {
	choice := func(at time.Time, label string) Choice {
		local := at.In(r.loc)

		return Choice{At: at, Text: local.Format(time.RFC3339), Label: label + Clock(local) + " (" + Clock(at) + " UTC)"}
	}

	switch r.Kind {
	case Skipped:
		return []Choice{choice(r.At, "")}
	case Twice:
		return []Choice{choice(r.At, "the first "), choice(r.Second, "the second ")}
	case Once:
	}

	return nil
}
