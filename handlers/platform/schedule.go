package platform

import (
	"context"
	"fmt"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/leases"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	scheduledview "github.com/graph-olap/opsconsole/templates/scheduled"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// schedule is the running or the next window, for the overview; nil when there is none.
// Lines tell of windows that need somebody.
func (h *Handlers) schedule(ctx context.Context) (next *pages.OverviewSchedule, lines []components.Line, err error) {
	open, err := h.Windows.Open(ctx)

	for _, w := range open {
		over := w.BackAt != nil // for users; what is left of it stands among the lines

		if !over && (next == nil || w.Running() && !next.Active) {
			next = &pages.OverviewSchedule{
				Title: w.Title, Active: w.Running(), Unknown: w.Unknown, From: w.StartsAt, Until: w.EndsAt, URL: shell.WindowPath(w.ID),
			}
		}

		if state := components.OfWindow(w); state.NeedsLook() {
			lines = append(lines, components.Line{State: state, Text: windowText(w) + " " + w.Note, URL: shell.WindowPath(w.ID)})
		}
	}

	return next, lines, err
}

// windowText says what is the matter with a window.
func windowText(w maintenance.Window) string {
	switch {
	case w.Unknown && w.Running():
		return fmt.Sprintf("It is not known whether maintenance window %q is over.", w.Title)
	case w.Unknown:
		return fmt.Sprintf("It is not known whether maintenance window %q has started.", w.Title)
	case w.Phase == maintenance.Held:
		return fmt.Sprintf("Maintenance window %q needs a decision.", w.Title)
	case w.Overdue:
		return fmt.Sprintf("Maintenance window %q is overdue: it is still %s.", w.Title, w.Phase)
	default:
		return fmt.Sprintf("Maintenance window %q is %s.", w.Title, w.Phase)
	}
}

// later are the scheduled changes; lines are of those that need somebody.
func (h *Handlers) later(ctx context.Context, view *pages.Overview) ([]components.Line, error) {
	all, err := h.Changes.Scheduled(ctx)
	view.Scheduled = web.List(all)

	var lines []components.Line

	for _, s := range all {
		text := ""

		switch {
		case s.Unknown:
			text = fmt.Sprintf("It is not known whether scheduled change %d of %s has been applied. ", s.ID, s.Actor)
		case s.State == scheduled.Held:
			text = fmt.Sprintf("Scheduled change %d of %s needs a decision. ", s.ID, s.Actor)
		case s.State == scheduled.Overdue && s.Note != "": // it was tried, else its time has just come
			text = fmt.Sprintf("Scheduled change %d of %s is overdue. ", s.ID, s.Actor)
		}

		if text != "" {
			lines = append(lines, components.Line{State: scheduledview.Of(s), Text: text + s.Note, URL: scheduledview.Path(s.ID)})
		}
	}

	return lines, err
}

func stateOf(l lease.Lease) components.State {
	if l.Unknown {
		return components.Unknown
	}

	return components.OfLease(l.State)
}

// waiting are lines of the temporary changes that need somebody; those of windows are theirs.
func (h *Handlers) waiting(ctx context.Context) ([]components.Line, error) {
	open, err := h.Changes.Leases(ctx)

	var lines []components.Line

	for _, l := range open {
		text := ""

		switch {
		case l.Holder != nil:
		case l.Unknown:
			text = fmt.Sprintf("It is not known whether temporary change %d of %s has ended. ", l.ID, l.Actor)
		case l.State == lease.Held:
			text = fmt.Sprintf("Temporary change %d of %s needs a decision. ", l.ID, l.Actor)
		case l.State == lease.Overdue && l.Note != "": // it was tried, else its time has just come
			text = fmt.Sprintf("Temporary change %d of %s is overdue. ", l.ID, l.Actor)
		}

		if text != "" {
			lines = append(lines, components.Line{State: stateOf(l), Text: text + l.Note, URL: leases.Path(l.ID)})
		}
	}

	return lines, err
}
