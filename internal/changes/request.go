package changes

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/ops"
)

// Request is a change that somebody wants.
type Request struct {
	Section ops.SectionName
	// Revision is the one that the change was prepared against.
	Revision string
	// Values are the fields to set; the others stay as they were at that revision.
	Values ops.Values
	Reason string
	Source Source
	// Restores is the change whose earlier values these are, nil when there is none.
	Restores *int64
	// Term makes the change temporary; nil is permanent.
	Term *Term
	// At is when a scheduled change is to be made; zero is now.
	At time.Time
	// Confirm is the name of the environment, where a change is grave enough to ask for it.
	Confirm string
	// Guard runs first in the transaction that writes the change down, with the names of the
	// fields that will differ, and its error stops the change; nil lets it pass.
	Guard func(ctx context.Context, tx *sql.Tx, fields []string) error

	// fulfils is the scheduled change that this one makes, and message says so in the audit log.
	fulfils *scheduled.Change
	message string
	// ends is the lease that the change takes back.
	ends *lease.Lease
	// point is the named point that this restores a part of, nil when there is none.
	point *int64
	// repeated allows the reason of the last change again: what is done to several
	// sections at once has one reason.
	repeated bool
}

// Result is a change that was tried, and what the section holds after it.
type Result struct {
	Change  Change
	Current Current
	// Lease is that of a temporary change, else nil.
	Lease *lease.Lease

	// refused is the intent of a change that the control plane refused for now, else 0.
	refused int64
}

// ConflictError refuses a change because the section is no longer what it was
// prepared against.
type ConflictError struct {
	Section ops.Section
	// Original is what was there when the change was prepared, Theirs what is there
	// now, Yours what was wanted.
	Original, Theirs, Yours ops.Values
	// Revision is the one to go on from.
	Revision string
}

// Error says what happened and what to do.
func (e *ConflictError) Error() string {
	return e.Section.Title + " has changed since you opened it. Compare the values, then save again or keep theirs."
}

// Unwrap returns a CONFLICT of the contract's form.
func (e *ConflictError) Unwrap() error {
	return &ops.Error{Code: ops.CodeConflict, Message: e.Error()}
}

// Only leaves of a restore the fields that are named; it refuses names that it has no value of, and none.
func (r *Request) Only(fields []string) error {
	refuse := func(message string) error {
		return ops.Invalid([]ops.FieldError{{Field: "body.fields", Message: message, Type: "fields"}})
	}

	if len(fields) == 0 {
		return refuse("Choose at least one field to restore.")
	}

	only := ops.Values{}

	for _, name := range fields {
		value, known := r.Values[name]
		if !known {
			return refuse(fmt.Sprintf("%q is not a field of this section. It has %s.",
				ops.Clip(name), strings.Join(slices.Sorted(maps.Keys(r.Values)), ", ")))
		}

		only[name] = value
	}

	r.Values = only

	return nil
}

// Entry is what the audit log says of the request.
func (r Request) Entry() audit.Entry {
	return audit.Entry{Action: r.action(), Object: r.object(), Reason: r.Reason}
}

func (r Request) action() audit.Action {
	if !r.At.IsZero() {
		return audit.ChangeSchedule
	}

	return r.counts()
}

// counts is what the request comes to, whenever that is.
func (r Request) counts() audit.Action {
	if r.Source == SourceRestore {
		return audit.ConfigRestore
	}

	return audit.ConfigSave
}

func (r Request) object() string { return "config/" + string(r.Section) }
