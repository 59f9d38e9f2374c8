package handlers

import (
	"net/http"
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/windows"
)

// windowTemplates lists the templates of windows.
func (h *Handlers) windowTemplates(p *page) error {
	items, err := h.Windows.Templates(p.ctx())
	if err != nil {
		return err
	}

	view := windows.Templates{Items: list(items), Now: p.now}

	return p.answer(answer{
		data: view, full: windows.TemplatesPage(h.shell(p, "maintenance", "Templates of windows"), view),
	})
}

// newTemplate asks for a template. ?window= makes one of a window.
func (h *Handlers) newTemplate(p *page) error {
	typed := url.Values{"time_zone": {zoneUTC}}

	if text := p.QueryParam("window"); text != "" {
		id, err := readID("maintenance window", text)
		if err != nil {
			return err
		}

		w, err := h.Windows.Get(p.ctx(), id)
		if err != nil {
			return err
		}

		typed = typedDraft(asDraft(w))
		typed.Set("name", w.Title)
		typed.Set("length", ops.FormatDuration(w.PlannedEndsAt.Sub(w.PlannedStartsAt).Truncate(time.Second)))
	}

	return h.showTemplateForm(p, http.StatusOK, windows.TemplateForm{}, typed, nil)
}

// template is the one in the path.
func (h *Handlers) template(p *page) (maintenance.Template, error) {
	id, err := p.id("window template")
	if err != nil {
		return maintenance.Template{}, err
	}

	return h.Windows.Template(p.ctx(), id)
}

// windowTemplate shows a template in a form that replaces it.
func (h *Handlers) windowTemplate(p *page) error {
	t, err := h.template(p)
	if err != nil {
		return err
	}

	typed := typedDraft(t.Draft(time.Time{}))
	typed.Set("name", t.Name)
	typed.Set("length", ops.FormatDuration(t.Length()))

	return h.showTemplateForm(p, http.StatusOK, windows.TemplateForm{Template: &t}, typed, nil)
}

func (h *Handlers) showTemplateForm(
	p *page, status int, view windows.TemplateForm, typed url.Values, cause error,
) error {
	errs, problem := beside(cause, windowKnown)
	view.Problem = problem

	var err error
	if view.Fields, err = h.windowFields(p.ctx(), typed, errs); err != nil {
		return err
	}

	view.Name, view.Reason, view.RequestID, view.Now = typed.Get("name"), typed.Get("reason"), p.requestID(), p.now

	return p.answer(answer{
		status: status, data: view, full: windows.TemplateFormPage(h.shell(p, "maintenance", "Template"), view),
	})
}

// keepTemplate keeps a template; one of the same name is replaced. In JSON its length is
// length_seconds, in a form as people write it.
func (h *Handlers) keepTemplate(p *page) error {
	f, err := p.fields()
	if err != nil {
		return err
	}

	t := maintenance.Template{
		Name: f.text("name"), TimeZone: f.text("time_zone"), Recurrence: f.text("recurrence"),
		Plan: maintenance.Plan{
			Title: f.text("title"), Message: lines(f.text("message")), MaintenanceMode: f.yes("maintenance_mode"), Settings: f.settings(),
		},
	}
	reason := f.text("reason")

	if f.isForm() {
		t.LengthSeconds = f.length()
	} else {
		t.LengthSeconds = f.number("length_seconds")
	}

	if err = f.done(); err == nil {
		t, err = h.Windows.SaveTemplate(p.ctx(), p.actor(), t, reason)
	}

	switch e := ops.AsError(err); {
	case err != nil && (p.wantsJSON() || e.Code == ops.CodeInternal):
		return err
	case err != nil:
		return h.showTemplateForm(p, e.Code.HTTPStatus(), windows.TemplateForm{}, f.form, lengthBeside(err))
	case p.wantsJSON():
		return p.json(http.StatusCreated, t)
	default:
		return p.seeOther("/maintenance/templates")
	}
}

// length reads a length as people write it, in seconds.
func (f *fields) length() int64 {
	iso, err := changes.ParseDuration(f.typed("length"))
	if err != nil {
		f.refuse("length", "duration", "must be a length such as 90m or 1d 12h")

		return 0
	}

	length, _ := ops.ParseDuration(iso) // as ParseDuration writes it

	return int64(length / time.Second)
}

// lengthBeside puts what is wrong with the length beside the field of the form.
func lengthBeside(cause error) error {
	errs := ops.FieldErrors(cause)
	for i := range errs {
		if errs[i].Field == "body.length_seconds" {
			errs[i].Field = "body.length"
		}
	}

	return cause
}

// deleteTemplateForm asks why a template is to go.
func (h *Handlers) deleteTemplateForm(p *page) error {
	t, err := h.template(p)
	if err != nil {
		return err
	}

	return h.showTemplateDelete(p, http.StatusOK, windows.TemplateForm{Template: &t})
}

func (h *Handlers) showTemplateDelete(p *page, status int, view windows.TemplateForm) error {
	view.RequestID, view.Now = p.requestID(), p.now

	return p.answer(answer{
		status: status, data: view, full: windows.TemplateDeletePage(h.shell(p, "maintenance", "Delete a template"), view),
	})
}

func (h *Handlers) deleteTemplate(p *page) error {
	t, err := h.template(p)
	if err != nil {
		return err
	}

	f, err := p.fields()
	if err != nil {
		return err
	}

	reason := f.text("reason")

	if err = f.done(); err == nil {
		err = h.Windows.DeleteTemplate(p.ctx(), p.actor(), t.ID, reason)
	}

	switch e := ops.AsError(err); {
	case err != nil && (p.wantsJSON() || e.Code == ops.CodeInternal):
		return err
	case err != nil:
		view := windows.TemplateForm{Template: &t, Reason: reason}
		view.Errors, view.Problem = beside(err, windowKnown)

		return h.showTemplateDelete(p, e.Code.HTTPStatus(), view)
	case p.wantsJSON():
		return p.json(http.StatusOK, t)
	default:
		return p.seeOther("/maintenance/templates")
	}
}
