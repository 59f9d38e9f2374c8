// Package scheduled shows the changes that are made at a time, and applies, moves and cancels them.
package scheduled

import (
	"net/url"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Handlers answers the pages of the scheduled changes.
type Handlers struct {
	web.Frame

	Platform ops.Platform
	Changes  *changes.Changes
	Monitor  Monitor
	// Tickets become links in reasons.
	Tickets   format.Tickets
	PublicURL *url.URL
}

// Monitor is asked to look once something was changed.
type Monitor interface{ Wake() }
