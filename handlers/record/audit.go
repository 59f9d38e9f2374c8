package record

import (
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	pages "github.com/graph-olap/opsconsole/templates/record"
)

// auditQuery reads the filter in the query.
func auditQuery(p *web.Page) (audit.Filter, pages.AuditFilter, *web.Query) {
	q := p.Query()
	filter := audit.Filter{
		Text: q.Search(), Seq: q.Number("entry"),
		Actor: q.Text("actor"), Action: audit.Action(q.OneOf("action", web.Strings(audit.Actions()))),
		Object: q.Text("object"), Outcome: audit.Outcome(q.OneOf("outcome", web.Strings(audit.Outcomes()))),
		From: q.Time("from"), Until: q.Time("until"), Before: q.Cursor(), Limit: q.Limit(),
	}
	typed := pages.AuditFilter{
		Text: filter.Text, Entry: filter.Seq,
		Actor: filter.Actor, Action: p.QueryParam("action"), Object: filter.Object, Outcome: p.QueryParam("outcome"),
		From: p.QueryParam("from"), Until: p.QueryParam("until"), Before: filter.Before, Errors: q.Errors,
		Moments: p.FilterMoments("from", "until"),
	}

	return filter, typed, q
}

// AuditLog lists the log.
func (h *Handlers) AuditLog(p *web.Page) error {
	if led, err := p.FixTimes("from", "until"); led {
		return err
	}

	filter, typed, q := auditQuery(p)
	view := pages.Audit{Items: []audit.Entry{}, Filter: typed, Chain: h.Audit.State(), Tickets: h.Tickets, Now: p.Now}

	status, err := q.Refused()
	if err != nil {
		return err
	}

	if status == 0 {
		found, err := h.Audit.List(p.Ctx(), filter)
		if err != nil {
			return err
		}

		if view.Total, view.Cut, err = h.Audit.CountWithin(p.Ctx(), filter); err != nil {
			return err
		}

		view.Cut = view.Cut || found.Cut

		if view.Others, err = h.Audit.Intents(p.Ctx(), found.Items); err != nil {
			return err
		}

		view.Items, view.Next = web.List(found.Items), web.Next(found.Next)
	}

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.AuditPage(h.Shell(p, "audit", "Audit"), view), Kept: true})
}
