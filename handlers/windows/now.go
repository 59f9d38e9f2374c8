package windows

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// pastShown is how many windows that are over stand on the page of maintenance.
const pastShown = 5

// Now shows the windows that run and are to come, also while the control plane is not there. JSON has
// maintenance mode as it is now beside them.
func (h *Handlers) Now(p *web.Page) error {
	now, err := h.windowsNow(p.Ctx(), p.Now)
	if err != nil {
		return err
	}

	view := pages.Maintenance{Recent: now}

	kept, err := h.Windows.Templates(p.Ctx())
	if err != nil {
		return err
	}

	view.Templates = web.List(kept)

	shell := h.Shell(p, "maintenance", "Maintenance")
	shell.Events = live.Events("maintenance")
	answer := web.Answer{Data: view, Full: pages.MaintenancePage(shell, view), Kept: true}

	if p.WantsJSON() {
		if answer.Status, answer.Data, err = h.withMode(p, view); err != nil {
			return err
		}
	}

	return p.Answer(answer)
}

// withMode is the page with maintenance mode, or with why it cannot be read.
func (h *Handlers) withMode(p *web.Page, view pages.Maintenance) (status int, data any, err error) {
	current, err := h.Changes.Latest(p.Ctx(), p.Service(h.Platform), ops.SectionMaintenance)
	unread := current.Unread

	switch {
	case err == nil:
		if view.Config, err = h.Mode.View(p, current); err != nil {
			return 0, nil, err
		}
	case ops.AsError(err).Code == ops.CodeInternal:
		return 0, nil, err
	default: // Nor was it ever.
		unread = ops.AsError(err)
	}

	if unread != nil {
		return unread.Code.HTTPStatus(), modeUnread{p.Envelope(unread), view}, nil
	}

	return http.StatusOK, view, nil
}

// modeUnread is the error envelope with the windows, and maintenance mode as it was last read.
type modeUnread struct {
	web.Envelope
	pages.Maintenance
}

// windowsNow are the windows that are not over, and the last that are.
func (h *Handlers) windowsNow(ctx context.Context, now time.Time) (pages.Recent, error) {
	view := pages.Recent{
		Running: []maintenance.Window{}, Upcoming: []maintenance.Window{}, Moved: []maintenance.Window{}, Cancelled: []maintenance.Window{},
		Tickets: h.Tickets, Now: now,
	}

	open, err := h.Windows.Open(ctx)
	if err != nil {
		return view, err
	}

	for _, w := range open {
		if w.Running() {
			view.Running = append(view.Running, w)
		} else {
			view.Upcoming = append(view.Upcoming, w)
		}

		if w.RulesMove != nil {
			view.Moved = append(view.Moved, w)
		}
	}

	cancelled, err := h.Windows.List(ctx, maintenance.Filter{Phases: []maintenance.Phase{maintenance.Cancelled}, From: now})
	if err != nil {
		return view, err
	}

	for _, w := range slices.Backward(cancelled.Items) {
		if w.StartsAt.After(now) {
			view.Cancelled = append(view.Cancelled, w)
		}
	}

	past, err := h.Windows.List(ctx, maintenance.Filter{
		Phases: []maintenance.Phase{maintenance.Completed, maintenance.Cancelled, maintenance.Missed},
		Until:  now.Add(time.Nanosecond), Limit: pastShown,
	})
	view.Past, view.MorePast = web.List(past.Items), past.Next != ""

	return view, err
}
