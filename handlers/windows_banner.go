package handlers

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// announcedAhead is how long before its start a window stands on every page.
const announcedAhead = 24 * time.Hour

// banner tells of the window that runs, else that maintenance mode is on, else of the
// window that starts within a day; nil when there is nothing to tell. Maintenance mode
// is what was last seen of it: the monitor looks with every poll.
func (h *Handlers) banner(ctx context.Context, now time.Time) *shell.Banner {
	open, err := h.Windows.Open(ctx)
	if err != nil {
		h.Logger.ErrorContext(ctx, "the maintenance windows could not be read", "error", err)
	}

	var next *maintenance.Window

	for i, w := range open {
		if runs(w) {
			return windowBanner(w)
		}

		if next == nil && w.StartsAt.Before(now.Add(announcedAhead)) {
			next = &open[i]
		}
	}

	known, err := h.Changes.Known(ctx, ops.SectionMaintenance)
	if err != nil {
		h.Logger.ErrorContext(ctx, "whether it is maintenance could not be read", "error", err)
	}

	switch message, _ := known.Values["message"].(string); {
	case known.Values["enabled"] == true:
		return &shell.Banner{Active: true, Title: "nobody can create an instance.", Message: message, URL: "/maintenance"}
	case next != nil:
		return windowBanner(*next)
	default:
		return nil
	}
}

func windowBanner(w maintenance.Window) *shell.Banner {
	banner := &shell.Banner{
		Active: runs(w), Title: w.Title, Message: firstLine(announce.Render(w.Message).Text), From: &w.StartsAt, Until: &w.EndsAt,
		URL: shell.WindowPath(w.ID),
	}

	if w.Phase == maintenance.Held || w.Phase == maintenance.Overrun || w.Overdue {
		banner.Message = w.Note
	}

	return banner
}

// firstLine is what fits into a banner.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")

	return ops.Clip(line)
}

// schedule is the running or the next window, for the overview; nil when there is none.
// Lines tell of windows that need somebody.
func (h *Handlers) schedule(ctx context.Context) (next *platform.OverviewSchedule, lines []components.Line, err error) {
	open, err := h.Windows.Open(ctx)

	for _, w := range open {
		if next == nil || runs(w) && !next.Active {
			next = &platform.OverviewSchedule{
				Title: w.Title, Active: runs(w), From: w.StartsAt, Until: w.EndsAt, URL: shell.WindowPath(w.ID),
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
