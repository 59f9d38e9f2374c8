package settings

import (
	"context"
	"slices"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/ops"
)

// undecided is what of a section is not settled for good: what goes back by itself, what
// was changed outside this console and nobody has kept or restored, and what is to be changed later.
func (h *Handlers) undecided(
	ctx context.Context, section ops.SectionName,
) (temporary []lease.Lease, outside []changes.Change, later []scheduled.Change, err error) {
	all, err := h.Changes.Undecided(ctx)

	return web.List(slices.DeleteFunc(all.Leases, func(l lease.Lease) bool { return l.Section != section })),
		web.List(slices.DeleteFunc(all.Outside, func(c changes.Change) bool { return c.Section != section })),
		web.List(slices.DeleteFunc(all.Scheduled, func(s scheduled.Change) bool { return s.Section != section })), err
}
