package maintenance

import "time"

// Template is a window to announce again and again, such as "Monthly patching".
type Template struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Plan

	// Length is from start to end.
	Length time.Duration `json:"-"`
	// Seconds is Length for JSON.
	Seconds    int64  `json:"length_seconds"`
	TimeZone   string `json:"time_zone"`
	Recurrence string `json:"recurrence"`

	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
}

// Draft is a window of the template that starts then.
func (t Template) Draft(startsAt time.Time) Draft {
	return Draft{
		Plan: t.Plan, StartsAt: startsAt, EndsAt: startsAt.Add(t.Length), TimeZone: t.TimeZone, Recurrence: t.Recurrence,
	}
}
