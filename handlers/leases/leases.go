// Package leases shows the temporary changes of the configuration, and extends, ends and
// confirms them.
package leases

import (
	"context"
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Handlers answers the pages of the temporary changes.
type Handlers struct {
	web.Frame

	Platform ops.Platform
	Changes  *changes.Changes
	Windows  Windows
	Monitor  Monitor
	// Tickets become links in reasons.
	Tickets   format.Tickets
	PublicURL *url.URL
}

// Windows says whether a temporary change would be in the way of one.
type Windows interface {
	CheckAgainstWindows(ctx context.Context, section ops.SectionName, fields []string, until time.Time) error
}

// Monitor is asked to look once something was put back.
type Monitor interface{ Wake() }
