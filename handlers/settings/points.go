package settings

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	recordview "github.com/graph-olap/opsconsole/templates/record"
)

// Points lists the named points.
func (h *Handlers) Points(p *web.Page) error {
	q := p.Query()
	filter := changes.PointFilter{Before: q.Cursor(), Limit: q.Limit()}

	if err := q.Err(); err != nil {
		return err
	}

	return h.showPoints(p, http.StatusOK, filter, recordview.Points{Before: filter.Before})
}

func (h *Handlers) showPoints(p *web.Page, status int, filter changes.PointFilter, view recordview.Points) error {
	found, err := h.Changes.Points(p.Ctx(), filter)
	if err != nil {
		return err
	}

	view.Items, view.Next = web.List(found.Items), web.Next(found.Next)
	view.Tickets, view.Now = h.Tickets, p.Now

	return p.Answer(web.Answer{Status: status, Data: view, Full: recordview.PointsPage(h.Shell(p, "points", "Named points"), view)})
}

// KeepPoint keeps what every section holds under a name.
func (h *Handlers) KeepPoint(p *web.Page) error {
	entry := audit.Entry{Action: audit.PointCreate, Object: "points"}

	f, err := p.Fields()
	if err != nil {
		return h.refused(p, entry, err)
	}

	name, reason := f.Text("name"), f.Text("reason")

	if err := f.Done(); err != nil {
		entry.Reason = reason

		return h.pointRefused(p, name, reason, h.refused(p, entry, err))
	}

	point, err := h.Changes.Keep(p.Ctx(), p.Service(h.Platform), p.Actor(), name, reason)
	if err != nil {
		return h.pointRefused(p, name, reason, err)
	}

	return sendPoint(p, point)
}

// sendPoint answers a point that was kept.
func sendPoint(p *web.Page, point changes.Point) error {
	if p.WantsJSON() {
		return p.JSON(http.StatusCreated, map[string]changes.Point{"point": point})
	}

	return p.SeeOther("/points/" + strconv.FormatInt(point.ID, 10))
}

// pointRefused shows the points again with what was typed.
func (h *Handlers) pointRefused(p *web.Page, name, reason string, cause error) error {
	return p.Refused(cause, web.Has("name", "reason"), func(status int, wrong web.Wrong) error {
		return h.showPoints(p, status, changes.PointFilter{}, recordview.Points{
			Name: name, NameError: wrong.Fields["name"], Reason: reason, ReasonError: wrong.Fields["reason"], Problem: wrong.Problem,
		})
	})
}

// Point shows what restoring a point would do.
func (h *Handlers) Point(p *web.Page) error {
	id, err := p.ID("point")
	if err != nil {
		return err
	}

	plan, err := h.Changes.PreviewPoint(p.Ctx(), p.Service(h.Platform), id)
	if err != nil {
		return err
	}

	view, status := recordview.PointDetail{PointPlan: plan}, http.StatusOK

	// What was not read cannot be compared; the page waits until it can be.
	if !p.WantsJSON() && p.IsRead() && len(failedSections(plan)) > 0 {
		status = http.StatusServiceUnavailable

		if slices.ContainsFunc(plan.Sections, func(part changes.SectionPlan) bool { return web.IsUnanswered(part.Unread) }) {
			view.Again = p.Request().URL.RequestURI()
		}
	}

	return h.showPoint(p, status, view)
}

func (h *Handlers) showPoint(p *web.Page, status int, view recordview.PointDetail) error {
	view.RequestID, view.Tickets, view.Now = p.RequestID(), h.Tickets, p.Now
	view.Snippets = snippet.Form{
		Path:  []string{"points", strconv.FormatInt(view.Point.ID, 10), "restore"},
		Typed: url.Values{"reason": {view.Reason}, "confirm": {view.Confirmed}},
		Asked: []string{"reason"}, Optional: []string{"confirm"}, Revision: view.Revision,
	}.Snippets(h.PublicURL)

	return p.Answer(web.Answer{Status: status, Data: view, Full: recordview.PointPage(h.Shell(p, "points", view.Point.Name), view)})
}

// RestorePoint brings every section back to a point; what is there already stays.
func (h *Handlers) RestorePoint(p *web.Page) error {
	previews := p.AsksPreview()

	id, err := p.ID("point")
	if err != nil {
		return err
	}

	var revision, reason, confirm string

	f, err := p.Fields()
	if err == nil {
		revision, reason, confirm = f.TextOrNumber("revision"), f.Text("reason"), f.Text("confirm")
		err = f.Done()
	}

	switch {
	case previews && err == nil:
		return h.Point(p)
	case previews:
		return err
	case err != nil:
		return h.refused(p, p.Entry(audit.ConfigRestore, "points", reason), err)
	}

	plan, err := h.Changes.RestorePoint(p.Ctx(), p.Service(h.Platform), p.Actor(), id, revision, reason, confirm)
	web.WakeUnlessRefused(h.Monitor, err)

	view := recordview.PointDetail{PointPlan: plan, Reason: reason, Confirmed: confirm}

	if err != nil {
		return h.restorePointRefused(p, view, err)
	}

	return h.showRestored(p, view)
}

// showRestored answers a restore that was tried: which sections are restored and which not is
// in the answer.
func (h *Handlers) showRestored(p *web.Page, view recordview.PointDetail) error {
	view.Tried = true
	p.ReplaceURL("/points/" + strconv.FormatInt(view.Point.ID, 10))

	switch failed := failedSections(view.PointPlan); {
	case len(failed) > 0 && p.WantsJSON():
		cause := ops.Unavailable(ops.ServiceControlPlane,
			"Not restored: "+strings.Join(failed, ", ")+". Trying again restores only the others.")

		return p.JSON(http.StatusServiceUnavailable, failedPoint{Envelope: p.Envelope(cause), PointDetail: view})
	case len(failed) > 0:
		return h.showPoint(p, http.StatusServiceUnavailable, view)
	case !view.Complete:
		return h.showPoint(p, http.StatusAccepted, view)
	default:
		return h.showPoint(p, http.StatusOK, view)
	}
}

// failedPoint is the error envelope with what was restored and what not beside it.
type failedPoint struct {
	web.Envelope
	recordview.PointDetail
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

// restorePointRefused shows the point again with what was typed.
func (h *Handlers) restorePointRefused(p *web.Page, view recordview.PointDetail, cause error) error {
	if view.Point.ID == 0 {
		return cause
	}

	return p.Refused(cause, web.Has("reason", "confirm"), func(status int, wrong web.Wrong) error {
		view.ReasonError, view.ConfirmError, view.Problem = wrong.Fields["reason"], wrong.Fields["confirm"], wrong.Problem

		return h.showPoint(p, status, view)
	})
}
