package settings

import (
	"context"
	"slices"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
)

// undecided is what of a section is not settled for good: what goes back by itself, and what
// was changed outside this console and nobody has kept or restored.
func (h *Handlers) undecided(ctx context.Context, section ops.SectionName) ([]lease.Lease, []changes.Change, error) {
	temporary, err := h.Changes.Leases(ctx)
	if err != nil {
		return nil, nil, err
	}

	outside, err := h.Changes.Unreviewed(ctx)

	return web.List(slices.DeleteFunc(temporary, func(l lease.Lease) bool { return l.Section != section })),
		web.List(slices.DeleteFunc(outside, func(c changes.Change) bool { return c.Section != section })), err
}
