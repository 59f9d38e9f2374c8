package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
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
	// OverdueWindows are maintenance windows that should have started or ended by now;
	// null when the database does not say.
	OverdueWindows []overdueWindow `json:"overdue_windows"`
}

type overdueWindow struct {
	ID    int64             `json:"id"`
	Phase maintenance.Phase `json:"phase"`
}

// healthz says that the process answers, and which maintenance windows are overdue.
func (c *console) healthz(p *web.Page) error {
	ctx, cancel := context.WithTimeout(p.Ctx(), readyTimeout)
	defer cancel()

	answer := alive{Status: "healthy", Version: c.Version}

	if c.Database.Err() != nil { // The log has it.
		return p.JSON(http.StatusOK, answer)
	}

	overdue, err := c.Windows.Overdue(ctx)
	if err != nil {
		c.Logger.WarnContext(ctx, "overdue windows could not be read", "error", err)

		return p.JSON(http.StatusOK, answer)
	}

	answer.Details.OverdueWindows = []overdueWindow{}
	for _, w := range overdue {
		answer.Details.OverdueWindows = append(answer.Details.OverdueWindows, overdueWindow{w.ID, w.Phase})
	}

	return p.JSON(http.StatusOK, answer)
}

// readyz says whether the console can show anything: its database can be read. One that cannot
// be written stands in the details alone, as it is the same one for every replica and all of
// them would go. A control plane that is down does not make it unready, the console then is
// needed most.
func (c *console) readyz(p *web.Page) error {
	ctx, cancel := context.WithTimeout(p.Ctx(), readyTimeout)
	defer cancel()

	if err := c.Database.Ready(ctx); err != nil {
		return p.JSON(http.StatusServiceUnavailable, c.readiness("not_ready", "disconnected"))
	}

	return p.JSON(http.StatusOK, c.readiness("ready", "connected"))
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
