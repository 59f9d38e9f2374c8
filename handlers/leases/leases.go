// Package leases shows the temporary changes of the configuration, and extends, ends and
// confirms them.
package leases

import (
	"net/url"

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
	Monitor  Monitor
	// Tickets become links in reasons.
	Tickets   format.Tickets
	PublicURL *url.URL
}

// Monitor is asked to look once something was put back.
type Monitor interface{ Wake() }
