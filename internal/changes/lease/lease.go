// Package lease keeps temporary changes: for how long a change holds which fields, and what
// was there before. It decides what can be decided about them without a control plane;
// [github.com/graph-olap/opsconsole/internal/changes] begins and ends them.
package lease

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/ops"
)

// State is where a lease stands.
type State string

// The states. Overdue is an active lease whose end was tried and has not come about
// yet; held is one that somebody else's change keeps from ending by itself, and that
// waits for an operator. Void is the lease of a change that came to nothing.
const (
	Pending   State = "pending"
	Active    State = "active"
	Overdue   State = "overdue"
	Held      State = "held"
	Ended     State = "ended"
	Confirmed State = "confirmed"
	Void      State = "void"
)

// States lists them all, for filters.
func States() []State { return []State{Pending, Active, Overdue, Held, Ended, Confirmed, Void} }

// Open reports whether a lease in this state still holds its fields.
func (s State) Open() bool { return s == Pending || s == Active || s == Overdue || s == Held }

// Kind says what ends a lease.
type Kind string

// The kinds: its time, its time unless somebody confirms before that the change was right,
// or its holder.
const (
	Until    Kind = "until"
	Confirm  Kind = "confirm"
	ByHolder Kind = "window"
)

// Holder is the number of what a lease belongs to and is ended by. What it is, nobody here
// knows; so far all are maintenance windows, which the names in JSON and in the database say.
type Holder int64

// Lease is a change that ends by itself and takes back what it set, and only that.
type Lease struct {
	failure.Failure

	ID      int64           `json:"id"`
	Section ops.SectionName `json:"section"`
	Kind    Kind            `json:"kind"`
	State   State           `json:"state"`
	Actor   string          `json:"actor"`
	Reason  string          `json:"reason"`
	// Before and Set have the leased fields alone.
	Before   ops.Values `json:"before"`
	Set      ops.Values `json:"set"`
	StartsAt time.Time  `json:"starts_at"`
	EndsAt   time.Time  `json:"ends_at"`
	EndedAt  *time.Time `json:"ended_at"`
	// Change set the values, EndChange took them back.
	Change    int64  `json:"change"`
	EndChange *int64 `json:"end_change"`
	// Holder is what ends it, nil when it ends by itself.
	Holder *Holder `json:"window"`
	// Note says why it is overdue or held, or how it ended. The code and the details of what
	// is in the way are in Failure.
	Note string `json:"note"`
	// Unknown says that nobody knows whether it has ended, though the time for that has come: see
	// [Lease.Remembered].
	Unknown bool `json:"-"`

	tries   int
	nextTry time.Time
}

// Object is what the audit log calls the lease of that number; it is its address, too.
func Object(id int64) string { return fmt.Sprintf("leases/%d", id) }

// Open reports whether the lease still holds its fields.
func (l Lease) Open() bool { return l.State.Open() }

// Settled reports whether the lease has begun, is not over, and is not being ended: that it
// can be ended, confirmed or extended.
func (l Lease) Settled() bool { return l.Open() && l.State != Pending && l.EndChange == nil }

// HoldsAt reports whether the lease holds its fields at a time to come, as far as is known.
func (l Lease) HoldsAt(at time.Time) bool {
	return l.Open() && (l.State == Held || l.EndsAt.After(at))
}

// Stages is above each [Lease.Stage].
const Stages = 5

// Stage is how far the lease is, from 1: it has not begun, goes on, waits for a decision, or is over.
// It never goes back.
func (l Lease) Stage() int64 {
	switch l.State {
	case Pending:
		return 1
	case Active, Overdue:
		return 2
	case Held:
		return 3
	case Ended, Confirmed, Void:
		return 4
	default:
		return 4
	}
}

// Due reports whether the lease ends now if nobody asks for it. Of one that has a holder the
// holder alone decides.
func (l Lease) Due(now time.Time) bool { return l.Kind == ByHolder || !now.Before(l.EndsAt) }

// derive sets what depends on the clock.
func (l *Lease) derive(now time.Time) {
	if l.State == Active && !now.Before(l.EndsAt) {
		l.State = Overdue
	}
}

// Remembered returns a lease, read before from a database that cannot be read any more, as it is
// known at that moment: Unknown says that its end has come since.
func (l Lease) Remembered(now time.Time) Lease {
	l.derive(now)
	l.Unknown = l.State == Overdue

	return l
}

// Fields are the names of what it set, sorted.
func (l Lease) Fields() []string { return slices.Sorted(maps.Keys(l.Set)) }
