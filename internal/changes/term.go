package changes

import (
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/ops"
)

// Term says when a temporary change ends by itself.
type Term struct {
	Kind   lease.Kind
	EndsAt time.Time
	// Length is how long it lasts, 0 where it ends at a moment that was named.
	Length time.Duration
	// Holder is who ends it instead, 0 for nobody.
	Holder lease.Holder
}

// The shortest and the longest temporary change.
const (
	termShortest = time.Second
	termLongest  = 90 * 24 * time.Hour
)

// ParseTerm reads how long a change is to hold, of which at most one is given: a
// duration ("90m", "PT90M"), a moment (RFC 3339), or the time within which it has to be
// confirmed. It returns nil when none is given: the change is permanent.
func (c *Changes) ParseTerm(duration, until, confirmWithin string) (*Term, []ops.FieldError) {
	return ParseTermFrom(c.now(), duration, until, confirmWithin)
}

// ParseTermFrom is [Changes.ParseTerm] for a change that is made at that time.
func ParseTermFrom(from time.Time, duration, until, confirmWithin string) (*Term, []ops.FieldError) {
	given := 0

	for _, text := range []string{duration, until, confirmWithin} {
		if text != "" {
			given++
		}
	}

	refuse := func(field, message string) (*Term, []ops.FieldError) {
		return nil, []ops.FieldError{{Field: "body." + field, Message: message, Type: "term"}}
	}

	if given > 1 {
		return refuse("duration", "Choose one of “for”, “until” and “unless confirmed within” "+
			"(duration, until or confirm_within in JSON), or none for a permanent change.")
	}

	switch {
	case duration != "":
		length, message := termLength(duration)
		if message != "" {
			return refuse("duration", message)
		}

		return &Term{Kind: lease.Until, EndsAt: from.Add(length), Length: length}, nil
	case confirmWithin != "":
		length, message := termLength(confirmWithin)
		if message != "" {
			return refuse("confirm_within", message)
		}

		return &Term{Kind: lease.Confirm, EndsAt: from.Add(length), Length: length}, nil
	case until != "":
		at, err := time.Parse(time.RFC3339, until)
		if err != nil {
			return refuse("until", "must be a date and time with its zone, such as 2026-03-01T14:00:00Z")
		}

		if left := at.Sub(from); left < termShortest || left > termLongest {
			return refuse("until", "must be later than the change itself, by at most 90 days")
		}

		return &Term{Kind: lease.Until, EndsAt: at.UTC().Truncate(time.Microsecond)}, nil
	default:
		return nil, nil
	}
}

func termLength(typed string) (length time.Duration, message string) {
	iso, err := humantime.ParseDuration(typed)
	if err != nil {
		return 0, fmt.Sprintf("%q is not a duration: write 90m, 1d 12h or PT90M", ops.Clip(typed))
	}

	// ParseDuration writes what ops.ParseDuration reads.
	length, _ = ops.ParseDuration(iso)
	if length < termShortest || length > termLongest {
		return 0, "must be between a second and 90 days"
	}

	return length, ""
}
