package humantime

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// humanPart is a number and a unit as people write them: "36h", "1d 12h", "30 days".
var humanPart = regexp.MustCompile(`^(\d{1,9})\s*([a-z]+)[\s,]*`)

// ParseDuration reads a duration as people write it ("36h", "1d 12h", "2 weeks"), as the
// contract does (P1DT12H), or as [ops.ReadDuration] does (P1Y, P4W2D) if it has whole
// seconds, and returns it as the contract does. It keeps the units of a single part, so
// that 24h stays PT24H. assets/js/durations.js reads the same.
func ParseDuration(s string) (string, error) {
	s = strings.TrimSpace(s)

	iso := strings.ToUpper(s)
	if _, err := ops.ParseDuration(iso); err == nil {
		return iso, nil
	}

	if length, err := ops.ReadDuration(iso); err == nil && length%time.Second == 0 {
		return ops.FormatDuration(length), nil
	}

	invalid := fmt.Errorf("%q is not a duration: write 36h, 1d 12h or P1DT12H, and leave it empty for no expiry", ops.Clip(s))

	var (
		total time.Duration
		parts int
	)

	single := ""

	for rest := strings.ToLower(s); rest != ""; parts++ {
		m := humanPart.FindStringSubmatch(rest)
		if m == nil {
			return "", invalid
		}

		iso, ok := isoUnit(m[1], m[2])
		if !ok {
			return "", invalid
		}

		length, err := ops.ParseDuration(iso)
		if err != nil || total+length < total {
			return "", invalid
		}

		single, total, rest = iso, total+length, rest[len(m[0]):]
	}

	switch parts {
	case 0:
		return "", invalid
	case 1:
		return single, nil
	default:
		return ops.FormatDuration(total), nil
	}
}

const daysInWeek = 7

// isoUnit writes one part in the contract's grammar, which has no weeks.
func isoUnit(number, unit string) (iso string, ok bool) {
	switch unit {
	case "s", "sec", "secs", "second", "seconds":
		return "PT" + number + "S", true
	case "m", "min", "mins", "minute", "minutes":
		return "PT" + number + "M", true
	case "h", "hr", "hrs", "hour", "hours":
		return "PT" + number + "H", true
	case "d", "day", "days":
		return "P" + number + "D", true
	case "w", "wk", "week", "weeks":
		n, err := strconv.Atoi(number)

		return fmt.Sprintf("P%dD", daysInWeek*n), err == nil
	default:
		return "", false
	}
}
