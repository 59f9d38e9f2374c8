package maintenance

import "time"

// Draft is a window that somebody wants to announce.
type Draft struct {
	Plan

	// StartsAt is zero for now.
	StartsAt time.Time
	EndsAt   time.Time
	// TimeZone is an IANA name; "" is UTC.
	TimeZone string
	// Recurrence is an RRULE, "" for a window that stands alone.
	Recurrence string
	Reason     string
	// Confirm is the environment's name, where maintenance mode goes on or a limit is
	// lowered much.
	Confirm string
}

// Scope says how much of a series is meant.
type Scope string

// The scopes: one window, or it and all that follow in its series.
const (
	This      Scope = "this"
	Following Scope = "following"
)

// Edit is a change to a window that has not started. What is nil stays as it is.
type Edit struct {
	// Revision is the one that the form was filled from.
	Revision int64

	Title           *string
	Message         *string
	MaintenanceMode *bool
	Settings        *Settings
	StartsAt        *time.Time
	EndsAt          *time.Time
	TimeZone        *string
	// Recurrence with a rule makes a series of the window, or gives its series another
	// rule from here on; "" ends the series with this window. It needs Following.
	Recurrence *string

	// Scope is This when it is "".
	Scope   Scope
	Reason  string
	Confirm string
}

// Act is what every act on a window comes with.
type Act struct {
	// Revision is the one that was seen; 0 takes the window as it is.
	Revision int64
	Reason   string
}

// Preview is what announcing a draft would come to.
type Preview struct {
	// Window is the window with everything as it would be kept; it has no id.
	Window Window `json:"window"`
	// Words says when it recurs, "" for a window that stands alone.
	Words string `json:"words"`
	// Dates are the next five of a series, or the one.
	Dates []Occurrence `json:"dates"`
	// Notes name what is special about the times: clocks that go forward or back.
	Notes []string `json:"notes"`
	// Confirm says why the environment's name has to be typed; "" when it has not.
	Confirm string `json:"confirm"`
}
