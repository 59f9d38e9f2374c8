// Package platform shows what the platform is and does: its health, its capacity, its jobs,
// exports and metrics, and runs jobs by hand. All but what is searched for is drawn from the
// monitor's snapshot.
package platform

import (
	"context"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
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
	Triggers *triggers.Triggers
	Changes  Changes
	Windows  Windows
	Audit    Audit
	// Tickets become links in reasons.
	Tickets format.Tickets
}

// Changes is what was changed.
type Changes interface {
	History(ctx context.Context, filter changes.Filter) (changes.Page, error)
	Unreviewed(ctx context.Context) ([]changes.Change, error)
	Leases(ctx context.Context) ([]lease.Lease, error)
	Known(ctx context.Context, section ops.SectionName) (changes.Current, error)
}

// Windows is what maintenance there was and will be.
type Windows interface {
	Open(ctx context.Context) ([]maintenance.Window, error)
	List(ctx context.Context, filter maintenance.Filter) (maintenance.Page, error)
}

// Audit is what was done.
type Audit interface {
	List(ctx context.Context, filter audit.Filter) (audit.Page, error)
}

// Freshness is how old the whole snapshot is: as old as its oldest part.
func Freshness(s *monitor.Snapshot, now time.Time) shell.Freshness {
	return shell.Fresh(s.Health, now).And(shell.Fresh(s.Instances, now)).And(shell.Fresh(s.State, now)).
		And(shell.Fresh(s.Jobs, now)).And(shell.Fresh(s.Exports, now)).And(shell.Fresh(s.Metrics, now))
}
