package windows

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// Templates lists the templates of windows.
func (h *Handlers) Templates(p *web.Page) error {
	items, err := h.Windows.Templates(p.Ctx())
	if err != nil {
		return err
	}

	view := pages.Templates{Items: web.List(items), Now: p.Now}

	return p.Answer(web.Answer{
		Data: view, Full: pages.TemplatesPage(h.Shell(p, "maintenance", "Window templates"), view),
	})
}

// NewTemplate asks for a template. ?window= makes one of a window.
func (h *Handlers) NewTemplate(p *web.Page) error {
	typed := url.Values{"time_zone": {web.ZoneUTC}, alertMatchers: {strings.Join(h.Windows.Alerts.Matchers, "\n")}}

	if text := p.QueryParam("window"); text != "" {
		id, err := web.ParseID("maintenance window", text)
		if err != nil {
			return err
		}

		w, err := h.Windows.Get(p.Ctx(), id)
		if err != nil {
			return err
		}

		typed = typedDraft(asDraft(w))
		typed.Set("name", w.Title)
		typed.Set("length", humantime.Length(ops.FormatDuration(w.PlannedEndsAt.Sub(w.PlannedStartsAt).Truncate(time.Second))))
	}

	return h.showTemplateForm(p, http.StatusOK, pages.TemplateForm{}, typed, nil)
}

// template is the one in the path.
func (h *Handlers) template(p *web.Page) (maintenance.Template, error) {
	id, err := p.ID("window template")
	if err != nil {
		return maintenance.Template{}, err
	}

	return h.Windows.Template(p.Ctx(), id)
}

// Template shows a template in a form that replaces it.
func (h *Handlers) Template(p *web.Page) error {
	t, err := h.template(p)
	if err != nil {
		return err
	}

	typed := typedDraft(h.withDefaultMatchers(t.Draft(time.Time{})))
	typed.Set("name", t.Name)
	typed.Set("length", humantime.Length(ops.FormatDuration(t.Length())))

	return h.showTemplateForm(p, http.StatusOK, pages.TemplateForm{Template: &t}, typed, nil)
}

func (h *Handlers) showTemplateForm(
	p *web.Page, status int, view pages.TemplateForm, typed url.Values, cause error,
) error {
	wrong := web.Sort(cause, has)
	view.Problem = wrong.Problem

	var err error
	if view.Fields, err = h.windowFields(p.Ctx(), typed, wrong.Fields); err != nil {
		return err
	}

	view.Name, view.Reason, view.RequestID, view.Now = typed.Get("name"), typed.Get("reason"), p.RequestID(), p.Now

	return p.Answer(web.Answer{
		Status: status, Data: view, Full: pages.TemplateFormPage(h.Shell(p, "maintenance", "Template"), view),
	})
}

// KeepTemplate keeps a template; one of the same name is replaced. In JSON its length is
// length_seconds, in a form as people write it.
func (h *Handlers) KeepTemplate(p *web.Page) error {
	f, err := read(p)
	if err != nil {
		return err
	}

	t := maintenance.Template{
		ID: f.Number("revision"), Name: f.Text("name"), TimeZone: f.Text("time_zone"), Recurrence: f.Text("recurrence"),
		Plan: maintenance.Plan{
			Title: f.Text("title"), Message: lines(f.Text("message")), MaintenanceMode: f.Bool("maintenance_mode"), Settings: f.settings(),
		},
	}
	reason, seen := f.Text("reason"), t.ID

	if matchers := f.alertMatchers(); f.Given(alertMatchers) {
		t.AlertMatchers = matchers
	}

	if f.IsForm() {
		t.LengthSeconds = f.length()
	} else {
		t.LengthSeconds = f.Number("length_seconds")
	}

	if err = f.Done(); err == nil {
		t, err = h.Windows.SaveTemplate(p.Ctx(), p.Actor(), t, reason)
	}

	switch {
	case err != nil:
		return p.Refused(err, has, func(status int, _ web.Wrong) error {
			view := pages.TemplateForm{}
			if found, err := h.Windows.Template(p.Ctx(), seen); err == nil {
				view.Template = &found
			}

			return h.showTemplateForm(p, status, view, f.Form(), lengthBeside(err))
		})
	default:
		return sendTemplate(p, http.StatusCreated, t)
	}
}

// length reads a length as people write it, in seconds.
func (f fields) length() int64 {
	iso, err := humantime.ParseDuration(f.Text("length"))
	if err != nil {
		f.Refuse("length", "duration", "must be a length such as 90m or 1d 12h")

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

// DeleteTemplateForm asks why a template is to go.
func (h *Handlers) DeleteTemplateForm(p *web.Page) error {
	t, err := h.template(p)
	if err != nil {
		return err
	}

	return h.showTemplateDelete(p, http.StatusOK, pages.TemplateForm{Template: &t})
}

func (h *Handlers) showTemplateDelete(p *web.Page, status int, view pages.TemplateForm) error {
	view.RequestID, view.Now = p.RequestID(), p.Now

	return p.Answer(web.Answer{
		Status: status, Data: view, Full: pages.TemplateDeletePage(h.Shell(p, "maintenance", "Delete a template"), view),
	})
}

// DeleteTemplate deletes a template.
func (h *Handlers) DeleteTemplate(p *web.Page) error {
	t, err := h.template(p)
	if err != nil {
		return err
	}

	f, err := read(p)
	if err != nil {
		return err
	}

	reason := f.Text("reason")

	if err = f.Done(); err == nil {
		err = h.Windows.DeleteTemplate(p.Ctx(), p.Actor(), t.ID, reason)
	}

	switch {
	case err != nil:
		return p.Refused(err, has, func(status int, wrong web.Wrong) error {
			view := pages.TemplateForm{Template: &t, Reason: reason, Problem: wrong.Problem}
			view.Errors = wrong.Fields

			return h.showTemplateDelete(p, status, view)
		})
	default:
		return sendTemplate(p, http.StatusOK, t)
	}
}
