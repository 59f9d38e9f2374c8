package store

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"
)

// TimeLayout is how opsconsole's own tables keep a moment: RFC 3339 in UTC, six
// digits of a second always, so that text sorts as time does.
const TimeLayout = "2006-01-02T15:04:05.000000Z"

// Time scans and stores a moment in [TimeLayout]; the zero time is NULL.
type Time struct{ time.Time }

// Value implements [driver.Valuer].
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil //nolint:nilnil // NULL
	}

	return t.UTC().Format(TimeLayout), nil
}

// Scan implements [sql.Scanner].
func (t *Time) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		var column sql.NullString
		if err := column.Scan(src); err != nil {
			return err
		}

		if !column.Valid {
			t.Time = time.Time{}

			return nil
		}

		text = column.String
	}

	layout := TimeLayout
	if len(text) == len(TimeLayout) && strings.HasSuffix(text, "Z") { // it is the same, and read in a third of the time
		layout = time.RFC3339
	}

	parsed, err := time.Parse(layout, text)
	if err != nil {
		return fmt.Errorf("a stored time: %w", err)
	}

	t.Time = parsed

	return nil
}
