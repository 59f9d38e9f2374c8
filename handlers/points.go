package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/record"
)

// points lists the named points.
func (h *Handlers) points(p *page) error {
	q := query{p: p, errs: map[string]string{}}
	filter := changes.PointFilter{Before: q.cursor(), Limit: q.limit()}

	if err := q.refusal(); err != nil {
		return err
	}

	return h.showPoints(p, http.StatusOK, filter, record.Points{Before: filter.Before})
}

func (h *Handlers) showPoints(p *page, status int, filter changes.PointFilter, view record.Points) error {
	found, err := h.Changes.Points(p.ctx(), filter)
	if err != nil {
		return err
	}

	view.Items, view.Next = list(found.Items), next(found.Next)
	view.Tickets, view.Now = h.Tickets, p.now

	return p.answer(answer{status: status, data: view, full: record.PointsPage(h.shell(p, "points", "Named points"), view)})
}

// keepPoint keeps what every section holds under a name.
func (h *Handlers) keepPoint(p *page) error {
	entry := audit.Entry{Action: audit.PointCreate, Object: "points"}

	in, err := p.input()
	if err != nil {
		return h.refused(p, entry, err)
	}

	if errs := in.only("name", "reason"); len(errs) > 0 {
		entry.Reason = in.reason()

		return h.pointRefused(p, in, h.refused(p, entry, ops.Invalid(errs)))
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

	view := record.Points{Name: in.aside["name"], Reason: in.reason()}

	var errs map[string]string

	errs, view.Problem = beside(cause, func(name string) bool { return name == "name" || name == "reason" })
	view.NameError, view.ReasonError = errs["name"], errs["reason"]

	return h.showPoints(p, e.Code.HTTPStatus(), changes.PointFilter{}, view)
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

	return h.showPoint(p, http.StatusOK, record.PointDetail{PointPlan: plan})
}

func (h *Handlers) showPoint(p *page, status int, view record.PointDetail) error {
	view.RequestID, view.Tickets, view.Now = p.requestID(), h.Tickets, p.now
	view.Snippets = h.snippets(sending{
		path:  []string{"points", strconv.FormatInt(view.Point.ID, 10), "restore"},
		typed: url.Values{"reason": {view.Reason}, "confirm": {view.Confirmed}},
		asked: []string{"reason"}, optional: []string{"confirm"}, revision: view.Revision,
	})

	return p.answer(answer{status: status, data: view, full: record.PointPage(h.shell(p, "points", view.Point.Name), view)})
}

// restorePoint brings every section back to a point; what is there already stays.
func (h *Handlers) restorePoint(p *page) error {
	p.looks = p.previews()

	id, err := p.id("point")
	if err != nil {
		return err
	}

	in, err := p.input()
	if err == nil {
		err = ops.Invalid(in.only("reason", "revision", "confirm"))
	}

	switch {
	case p.looks && err == nil:
		return h.point(p)
	case p.looks:
		return err
	case err != nil:
		return h.refused(p, p.entry(audit.ConfigRestore, "points", in.reason()), err)
	}

	plan, err := h.Changes.RestorePoint(p.ctx(), h.service(p), p.actor(), id, in.revision(), in.reason(), in.aside["confirm"])
	h.Monitor.Wake()

	view := record.PointDetail{PointPlan: plan, Reason: in.reason(), Confirmed: in.aside["confirm"]}

	if err != nil {
		return h.restorePointRefused(p, view, err)
	}

	view.Tried = true

	// Which are restored and which not is in the answer.
	switch failed := failedSections(plan); {
	case len(failed) > 0 && p.wantsJSON():
		cause := ops.Unavailable("control plane", "Not restored: "+strings.Join(failed, ", ")+". Trying again does only the rest.")

		return p.json(http.StatusServiceUnavailable, failedPoint{envelope: p.envelope(cause), PointDetail: view})
	case len(failed) > 0:
		return h.showPoint(p, http.StatusServiceUnavailable, view)
	case !plan.Complete:
		return h.showPoint(p, http.StatusAccepted, view)
	default:
		return h.showPoint(p, http.StatusOK, view)
	}
}

// failedPoint is the error envelope with what was restored and what not beside it.
type failedPoint struct {
	envelope
	record.PointDetail
}

// failedSections are the titles of those that were not restored.
func failedSections(plan changes.PointPlan) []string {
	var titles []string

	for _, part := range plan.Sections {
		if part.State == changes.PointFailed {
			titles = append(titles, part.Title)
		}
	}

	return titles
}

func (h *Handlers) restorePointRefused(p *page, view record.PointDetail, cause error) error {
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
