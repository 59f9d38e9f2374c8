package windows

import (
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// List lists all windows that the query selects.
func (h *Handlers) List(p *web.Page) error {
	if led, err := p.FixTimes("from", "until"); led {
		return err
	}

	typed := pages.Filter{
		Phase: p.QueryParam("phase"), Actor: p.QueryParam("actor"), Text: p.QueryParam("text"),
		From: p.QueryParam("from"), Until: p.QueryParam("until"), Cursor: p.QueryParam("cursor"), Series: p.QueryParam("series"),
		Moments: p.FilterMoments("from", "until"),
	}
	q := p.Query()
	filter := maintenance.Filter{
		Actor: q.Text("actor"), Text: q.Text("text"), From: q.Time("from"), Until: q.Time("until"),
		Series: q.Number("series"), Cursor: typed.Cursor, Limit: q.Limit(),
	}

	if phase := q.OneOf("phase", web.Strings(maintenance.Phases())); phase != "" {
		filter.Phases = []maintenance.Phase{maintenance.Phase(phase)}
	}

	typed.Errors = q.Errors
	view := pages.List{Items: []maintenance.Window{}, Filter: typed, Tickets: h.Tickets, Now: p.Now}

	status, err := q.Refused()
	if err != nil {
		return err
	}

	if status == 0 {
		found, err := h.Windows.List(p.Ctx(), filter)
		if err != nil {
			return err
		}

		if view.Total, err = h.Windows.Count(p.Ctx(), filter); err != nil {
			return err
		}

		view.Items = web.List(found.Items)
		view.Next = web.When(found.Next != "", found.Next)
	}

	return p.Answer(web.Answer{
		Status: status, Data: view, Full: pages.ListPage(h.Shell(p, "maintenance", "Maintenance windows"), view), Kept: true,
	})
}
