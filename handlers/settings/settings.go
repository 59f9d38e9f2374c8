// Package settings shows and changes the configuration, section by section: what is set now,
// the form, the review of a change, restores, and named points.
package settings

import (
	"net/url"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Handlers answers the pages of the configuration.
type Handlers struct {
	web.Frame

	Platform ops.Platform
	Changes  *changes.Changes
	Windows  *maintenance.Windows
	Monitor  Monitor
	// Asked is what is waiting for another operator and is about the object.
	Asked func(object string) []approvals.Approval
	// Tickets become links in reasons.
	Tickets   format.Tickets
	PublicURL *url.URL
}

// Monitor is asked to look once something was changed.
type Monitor interface{ Wake() }

// refused keeps in the audit log what is refused before it is tried, and returns the cause.
func (h *Handlers) refused(p *web.Page, entry audit.Entry, cause error) error {
	return h.Changes.Refuse(p.Ctx(), p.Actor(), entry, cause)
}
