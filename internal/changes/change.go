package changes

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/ops"
)

// Source says how a change came about.
type Source string

// The sources: a form of this console, its JSON interface, its schedule, a restore,
// the end of a temporary change, or somebody who did not use this console.
const (
	SourceConsole  Source = "console"
	SourceAPI      Source = "api"
	SourceSchedule Source = "schedule"
	SourceRestore  Source = "restore"
	SourceLeaseEnd Source = "lease_end"
	SourceExternal Source = "external"
)

// Sources lists them all, for filters.
func Sources() []Source {
	return []Source{SourceConsole, SourceAPI, SourceSchedule, SourceRestore, SourceLeaseEnd, SourceExternal}
}

// Outcome is what became of a change.
type Outcome string

// The outcomes. Pending is being written; unknown means that the control plane may
// or may not have carried it out, and holds until it has been read back.
const (
	Pending Outcome = "pending"
	Applied Outcome = "applied"
	Failed  Outcome = "failed"
	Unknown Outcome = "unknown"
)

func outcomes() []Outcome { return []Outcome{Pending, Applied, Failed, Unknown} }

// Change is one change of one section. It is never rewritten: a restore is a new one.
type Change struct {
	failure.Failure

	ID      int64           `json:"id"`
	Section ops.SectionName `json:"section"`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor"`
	Reason  string          `json:"reason"`
	Source  Source          `json:"source"`
	Outcome Outcome         `json:"outcome"`
	// Before and After hold every field of the section, After as it was meant to be.
	Before ops.Values `json:"before"`
	After  ops.Values `json:"after"`
	// Fields are the names of those that differ, in the section's order.
	Fields []string `json:"fields"`
	// Restores is the id of the change whose earlier values this one brought back.
	Restores *int64 `json:"restores"`
	// RestoresPart says that some of the fields which that one had set were left as they were.
	RestoresPart bool `json:"restores_part,omitempty"`
	// Error says why it failed, what is unknown or that it was carried out late, in a
	// sentence. The code and the details of a failure are in Failure.
	Error *string `json:"error"`

	RequestID string `json:"request_id"`
	// SettledAt is when the outcome was known; nil while it is not.
	SettledAt *time.Time `json:"settled_at"`
	// Since is the start of the span in which an external change happened; At is its end.
	Since *time.Time `json:"since"`
	// RestoredBy are the ids of the changes that restored this one, oldest first, and
	// RestoredInPartBy of those that restored some of its fields.
	RestoredBy       []int64 `json:"restored_by"`
	RestoredInPartBy []int64 `json:"restored_in_part_by,omitempty"`
	// Point is the named point that it restored a part of.
	Point *int64 `json:"point,omitempty"`
	// Lease is the temporary change that it began, nil of one for good.
	Lease *lease.Lease `json:"lease,omitempty"`
	// Scheduled says how it came about that was made at a time.
	Scheduled *Schedule `json:"scheduled,omitempty"`
	// Kept is set on an external change that somebody let stand.
	Kept *Kept `json:"kept,omitempty"`

	unknownAt time.Time
}

// Err is why the change failed or what is unknown of it: the control plane's own code and
// details where it refused, else a SERVICE_UNAVAILABLE. It is nil of one that was applied.
func (c Change) Err() *ops.Error {
	if c.Outcome == Applied || c.Error == nil {
		return nil
	}

	return c.Failure.Err(*c.Error)
}

// Who is who made the change, to stand in a sentence.
func (c Change) Who() string { return audit.Who(c.Actor) }

// From is who made the change, and that it was outside this console where it was.
func (c Change) From() string {
	if c.Source == SourceExternal {
		return c.Who() + " outside this console"
	}

	return c.Who()
}

// Open reports whether the outcome is still to be settled.
func (c Change) Open() bool { return c.Outcome == Pending || c.Outcome == Unknown }

// Current is what a section holds, read afresh or as it was last seen.
type Current struct {
	Section  ops.Section
	Values   ops.Values
	Revision string
	// SeenAt is when the section was last seen to hold the values; zero when it never was.
	SeenAt time.Time
	// Unread says why it could not be read afresh: what it holds now is not known. It is nil
	// when it could, and when nobody tried.
	Unread *ops.Error
	// Last is the change that explains the values, nil when they were there before
	// this console was.
	Last *Change
	// Open is the change whose outcome is not known yet, nil when there is none. While
	// there is one the section takes no other.
	Open *Change

	// writtenSeenAt is what the database says of SeenAt.
	writtenSeenAt time.Time
}
