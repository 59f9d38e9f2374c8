package ops

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"
)

// durationPattern is the contract's grammar, P[nD][T[nH][nM][nS]]: no years, months or weeks.
var durationPattern = regexp.MustCompile(`^P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$`)

// ParseDuration reads a duration of the contract, section 4: P[nD][T[nH][nM][nS]]
// with at least one part. A day is 24 hours. Lengths that time.Duration cannot hold
// (about 292 years) are refused.
func ParseDuration(s string) (time.Duration, error) {
	invalid := fmt.Errorf("%.50q is not a duration such as P7D, PT24H or P1DT12H", s)

	m := durationPattern.FindStringSubmatch(s)
	if m == nil || s[len(s)-1] == 'P' || s[len(s)-1] == 'T' {
		return 0, invalid
	}

	// Nine digits of days are no more than 10^14 seconds, so the sum cannot overflow.
	var seconds int64

	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if m[i+1] == "" {
			continue
		}

		n, err := strconv.ParseInt(m[i+1], 10, 64)
		if err != nil {
			return 0, invalid
		}

		seconds += n * int64(unit/time.Second)
	}

	if seconds > int64(math.MaxInt64/time.Second) {
		return 0, fmt.Errorf("%q is longer than 292 years", s)
	}

	return time.Duration(seconds) * time.Second, nil
}

// FormatDuration writes d in the contract's grammar, whole seconds, in the shortest
// form with days: P1DT12H. Zero is PT0S.
func FormatDuration(d time.Duration) string {
	const day = 24 * time.Hour

	out := "P"
	if days := d / day; days > 0 {
		out += fmt.Sprintf("%dD", days)
	}

	d %= day
	if d < time.Second {
		if out == "P" {
			return "PT0S"
		}

		return out
	}

	out += "T"

	for _, part := range []struct {
		unit time.Duration
		name string
	}{{time.Hour, "H"}, {time.Minute, "M"}, {time.Second, "S"}} {
		if n := d / part.unit; n > 0 {
			out += fmt.Sprintf("%d%s", n, part.name)
			d %= part.unit
		}
	}

	return out
}
