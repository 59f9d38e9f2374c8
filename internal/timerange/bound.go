// Package timerange is from when to when somebody looks at what was, as it stands in an address: a
// moment that stays, or one that moves on with the clock. Everything in it depends on its arguments alone.
package timerange

import (
	"fmt"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
)

// Bound is an end of a range. The zero Bound is now.
type Bound struct {
	// at is the moment of one that stays.
	at    time.Time
	stays bool
	// ago is how long before now it is.
	ago time.Duration
}

// Ago is that long before now, whenever that is.
func Ago(d time.Duration) Bound { return Bound{ago: d} }

// At is a moment that stays.
func At(t time.Time) Bound { return Bound{at: t.UTC(), stays: true} }

// ParseBound reads "now", "-6h" and "6 h ago", which move on with the clock, and every other moment
// that [humantime.ParseMoment] reads, on the clocks of the zone. Its error is a clause for a form.
func ParseBound(text string, now time.Time, loc *time.Location) (Bound, error) {
	if d, ok := humantime.FromNow(text); ok && d <= 0 {
		return Ago(-d), nil
	}

	m, err := humantime.ParseMoment(text, now, loc)
	if err != nil {
		return Bound{}, fmt.Errorf("%w, or count from now: -6h, now", err)
	}

	return At(m.At), nil
}

// IsNow reports whether it is the present, whenever that is.
func (b Bound) IsNow() bool { return b == Bound{} }

// Moves reports whether it is counted from now.
func (b Bound) Moves() bool { return !b.stays }

// Time is the moment, in UTC.
func (b Bound) Time(now time.Time) time.Time {
	if b.Moves() {
		return now.UTC().Add(-b.ago)
	}

	return b.at
}

// String writes it as an address has it: now, -6h, or RFC 3339 in UTC.
func (b Bound) String() string {
	const day = 24 * time.Hour

	switch {
	case !b.Moves():
		return b.at.Format(time.RFC3339)
	case b.ago == 0:
		return "now"
	case b.ago%day == 0 && b.ago > day:
		return "-" + strconv.Itoa(int(b.ago/day)) + "d"
	case b.ago%time.Hour == 0:
		return "-" + strconv.Itoa(int(b.ago/time.Hour)) + "h"
	case b.ago%time.Minute == 0:
		return "-" + strconv.Itoa(int(b.ago/time.Minute)) + "m"
	default:
		return "-" + strconv.Itoa(int(b.ago/time.Second)) + "s"
	}
}
