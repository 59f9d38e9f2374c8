// Package record shows what was done: the history of the configuration and the audit log.
package record

import (
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Handlers answers the pages of the record.
type Handlers struct {
	web.Frame

	Changes *changes.Changes
	Audit   *audit.Log
	// Tickets become links in reasons.
	Tickets format.Tickets
	Now     func() time.Time
}
