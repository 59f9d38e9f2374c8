package windows

import (
	"context"
	"net/http"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// pastShown is how many windows that are over stand on the page of maintenance.
const pastShown = 5

// Now shows the windows that run and are to come, and maintenance mode as it is
// now. The windows are there also while the control plane is not.
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
	status := http.StatusOK

	current, err := h.Changes.Current(p.Ctx(), p.Service(h.Platform), ops.SectionMaintenance)

	switch e := ops.AsError(err); {
	case err == nil:
	case p.WantsJSON() || e.Code == ops.CodeInternal:
		return err
	default:
		status, view.ModeProblem = e.Code.HTTPStatus(), web.Sentences(e.Message, "Maintenance mode is shown as it was last read")

		if current, err = h.Changes.Known(p.Ctx(), ops.SectionMaintenance); err != nil {
			return err
		}
	}

	if view.Config, err = h.Mode.View(p, current); err != nil {
		return err
	}

	view.Form.Shut = view.ModeProblem != ""
	shell := h.Shell(p, "maintenance", "Maintenance")
	shell.Events = live.Events("maintenance")

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.MaintenancePage(shell, view)})
}

// windowsNow are the windows that are not over, and the last that are.
func (h *Handlers) windowsNow(ctx context.Context, now time.Time) (pages.Recent, error) {
	view := pages.Recent{Running: []maintenance.Window{}, Upcoming: []maintenance.Window{}, Now: now}

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
	}

	past, err := h.Windows.List(ctx, maintenance.Filter{
		Phases: []maintenance.Phase{maintenance.Completed, maintenance.Cancelled, maintenance.Missed}, Limit: pastShown,
	})
	view.Past, view.MorePast = web.List(past.Items), past.Next != ""

	return view, err
}
