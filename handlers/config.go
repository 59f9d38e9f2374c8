package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/settings"
	shellview "github.com/graph-olap/opsconsole/templates/shell"
)

// historyShown is how many changes stand beside a form.
const historyShown = 10

// section shows what is set now, the form and the history beside it.
func (h *Handlers) section(p *page) error {
	return h.showNow(p, ops.SectionName(p.Param("section")))
}

func (h *Handlers) showNow(p *page, name ops.SectionName) error {
	section, err := ops.SectionOf(name)
	if err != nil {
		return err
	}

	current, err := h.Changes.Current(p.ctx(), h.service(p), section.Name)
	if err != nil {
		return h.sectionUnread(p, section, err)
	}

	in, err := formInput(p.QueryParams())
	if err != nil {
		return err
	}

	return h.showSection(p, http.StatusOK, current, in, nil)
}

// sectionUnread shows what was set when the control plane last answered; the form is
// shut, because nobody should change what they cannot see.
func (h *Handlers) sectionUnread(p *page, section ops.Section, cause error) error {
	e := ops.AsError(cause)

	known, err := h.Changes.Known(p.ctx(), section.Name)
	if err != nil || known.Values == nil || p.wantsJSON() || e.Code == ops.CodeInternal {
		return errors.Join(cause, err)
	}

	view, err := h.configView(p.ctx(), p, known, input{})
	if err != nil {
		return err
	}

	view.Form.Problem = e.Message + " These are the values as they were last read; they can be changed when it answers again."
	view.Form.Shut = true
	shell := h.sectionShell(p, section.Name, section.Title)

	return p.answer(answer{
		status: e.Code.HTTPStatus(), full: settings.ConfigPage(shell, view), fragment: settings.ConfigPanel(view),
	})
}

// showSection draws the section's page with what was typed, if anything was.
func (h *Handlers) showSection(p *page, status int, current changes.Current, in input, fields []ops.FieldError) error {
	view, err := h.configView(p.ctx(), p, current, in)
	if err != nil {
		return err
	}

	for _, f := range fields {
		if !view.Form.SetError(f) {
			view.Form.Problem = sentenceOf(f.Message)
		}
	}

	shell := h.sectionShell(p, current.Section.Name, current.Section.Title)

	return p.answer(answer{
		status: status, data: view, full: settings.ConfigPage(shell, view), fragment: settings.ConfigPanel(view),
	})
}

// configView is the section's page with what was typed, if anything was.
func (h *Handlers) configView(ctx context.Context, p *page, current changes.Current, in input) (settings.Config, error) {
	view, err := h.sectionView(ctx, current, p.now)
	if err != nil {
		return settings.Config{}, err
	}

	view.Form = h.form(current, in)
	view.Restore, err = h.Changes.Restorable(ctx, current)

	return view, err
}

// sectionView is what everybody sees alike of a section.
func (h *Handlers) sectionView(ctx context.Context, current changes.Current, now time.Time) (settings.Config, error) {
	name := current.Section.Name

	recent, err := h.Changes.History(ctx, changes.Filter{Section: name, Limit: historyShown})
	if err != nil {
		return settings.Config{}, err
	}

	total, err := h.Changes.Count(ctx, changes.Filter{Section: name})
	if err != nil {
		return settings.Config{}, err
	}

	view := settings.Config{
		Section: name, Revision: current.Revision, Current: current.Values,
		History: list(recent.Items), HistoryTotal: total,
		Title: current.Section.Title, Fields: current.Section.Fields,
		Open: current.Open, Tickets: h.Tickets, Now: now,
	}

	if current.Last != nil {
		view.SetBy, view.SetAt = current.Last.Actor, &current.Last.At
	}

	return view, nil
}

// drawSection draws a part of the section's page as it was last seen.
func (h *Handlers) drawSection(name ops.SectionName, part func(settings.Config) templ.Component) drawFunc {
	return func(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
		known, err := h.Changes.Known(ctx, name)
		if err != nil {
			return nil, err
		}

		view, err := h.sectionView(ctx, known, now)

		return part(view), err
	}
}

// sectionShell surrounds the pages of a section, on which what is set is live.
func (h *Handlers) sectionShell(p *page, name ops.SectionName, title string) shellview.Shell {
	shell := h.shell(p, string(name), title)
	shell.Events = "/events?page=" + sectionRegion + string(name)

	return shell
}

// form holds what was typed, and what is set where nothing was.
func (h *Handlers) form(current changes.Current, in input) settings.Form {
	form := settings.Form{
		Section: current.Section.Name, Revision: current.Revision,
		Kept: in.kept(),
	}
	if in.revision() != "" {
		form.Revision = in.revision()
	}

	form.Snippets = h.sectionSnippets(current.Section, form.Revision, typedOf(current.Section, current.Values, in))

	for _, field := range current.Section.Fields {
		value := current.Values[field.Name]
		typed := components.Raw(value)

		if in.typed.Has(field.Name) {
			typed = in.typed.Get(field.Name)
		}

		form.Fields = append(form.Fields, settings.FormField{Field: field, Typed: typed, Current: value})
	}

	return form
}
