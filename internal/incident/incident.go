// Package incident gathers what happened in a time from all that this console keeps: how components were, how full the cluster, what was
// changed, maintenance, jobs that were run by hand or failed, exports that failed, and who signed in, in order.
package incident

import (
	"context"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
)

// Kind is what kind of thing happened.
type Kind string

// The kinds.
const (
	// State is a component that was seen in another status than before.
	State Kind = "state"
	// Change is of the configuration, also one that was refused, scheduled, or is temporary, and what was approved.
	Change  Kind = "change"
	Window  Kind = "window"
	Trigger Kind = "trigger"
	Failure Kind = "failure"
	// Export is that export jobs failed, and Capacity that the cluster was full, as far as samples tell.
	Export   Kind = "export"
	Capacity Kind = "capacity"
	Instance Kind = "instance"
	SignIn   Kind = "sign_in"
)

// Kinds lists them all.
func Kinds() []Kind {
	return []Kind{State, Capacity, Change, Window, Trigger, Failure, Export, Instance, SignIn}
}

// Item is something that happened: of its parts, one is there.
type Item struct {
	At   time.Time `json:"at"`
	Kind Kind      `json:"kind"`

	Status *monitor.StatusChange `json:"status,omitempty"`
	Change *changes.Change       `json:"change,omitempty"`
	Event  *maintenance.Event    `json:"event,omitempty"`
	Run    *runs.Run             `json:"run,omitempty"`
	// Exports and Full are of samples.
	Exports *monitor.FailedExports `json:"exports,omitempty"`
	Full    *monitor.Full          `json:"full,omitempty"`
	// Entry is of the audit log: what has no other part.
	Entry *audit.Entry `json:"entry,omitempty"`
}

// Sources are where it is gathered from.
type Sources struct {
	Monitor interface {
		StatusChanges(ctx context.Context, from, until time.Time, limit int) (changed []monitor.StatusChange, more time.Time, err error)
		FailedExportsBetween(ctx context.Context, from, until time.Time) ([]monitor.FailedExports, error)
		FullBetween(ctx context.Context, from, until time.Time) ([]monitor.Full, error)
		StatusesAt(ctx context.Context, at time.Time) ([]monitor.StatusSpan, error)
	}
	Changes interface {
		Between(ctx context.Context, from, until time.Time, limit int) ([]changes.Change, error)
	}
	Windows interface {
		EventsBetween(ctx context.Context, from, until time.Time, limit int) ([]maintenance.Event, error)
	}
	Runs interface {
		Failures(ctx context.Context, from, until time.Time, limit int) ([]runs.Run, error)
	}
	Audit interface {
		Between(ctx context.Context, span audit.Span) ([]audit.Entry, error)
	}
}

// Filter selects what happened.
type Filter struct {
	// From is inclusive, Until exclusive.
	From, Until time.Time
	// Kinds are those wanted, none for all.
	Kinds []Kind
	// Limit is the most items; 0 means [Most].
	Limit int
}

// Most is how many items there are at most.
const Most = 2000

// Found is what happened, oldest first.
type Found struct {
	Items []Item
	// Next is the From of what comes after it, zero where nothing does.
	Next time.Time
}
