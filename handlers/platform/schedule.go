package platform

import (
	"context"
	"fmt"

	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// schedule is the running or the next window, for the overview; nil when there is none.
// Lines tell of windows that need somebody.
func (h *Handlers) schedule(ctx context.Context) (next *pages.OverviewSchedule, lines []components.Line, err error) {
	open, err := h.Windows.Open(ctx)

	for _, w := range open {
		if next == nil || w.Running() && !next.Active {
			next = &pages.OverviewSchedule{
				Title: w.Title, Active: w.Running(), From: w.StartsAt, Until: w.EndsAt, URL: shell.WindowPath(w.ID),
			}
		}

		if line := components.OfWindow(w); line == components.Warn {
			text := fmt.Sprintf("Maintenance window %q is %s.", w.Title, w.Phase)
			if w.Overdue {
				text = fmt.Sprintf("Maintenance window %q is overdue: it is still %s.", w.Title, w.Phase)
			}

			lines = append(lines, components.Line{State: line, Text: text + " " + w.Note, URL: shell.WindowPath(w.ID)})
		}
	}

	return next, lines, err
}
