package humantime

import (
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// Length writes an ISO 8601 duration in words: 36 h of PT36H, and 365 d of P1Y. What has no definite
// length it leaves as it is.
func Length(iso string) string {
	if d, err := ops.ParseDuration(iso); err == nil {
		return words(iso, d)
	}

	d, err := ops.ReadDuration(iso)
	if err != nil {
		return iso
	}

	return foreign(d)
}

// Typed writes an ISO 8601 duration as it is typed into a field: in words where [ParseDuration] reads them as the same
// duration, else as it is.
func Typed(iso string) string {
	text := Length(iso)
	if read, err := ParseDuration(text); err != nil || read != iso {
		return iso
	}

	return text
}

// foreign writes a length in the units of the contract, which iso was not written in.
func foreign(d time.Duration) string {
	fraction := d % time.Second

	switch d -= fraction; {
	case fraction == 0:
		return words(ops.FormatDuration(d), d)
	case d == 0:
		return milliseconds(fraction)
	default:
		return words(ops.FormatDuration(d), d) + " " + milliseconds(fraction)
	}
}

// milliseconds writes less than a second.
func milliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64) + " ms"
}

// words keeps the units that were written, PT36H is 36 h and P1DT12H 1 d 12 h.
func words(iso string, d time.Duration) string {
	out, number := "", ""
	date := true

	for _, r := range iso {
		switch {
		case r >= '0' && r <= '9':
			number += string(r)
		case r == 'T':
			date = false
		case number != "":
			unit := map[rune]string{'D': "d", 'H': "h", 'S': "s"}[r]
			if r == 'M' && !date {
				unit = "min"
			}

			if out != "" {
				out += " "
			}

			out += number + " " + unit
			number = ""
		}
	}

	if d == 0 {
		return "0 s"
	}

	return out
}
