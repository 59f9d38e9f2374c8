// Package platform shows what the platform is and does: its health, its capacity, its jobs,
// exports and metrics, and runs jobs by hand. All but what is searched for is drawn from the
// monitor's snapshot.
package platform

import (
	"context"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/audit/anchor"
	"github.com/graph-olap/opsconsole/internal/backup"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Handlers answers the pages of the platform.
type Handlers struct {
	web.Frame

	Platform ops.Platform
	Monitor  *monitor.Monitor
	Triggers Triggers
	Runs     runs.Runs
	Changes  Changes
	Windows  Windows
	Audit    Audit
	Database Database
	// SignedHeads is nil where none are sent.
	SignedHeads SignedHeads
	// Backups tells how scheduled backups do; nil where none are made.
	Backups func() backup.Status
	// MemoryAsOf is when what is shown while the database cannot be read was read, nil while it can.
	MemoryAsOf func() *time.Time
	// Now is the present.
	Now func() time.Time
	// Tickets become links in reasons.
	Tickets format.Tickets
}

// Changes is what was changed.
type Changes interface {
	History(ctx context.Context, filter changes.Filter) (changes.Page, error)
	At(ctx context.Context, section ops.SectionName, at time.Time) (changes.Held, error)
	Unreviewed(ctx context.Context) ([]changes.Change, error)
	Leases(ctx context.Context) ([]lease.Lease, error)
	Scheduled(ctx context.Context) ([]scheduled.Change, error)
	Values(ctx context.Context, section ops.SectionName) (ops.Values, error)
}

// Windows is what maintenance there was and will be.
type Windows interface {
	Open(ctx context.Context) ([]maintenance.Window, error)
	List(ctx context.Context, filter maintenance.Filter) (maintenance.Page, error)
}

// Database is how the console's own database does.
type Database interface {
	// Err is why it could not be read when it was last looked at, nil when it could.
	Err() error
	Condition() database.Condition
}

// optional reads what a page can do without: missing says that the database could not be read.
func (h *Handlers) optional(read func() error) (missing bool, err error) {
	if err = h.Database.Err(); err == nil {
		err = read()
	}

	if database.Explain(err) != nil {
		return true, nil //nolint:nilerr // it is told by what is missing, and above every page
	}

	return false, err
}

// Triggers runs jobs by hand.
type Triggers interface {
	Trigger(
		ctx context.Context, service ops.Service, actor audit.Actor, trigger ops.JobTrigger, before *triggers.Counters,
	) (triggers.Run, error)
	Refuse(ctx context.Context, actor audit.Actor, trigger ops.JobTrigger, cause error) error
	Run(ctx context.Context, job ops.JobName, seq int64) (triggers.Run, error)
	Again(ctx context.Context, job ops.JobName, intent int64) (triggers.Run, error)
	Last(ctx context.Context, job ops.JobName) (entry audit.Entry, ok bool, err error)
}

// Audit is what was done.
type Audit interface {
	List(ctx context.Context, filter audit.Filter) (audit.Page, error)
	State() audit.State
}

// SignedHeads says where heads of the audit log are sent, and how that goes.
type SignedHeads interface{ States() []anchor.State }

// Freshness is how old the whole snapshot is: as old as its oldest part.
func Freshness(s *monitor.Snapshot, now time.Time) shell.Freshness {
	all := parts(s, now)
	oldest := all[0]

	for _, part := range all[1:] {
		oldest = oldest.And(part)
	}

	return oldest
}

// Polled is when the oldest of what is not stale was read, nil when all is.
func Polled(s *monitor.Snapshot) *time.Time {
	var oldest *time.Time

	for _, part := range parts(s, time.Time{}) {
		if part.Known() && !part.Stale && (oldest == nil || part.AsOf.Before(*oldest)) {
			oldest = part.AsOf
		}
	}

	return oldest
}

func parts(s *monitor.Snapshot, now time.Time) []shell.Freshness {
	return []shell.Freshness{
		shell.Fresh(s.Health, now), shell.Fresh(s.Instances, now), shell.Fresh(s.State, now),
		shell.Fresh(s.Jobs, now), shell.Fresh(s.Exports, now), shell.Fresh(s.Metrics, now),
	}
}
