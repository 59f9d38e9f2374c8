package handlers

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// announcedAhead is how long before its start a window stands on every page.
const announcedAhead = 24 * time.Hour

// openWindows are the windows that are not over.
func (f *frame) openWindows(ctx context.Context) []maintenance.Window {
	open, err := f.memory.windows.Open(ctx)
	if err != nil {
		f.Logger.ErrorContext(ctx, "the maintenance windows could not be read", "error", err)
	}

	return open
}

// isAmong reports whether a window is one of these.
func isAmong(windows []maintenance.Window, id int64) bool {
	return slices.ContainsFunc(windows, func(w maintenance.Window) bool { return w.ID == id })
}

// banner tells of the window that runs, else that maintenance mode is on, else of the
// window that starts within a day; nil when there is nothing to tell. Maintenance mode
// is what was last seen of it: the monitor looks with every poll.
func (f *frame) banner(ctx context.Context, open []maintenance.Window, now time.Time) *shell.Banner {
	var next, waits *maintenance.Window

	for i, w := range open {
		switch {
		case w.BackAt != nil: // users have the platform back, and the rest waits for somebody
			waits = &open[i]

			continue
		case w.Running():
			return windowBanner(w)
		}

		if next == nil && w.StartsAt.Before(now.Add(announcedAhead)) {
			next = &open[i]
		}
	}

	held, err := f.memory.changes.Values(ctx, ops.SectionMaintenance)
	if err != nil {
		f.Logger.ErrorContext(ctx, "maintenance mode could not be read", "error", err)
	}

	switch message, _ := held["message"].(string); {
	case held["enabled"] == true:
		return &shell.Banner{Active: true, Title: "nobody can create an instance.", Message: message, URL: shell.MaintenanceModePath}
	case waits != nil:
		return windowBanner(*waits)
	case next != nil:
		return windowBanner(*next)
	default:
		return nil
	}
}

func windowBanner(w maintenance.Window) *shell.Banner {
	banner := &shell.Banner{
		Active: w.Running() && w.BackAt == nil && !w.Unknown, Waits: w.BackAt != nil, Unknown: w.Unknown, Begun: w.StartedAt != nil,
		Title: w.Title, Message: firstLine(announce.Render(w.Message).Text), From: &w.StartsAt, Until: &w.EndsAt,
		URL: shell.WindowPath(w.ID),
	}

	if w.Phase == maintenance.Held || w.Phase == maintenance.Overrun || w.Overdue && !w.Unknown {
		banner.Message = w.Note
	}

	return banner
}

// firstLine is what fits into a banner.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")

	return ops.Clip(line)
}
