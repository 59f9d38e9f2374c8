package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
)

// points lists the named points.
func (h *Handlers) points(p *page) error {
	return h.showPoints(p, http.StatusOK, templates.Points{})
}

func (h *Handlers) showPoints(p *page, status int, view templates.Points) error {
	items, err := h.Changes.Points(p.ctx())
	if err != nil {
		return err
	}

	view.Items, view.Tickets, view.Now = list(items), h.Tickets, p.now

	return p.answer(answer{status: status, data: view, full: templates.PointsPage(h.shell(p, "points", "Named points"), view)})
}

// keepPoint keeps what every section holds under a name.
func (h *Handlers) keepPoint(p *page) error {
	in, err := p.input()
	if err == nil {
		err = ops.Invalid(in.only("name", "reason"))
	}

	if err != nil {
		return h.refused(p, audit.Entry{Action: audit.PointCreate, Object: "points", Reason: in.reason()}, err)
	}

	point, err := h.Changes.Keep(p.ctx(), h.service(p), p.actor(), in.aside["name"], in.reason())

	switch {
	case err != nil:
		return h.pointRefused(p, in, err)
	case p.wantsJSON():
		return p.json(http.StatusCreated, map[string]changes.Point{"point": point})
	default:
		return p.seeOther("/points/" + strconv.FormatInt(point.ID, 10))
	}
}

func (h *Handlers) pointRefused(p *page, in input, cause error) error {
	e := ops.AsError(cause)
	if p.wantsJSON() || e.Code == ops.CodeInternal {
		return cause
	}

	view := templates.Points{Name: in.aside["name"], Reason: in.reason()}

	fields := ops.FieldErrors(cause)
	if len(fields) == 0 {
		view.Problem = e.Message
	}

	for _, f := range fields {
		switch f.Field {
		case "body.name":
			view.NameError = sentenceOf(f.Message)
		case "body.reason":
			view.ReasonError = sentenceOf(f.Message)
		default:
			view.Problem = sentenceOf(f.Message)
		}
	}

	return h.showPoints(p, e.Code.HTTPStatus(), view)
}

// point shows what restoring a point would do.
func (h *Handlers) point(p *page) error {
	id, err := p.id("point")
	if err != nil {
		return err
	}

	plan, err := h.Changes.PreviewPoint(p.ctx(), h.service(p), id)
	if err != nil {
		return err
	}

	return h.showPoint(p, http.StatusOK, templates.PointDetail{PointPlan: plan})
}

func (h *Handlers) showPoint(p *page, status int, view templates.PointDetail) error {
	view.RequestID, view.Tickets, view.Now = p.requestID(), h.Tickets, p.now
	view.Snippets = h.snippets(sending{
		path:  []string{"points", strconv.FormatInt(view.Point.ID, 10), "restore"},
		typed: url.Values{"reason": {view.Reason}, "confirm": {view.Confirmed}},
		asked: []string{"reason"}, optional: []string{"confirm"}, revision: view.Revision,
	})

	return p.answer(answer{status: status, data: view, full: templates.PointPage(h.shell(p, "points", view.Point.Name), view)})
}

// restorePoint brings every section back to a point; what is there already stays.
func (h *Handlers) restorePoint(p *page) error {
	id, err := p.id("point")
	if err != nil {
		return err
	}

	in, err := p.input()
	if err == nil {
		err = ops.Invalid(in.only("reason", "revision", "confirm"))
	}

	switch preview := p.QueryParam("preview") == "1"; {
	case preview && err == nil:
		return h.point(p)
	case preview:
		return err
	case err != nil:
		return h.refused(p, p.entry(audit.ConfigRestore, "points", in.reason()), err)
	}

	plan, err := h.Changes.RestorePoint(p.ctx(), h.service(p), p.actor(), id, in.revision(), in.reason(), in.aside["confirm"])
	h.Monitor.Wake()

	view := templates.PointDetail{PointPlan: plan, Reason: in.reason(), Confirmed: in.aside["confirm"]}

	if err != nil {
		return h.restorePointRefused(p, view, err)
	}

	view.Tried = true

	// Which are restored and which not is in the answer.
	status := http.StatusOK
	if !plan.Complete {
		status = http.StatusAccepted
	}

	if slices.ContainsFunc(plan.Sections, func(s changes.SectionPlan) bool { return s.State == changes.PointFailed }) {
		status = http.StatusServiceUnavailable
	}

	return h.showPoint(p, status, view)
}

func (h *Handlers) restorePointRefused(p *page, view templates.PointDetail, cause error) error {
	e := ops.AsError(cause)
	if p.wantsJSON() || e.Code == ops.CodeInternal || view.Point.ID == 0 {
		return cause
	}

	fields := ops.FieldErrors(cause)
	if len(fields) == 0 {
		view.Problem = e.Message
	}

	for _, f := range fields {
		switch f.Field {
		case "body.reason":
			view.ReasonError = sentenceOf(f.Message)
		case "body.confirm":
			view.ConfirmError = f.Message
		default:
			view.Problem = sentenceOf(f.Message)
		}
	}

	return h.showPoint(p, e.Code.HTTPStatus(), view)
}
