package ops

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	// foreignPattern is ISO 8601 with years and weeks, which the contract's grammar leaves out.
	foreignPattern = regexp.MustCompile(
		`^P(?:(\d{1,9})Y)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$`)
	// fractionPattern is the fraction that the smallest unit may have.
	fractionPattern = regexp.MustCompile(`[.,](\d{1,9})([WDHMS])$`)
)

// foreignUnits are the lengths of the units of foreignPattern.
func foreignUnits() []time.Duration {
	const day = 24 * time.Hour

	return []time.Duration{365 * day, 7 * day, day, time.Hour, time.Minute, time.Second}
}

// ReadDuration reads a duration that a control plane holds: in the contract's grammar, which
// [ParseDuration] reads, or in any other of ISO 8601 whose length is definite. That are weeks,
// a fraction of the smallest unit, and years of 365 days: so pydantic writes them, and nothing
// else writes a length in years. A month has no definite length: pydantic reads 30 days, others
// one of the calendar.
func ReadDuration(s string) (time.Duration, error) {
	if d, err := ParseDuration(s); err == nil {
		return d, nil
	}

	indefinite := fmt.Errorf("%.50q is not a duration of a definite length", s)

	whole, fraction, unit := s, 0.0, ""
	if m := fractionPattern.FindStringSubmatch(s); m != nil {
		whole, unit = strings.TrimSuffix(s, m[0])+m[2], m[2]
		fraction, _ = strconv.ParseFloat("0."+m[1], 64) // digits alone
	}

	m := foreignPattern.FindStringSubmatch(whole)
	if m == nil || strings.HasSuffix(whole, "P") || strings.HasSuffix(whole, "T") {
		return 0, indefinite
	}

	// Nine digits of years are no more than 10^17 seconds, so the sum cannot overflow.
	var seconds int64

	var rest time.Duration

	for i, size := range foreignUnits() {
		if m[i+1] == "" {
			continue
		}

		n, err := strconv.ParseInt(m[i+1], 10, 64)
		if err != nil {
			return 0, indefinite
		}

		seconds += n * int64(size/time.Second)

		if unit != "" { // what stands last has the fraction
			rest = time.Duration(math.Round(fraction * float64(size)))
		}
	}

	if seconds >= int64(math.MaxInt64/time.Second)-int64(rest/time.Second) {
		return 0, fmt.Errorf("%.50q is longer than 292 years", s)
	}

	return time.Duration(seconds)*time.Second + rest, nil
}
