// Package scheduled keeps changes that are to be made at a time: what was reviewed, when it is
// due, and what became of it. [github.com/graph-olap/opsconsole/internal/changes] makes them.
package scheduled

import (
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/ops"
)

// State is where a scheduled change stands.
type State string

// The states. Overdue is one whose time has come and that was not made yet; held is one that is
// not made unless an operator decides so.
const (
	Scheduled State = "scheduled"
	Overdue   State = "overdue"
	Held      State = "held"
	Applied   State = "applied"
	Cancelled State = "cancelled"
)

// States lists them all, for filters.
func States() []State { return []State{Scheduled, Overdue, Held, Applied, Cancelled} }

// Open reports whether a scheduled change in this state may still be made.
func (s State) Open() bool { return s == Scheduled || s == Overdue || s == Held }

// Change is a change that is to be made at a time.
type Change struct {
	failure.Failure

	ID int64 `json:"id"`
	// Number grows with everything that is done to it.
	Number  int64           `json:"-"`
	Section ops.SectionName `json:"section"`
	State   State           `json:"state"`
	// At is when it is to be made.
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Reason string    `json:"reason"`
	// Before holds every field of the section as it was reviewed, Set the fields that are to be set.
	Before ops.Values `json:"before"`
	Set    ops.Values `json:"set"`
	// Restores is the change whose earlier values these are.
	Restores *int64 `json:"restores"`
	// Kind says what ends it, "" for a permanent change; EndsAt when that is, if it is made at its time.
	Kind   lease.Kind `json:"kind,omitempty"`
	EndsAt *time.Time `json:"ends_at"`

	CreatedAt time.Time `json:"created_at"`
	// ReviewedAt is when Before was what the section held: when it was scheduled, or last moved.
	ReviewedAt time.Time `json:"reviewed_at"`
	// SettledAt is when it was made or cancelled.
	SettledAt *time.Time `json:"settled_at"`
	// Change is the change that made it, or tried to; Applying that this one is under way.
	Change   *int64 `json:"change"`
	Applying bool   `json:"applying,omitempty"`
	// Note says why it is overdue or held. The code and the details of that are in Failure.
	Note string `json:"note"`
	// Unknown says that nobody knows what became of it: see [Change.Remembered].
	Unknown bool `json:"-"`

	// Length is how long it lasts, 0 where its end stands by itself.
	Length time.Duration `json:"-"`
	// Intent is the entry of the audit log with which it was scheduled.
	Intent    int64  `json:"-"`
	RequestID string `json:"-"`

	tries    int
	nextTry  time.Time
	lateTold bool
}

// Object is what the audit log calls the scheduled change of that number; it is its address, too.
func Object(id int64) string { return fmt.Sprintf("scheduled/%d", id) }

// Due reports whether its time has come.
func (c Change) Due(now time.Time) bool { return !now.Before(c.At) }

// Movable reports whether it can be made, moved and cancelled now.
func (c Change) Movable() bool { return c.State.Open() && !c.Applying }

// Until is when it ends if it is made at that time; zero for a permanent one.
func (c Change) Until(at time.Time) time.Time {
	switch {
	case c.Kind == "":
		return time.Time{}
	case c.Length > 0:
		return at.Add(c.Length)
	default:
		return *c.EndsAt
	}
}

// Lasts returns it with the end that it has when it is made at that time.
func (c Change) Lasts(at time.Time) Change {
	if until := c.Until(at); !until.IsZero() {
		c.EndsAt = &until
	}

	c.At = at

	return c
}

// Meets reports whether both are temporary, and last at the same time.
func (c Change) Meets(other Change) bool {
	return c.Kind != "" && other.Kind != "" && c.At.Before(*other.EndsAt) && other.At.Before(*c.EndsAt)
}

// Refuses is the CONFLICT of whoever wants a field to be another value while it is what this one sets. Details are the
// field, the scheduled change, its state, and the url of its page.
func (c Change) Refuses(field ops.Field) *ops.Error {
	const layout = "2006-01-02 15:04 UTC"

	until := ""
	if c.EndsAt != nil {
		until = " until " + c.EndsAt.UTC().Format(layout)
	}

	return &ops.Error{
		Code: ops.CodeConflict,
		Message: fmt.Sprintf("%s is set by scheduled change %d of %s from %s%s. Move or cancel that, or choose another time.",
			field.Label, c.ID, c.Actor, c.At.UTC().Format(layout), until),
		Details: map[string]any{"scheduled": c.ID, "field": field.Name, "state": string(c.State), "url": "/" + Object(c.ID)},
	}
}

// Remembered returns one, read before from a database that cannot be read any more, as it is
// known at that moment: Unknown says that its time has come since.
func (c Change) Remembered(now time.Time) Change {
	c.derive(now)
	c.Unknown = c.State == Overdue

	return c
}

// derive sets what depends on the clock.
func (c *Change) derive(now time.Time) {
	if c.State == Scheduled && c.Due(now) {
		c.State = Overdue
	}
}

// Closed refuses what can be done with one alone that may still be made.
func (c Change) Closed() error {
	standing := "no longer what it was: reload the page"

	switch {
	case c.Applying:
		standing = "being applied right now"
	case c.State == Applied || c.State == Cancelled:
		standing = "over: it was " + string(c.State)
	}

	return &ops.Error{
		Code: ops.CodeConflict, Message: fmt.Sprintf("Scheduled change %d is %s.", c.ID, standing),
		Details: map[string]any{"scheduled": c.ID, "state": string(c.State), "url": "/" + Object(c.ID)},
	}
}
