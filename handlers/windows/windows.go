// Package windows announces, shows and runs maintenance windows, and keeps templates of them.
package windows

import (
	"context"
	"net/url"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
	settingsview "github.com/graph-olap/opsconsole/templates/settings"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Handlers answers the pages of maintenance.
type Handlers struct {
	web.Frame

	Platform ops.Platform
	Windows  *maintenance.Windows
	Changes  *changes.Changes
	Mode     Mode
	Webhooks Webhooks
	Monitor  Monitor

	Environment shell.Environment
	// Tickets become links in reasons.
	Tickets   format.Tickets
	PublicURL *url.URL
}

// Mode draws maintenance mode, a section of the configuration.
type Mode interface {
	View(p *web.Page, current changes.Current) (settingsview.Config, error)
}

// Webhooks is what was told of a window.
type Webhooks interface {
	Deliveries(ctx context.Context, filter webhooks.Filter) (webhooks.Page, error)
}

// Monitor is asked to look once something was set or put back.
type Monitor interface{ Wake() }
