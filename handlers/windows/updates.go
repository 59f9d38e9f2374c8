package windows

import (
	"fmt"
	"net/http"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// UpdatesForm asks what users are to be told of a window that is under way, and shows what they were.
func (h *Handlers) UpdatesForm(p *web.Page) error {
	w, err := h.windowOf(p)
	if err != nil {
		return err
	}

	return h.showUpdates(p, http.StatusOK, pages.Updates{Window: w, Severity: maintenance.SeverityInfo})
}

func (h *Handlers) showUpdates(p *web.Page, status int, view pages.Updates) error {
	events, err := h.Windows.EventsOf(p.Ctx(), view.Window.ID)
	if err != nil {
		return err
	}

	view.Items, view.RequestID, view.Now = maintenance.Updates(events), p.RequestID(), p.Now

	return p.Answer(web.Answer{
		Status: status, Data: view, Full: pages.UpdatesPage(h.Shell(p, "maintenance", view.Window.Title), view),
	})
}

// PostUpdate tells users how a window goes on.
func (h *Handlers) PostUpdate(p *web.Page) error {
	w, err := h.windowOf(p)
	if err != nil {
		return err
	}

	f, err := p.Fields()
	if err != nil {
		return err
	}

	text, severity := lines(f.Text("text")), maintenance.Severity(f.Text("severity"))

	var update maintenance.Update

	if err = f.Done(); err == nil {
		update, err = h.Windows.PostUpdate(p.Ctx(), p.Actor(), w.ID, text, severity)
	}

	if err != nil {
		return p.Refused(err, web.Has("text", "severity"), func(status int, wrong web.Wrong) error {
			return h.showUpdates(p, status, pages.Updates{
				Window: w, Text: text, Severity: severity, Errors: wrong.Fields, Problem: wrong.Problem, Way: wrong.Way,
			})
		})
	}

	return sendUpdate(p, update)
}

// UpdatedAgain answers an update once more.
func (h *Handlers) UpdatedAgain(p *web.Page, act audit.Entry) error {
	update, err := maintenance.UpdateOf(act)
	if err != nil {
		return err
	}

	return sendUpdate(p, update)
}

func sendUpdate(p *web.Page, update maintenance.Update) error {
	path := fmt.Sprintf("/maintenance/windows/%d", update.Window)

	if !p.WantsJSON() {
		return p.SeeOther(path)
	}

	p.Response().Header().Set("Location", path+"/updates")

	return p.JSON(http.StatusCreated, update)
}
