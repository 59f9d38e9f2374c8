package windows

import (
	"net/http"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// AnnouncedAgain answers an announcement once more.
func (h *Handlers) AnnouncedAgain(p *web.Page, act audit.Entry) error {
	id, err := act.ObjectID()
	if err != nil {
		return err
	}

	w, err := h.Windows.Get(p.Ctx(), id)
	if err != nil {
		return err
	}

	return sendWindow(p, http.StatusCreated, w)
}

// Again answers once more what was done to a window.
func (h *Handlers) Again(p *web.Page, act audit.Entry) error {
	w, err := h.windowOf(p)
	if err == nil && act.Action == audit.WindowSettle {
		w, err = h.Windows.Settled(p.Ctx(), w.ID)
	}

	if err != nil {
		return err
	}

	return sendWindow(p, http.StatusOK, w)
}

// TemplateAgain answers a template that was kept once more, also one that was replaced since.
func (h *Handlers) TemplateAgain(p *web.Page, act audit.Entry) error {
	t, err := h.templateOf(p, act)
	if err != nil {
		return err
	}

	return sendTemplate(p, http.StatusCreated, t)
}

// TemplateDeletedAgain answers once more that a template was deleted.
func (h *Handlers) TemplateDeletedAgain(p *web.Page, act audit.Entry) error {
	t, err := h.templateOf(p, act)
	if err != nil {
		return err
	}

	return sendTemplate(p, http.StatusOK, t)
}

// templateOf is the template that an entry of the audit log is about; of one that is gone, what
// the entry says.
func (h *Handlers) templateOf(p *web.Page, act audit.Entry) (maintenance.Template, error) {
	id, err := act.ObjectID()
	if err != nil {
		return maintenance.Template{}, err
	}

	t, err := h.Windows.Template(p.Ctx(), id)
	if err != nil && ops.AsError(err).Code == ops.CodeNotFound {
		return maintenance.Template{ID: id, Name: act.Message}, nil
	}

	return t, err
}

// sendTemplate answers an act on a template.
func sendTemplate(p *web.Page, status int, t maintenance.Template) error {
	if p.WantsJSON() {
		return p.JSON(status, t)
	}

	return p.SeeOther("/maintenance/templates")
}
