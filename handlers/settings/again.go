package settings

import (
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
	recordview "github.com/graph-olap/opsconsole/templates/record"
)

// SavedAgain answers a save once more.
func (h *Handlers) SavedAgain(p *web.Page, act audit.Entry) error {
	section, err := ops.SectionOf(ops.SectionName(p.Param("section")))
	if err != nil {
		return err
	}

	f, err := p.Fields()
	if err != nil {
		return err
	}

	return h.changedAgain(p, act, changeOf(f, section))
}

// RestoredAgain answers a restore once more.
func (h *Handlers) RestoredAgain(p *web.Page, act audit.Entry) error {
	return h.changedAgain(p, act, input{})
}

func (h *Handlers) changedAgain(p *web.Page, act audit.Entry, in input) error {
	if act.Action == audit.ChangeSchedule {
		s, err := h.Changes.ScheduledBy(p.Ctx(), act)
		if err != nil {
			return err
		}

		return h.showScheduled(p, s)
	}

	result, err := h.Changes.Made(p.Ctx(), act)
	if err != nil {
		return err
	}

	return h.showResult(p, result, in)
}

// PointAgain answers a point that was kept once more.
func (h *Handlers) PointAgain(p *web.Page, act audit.Entry) error {
	id, err := act.ObjectID()
	if err != nil {
		return err
	}

	point, err := h.Changes.Point(p.Ctx(), id)
	if err != nil {
		return err
	}

	return sendPoint(p, point)
}

// PointRestoredAgain answers the restore of a point once more.
func (h *Handlers) PointRestoredAgain(p *web.Page, act audit.Entry) error {
	id, err := p.ID("point")
	if err != nil {
		return err
	}

	plan, err := h.Changes.RestoredPoint(p.Ctx(), p.Service(h.Platform), id, act)
	if err != nil {
		return err
	}

	return h.showRestored(p, recordview.PointDetail{PointPlan: plan, Reason: act.Reason})
}
