package format

import (
	"fmt"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
)

const day = 24 * time.Hour

// Relative writes t as seen from now: in 4 min, 12 s ago, just now. The page's script
// says the same, so that nothing jumps when it takes over.
func Relative(t, now time.Time) string {
	d := t.Sub(now)
	switch {
	case d > -time.Second && d < time.Second:
		return "just now"
	case d < 0:
		return rough(-d) + " ago"
	default:
		return "in " + rough(d)
	}
}

// Past writes what has happened, relative and absolute together: 4 min ago · 14:05 UTC. What is to come by a clock that was
// set back since is written absolute alone.
func Past(t, now time.Time) string {
	if t.After(now) {
		return Absolute(t, now)
	}

	return Relative(t, now) + " · " + Absolute(t, now)
}

// Absolute writes t in UTC as short as it stays clear: the time of day today, with the
// weekday within a week, then with the date, and the year when it is another one.
func Absolute(t, now time.Time) string {
	const week = 6 * day

	t, now = t.UTC(), now.UTC()

	switch distance := t.Sub(now).Abs(); {
	case distance < day && t.Day() == now.Day():
		return t.Format("15:04 UTC")
	case distance < week:
		return t.Format("Mon 15:04 UTC")
	case t.Year() == now.Year():
		return t.Format("2 Jan, 15:04 UTC")
	default:
		return t.Format("2 Jan 2006, 15:04 UTC")
	}
}

// Full writes t with date and seconds in UTC.
func Full(t time.Time) string { return t.UTC().Format("Mon 2 Jan 2006, 15:04:05 UTC") }

// Minute writes t with its date in UTC.
func Minute(t time.Time) string { return t.UTC().Format("Mon 2 Jan 2006, 15:04 UTC") }

// Moments writes every moment in a text, which stands there as RFC 3339 has it, as people read it.
func Moments(text string) string {
	words := strings.Split(text, " ")

	for i, word := range words {
		written := strings.TrimRight(word, ".,")
		if at, err := time.Parse(time.RFC3339, written); err == nil {
			words[i] = Minute(at) + word[len(written):]
		}
	}

	return strings.Join(words, " ")
}

// Clock writes the time of day in UTC.
func Clock(t time.Time) string { return t.UTC().Format("15:04 UTC") }

// Span writes how long something takes or lasts, see [humantime.Span].
func Span(d time.Duration) string { return humantime.Span(d) }

// rough writes a length rounded down: in one unit below an hour, where the next comes soon, and in
// two above, where "1 h" could be nearly two.
func rough(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 10*day:
		return Span(d)
	default:
		return fmt.Sprintf("%d d", d/day)
	}
}

// Duration writes an ISO 8601 duration in words and as it came: 36 h (PT36H), and
// 365 d (P1Y). What has no definite length it leaves as it is.
func Duration(iso string) string {
	if text := humantime.Length(iso); text != iso {
		return text + " (" + iso + ")"
	}

	return iso
}

// RFC3339 is a time for a script to read, "" for none.
func RFC3339(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}

	return t.UTC().Format(time.RFC3339)
}
