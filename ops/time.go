package ops

import (
	"encoding/json"
	"fmt"
	"time"
)

// Time is a moment on the wire: RFC 3339 in UTC when written; when read, a zone
// that is missing means UTC, as today's control plane sends it.
type Time struct{ time.Time }

// At returns t as a moment on the wire.
func At(t time.Time) Time { return Time{t.UTC()} }

// timeLayouts are the forms that control planes send; Go reads a fraction of a
// second after any of them.
//
//nolint:gochecknoglobals // a constant table
var timeLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05",
}

// ParseTime reads an ISO 8601 date and time; one without a zone is UTC. In UTC its year
// has four digits, so that it can be written again.
func ParseTime(s string) (Time, error) {
	const lastYear = 9999

	for _, layout := range timeLayouts {
		t, err := time.Parse(layout, s)
		if year := t.UTC().Year(); err == nil && year >= 0 && year <= lastYear {
			return At(t), nil
		}
	}

	return Time{}, fmt.Errorf("%q is not an ISO 8601 date and time", s)
}

// MarshalJSON writes RFC 3339 in UTC, with no fraction of a second or one of six
// digits: Python before 3.11 reads no other.
func (t Time) MarshalJSON() ([]byte, error) {
	layout := "2006-01-02T15:04:05.000000Z"
	if t.Nanosecond() < int(time.Microsecond) {
		layout = "2006-01-02T15:04:05Z"
	}

	return json.Marshal(t.UTC().Format(layout))
}

// UnmarshalJSON reads what [ParseTime] reads; null leaves the zero time.
func (t *Time) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}

	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}

	parsed, err := ParseTime(s)
	if err != nil {
		return err
	}

	*t = parsed

	return nil
}
