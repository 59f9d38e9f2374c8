package platform

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// OverviewRegion is the live region of the page.
const OverviewRegion = "live-overview"

// Overview is the first page: everything that may need a hand, on one screen. A part
// that was never read is nil.
type Overview struct {
	shell.Freshness

	Overall components.Line `json:"overall"`
	// ControlPlane is how this console sees what tells it all the rest.
	ControlPlane SeenHere `json:"control_plane"`
	// ConsoleDatabase is this console's own.
	ConsoleDatabase SeenHere `json:"console_database"`
	// Own are the components that this console sees itself.
	Own []Component `json:"-"`
	// Attention lists what is not as it should be, worst first.
	Attention []components.Line `json:"attention"`
	Health    *OverviewHealth   `json:"health"`
	Capacity  *OverviewCapacity `json:"capacity"`
	// Jobs are all jobs, the late and failing ones first.
	Jobs    []Job            `json:"jobs"`
	Exports *OverviewExports `json:"exports"`
	Changes []changes.Change `json:"changes"`
	// Tickets become links in reasons.
	Tickets format.Tickets    `json:"-"`
	Next    *OverviewSchedule `json:"next_window"`
	// Scheduled are the changes that are to be made at a time, the first one first.
	Scheduled []scheduled.Change `json:"scheduled"`
}

// OverviewHealth is the state of the platform and its components, the worst first.
type OverviewHealth struct {
	Status     ops.HealthStatus `json:"status"`
	LastStatus ops.HealthStatus `json:"last_status,omitempty"`
	CheckedAt  time.Time        `json:"checked_at"`
	Components []Component      `json:"components"`
}

// OverviewCapacity is how full the cluster is, and how it came to that in the last hour.
type OverviewCapacity struct {
	Limits ops.Limits     `json:"limits"`
	Used   monitor.Series `json:"used"`
	// AtLimit counts the analysts at or above their limit.
	AtLimit int `json:"at_limit"`
}

// OverviewExports counts the export jobs.
type OverviewExports struct {
	ByStatus map[ops.ExportJobStatus]int `json:"by_status"`
	Stuck    int                         `json:"stuck"`
}

// OverviewSchedule is the running or the next maintenance window.
type OverviewSchedule struct {
	Title  string `json:"title"`
	Active bool   `json:"active"`
	// Unknown says that it was to begin, or where it is active to end, and nobody knows whether it has.
	Unknown bool      `json:"unknown,omitempty"`
	From    time.Time `json:"starts_at"`
	Until   time.Time `json:"ends_at"`
	URL     string    `json:"url"`
}
