package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/backup"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

const readyTimeout = 2 * time.Second

// alive is the answer of healthz.
type alive struct {
	Status  string `json:"status"`
	Version string `json:"version"`
	// Details tell of what needs an operator; none of it makes the process unhealthy.
	Details aliveDetails `json:"details"`
}

type aliveDetails struct {
	// OverdueWindows are maintenance windows that should have started or ended by now, HeldWindows
	// wait for an operator, OverrunWindows are past their end on a platform that is not healthy; a
	// window can be overdue beside. All are null when the database does not say.
	OverdueWindows []windowAt `json:"overdue_windows"`
	HeldWindows    []windowAt `json:"held_windows"`
	OverrunWindows []windowAt `json:"overrun_windows"`
	// Backup is how the scheduled backups do, null where none are made.
	Backup *backup.Status `json:"backup"`
}

// windowAt is a window and where it stands.
type windowAt struct {
	ID    int64             `json:"id"`
	Phase maintenance.Phase `json:"phase"`
}

// healthz says that the process answers, and which maintenance windows need somebody.
func (c *console) healthz(p *web.Page) error {
	ctx, cancel := context.WithTimeout(p.Ctx(), readyTimeout)
	defer cancel()

	answer := alive{Status: "healthy", Version: c.Version}
	if c.Backups != nil {
		status := c.Backups()
		answer.Details.Backup = &status
	}

	if c.Database.Err() != nil { // The log has it.
		return p.JSON(http.StatusOK, answer)
	}

	troubled, err := c.Windows.Troubled(ctx)
	if err != nil {
		c.Logger.WarnContext(ctx, "windows that need attention could not be read", "error", err)

		return p.JSON(http.StatusOK, answer)
	}

	answer.Details.note(troubled)

	return p.JSON(http.StatusOK, answer)
}

func (d *aliveDetails) note(troubled []maintenance.Window) {
	d.OverdueWindows, d.HeldWindows, d.OverrunWindows = []windowAt{}, []windowAt{}, []windowAt{}

	for _, w := range troubled {
		at := windowAt{w.ID, w.Phase}

		if w.Overdue {
			d.OverdueWindows = append(d.OverdueWindows, at)
		}

		switch w.Phase { //nolint:exhaustive // the others need nobody
		case maintenance.Held:
			d.HeldWindows = append(d.HeldWindows, at)
		case maintenance.Overrun:
			d.OverrunWindows = append(d.OverrunWindows, at)
		}
	}
}

// readyz says whether the console can show anything, and will: its database can be read, and it was not asked
// to end. A database that cannot
// be written stands in the details alone, as it is the same one for every replica and all of
// them would go. A control plane that is down does not make it unready, the console then is
// needed most.
func (c *console) readyz(p *web.Page) error {
	ctx, cancel := context.WithTimeout(p.Ctx(), readyTimeout)
	defer cancel()

	if err := c.Database.Ready(ctx); err != nil {
		return p.JSON(http.StatusServiceUnavailable, c.readiness("not_ready", "disconnected"))
	}

	answer := c.readiness("ready", "connected")

	select {
	case <-c.Draining:
		answer.Status, answer.Details.Draining = "not_ready", true

		return p.JSON(http.StatusServiceUnavailable, answer)
	default:
		return p.JSON(http.StatusOK, answer)
	}
}

// ready is the answer of readyz.
type ready struct {
	Status   string       `json:"status"`
	Database string       `json:"database"`
	Version  string       `json:"version"`
	Details  readyDetails `json:"details"`
}

type readyDetails struct {
	// Database is how this console's own database does, also whether it can be written.
	Database  database.Condition `json:"database"`
	TimeZones timeZones          `json:"time_zones"`
	// Draining says that the process was asked to end: it answers for a while yet.
	Draining bool `json:"draining"`
}

// timeZones are the rules that times are reckoned with.
type timeZones struct {
	// Release is IANA's name of it, such as 2026f.
	Release string `json:"release"`
	// Source is "embedded" or the folder of the system's.
	Source string `json:"source"`
}

func (c *console) readiness(status, connected string) ready {
	zones := zoneinfo.Current()

	return ready{
		Status: status, Database: connected, Version: c.Version,
		Details: readyDetails{Database: c.Database.Condition(), TimeZones: timeZones{Release: zones.Release, Source: zones.Source}},
	}
}
