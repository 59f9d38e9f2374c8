package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
	"github.com/graph-olap/opsconsole/templates/components"
)

// historyShown is how many changes stand beside a form.
const historyShown = 10

// saved is the answer to a change in JSON.
type saved struct {
	Change   changes.Change `json:"change"`
	Current  changes.Values `json:"current"`
	Revision string         `json:"revision"`
}

// section shows what is set now, the form and the history beside it.
func (h *Handlers) section(p *page) error {
	section, err := changes.SectionOf(changes.SectionName(p.Param("section")))
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
func (h *Handlers) sectionUnread(p *page, section changes.Section, cause error) error {
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
	shell := h.shell(p, string(section.Name), section.Title)

	return p.answer(answer{
		status: e.Code.HTTPStatus(), full: templates.ConfigPage(shell, view), fragment: templates.ConfigPanel(view),
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

	shell := h.shell(p, string(current.Section.Name), current.Section.Title)

	return p.answer(answer{
		status: status, data: view, full: templates.ConfigPage(shell, view), fragment: templates.ConfigPanel(view),
	})
}

func (h *Handlers) configView(ctx context.Context, p *page, current changes.Current, in input) (templates.Config, error) {
	name := current.Section.Name

	recent, err := h.Changes.History(ctx, changes.Filter{Section: name, Limit: historyShown})
	if err != nil {
		return templates.Config{}, err
	}

	total, err := h.Changes.Count(ctx, changes.Filter{Section: name})
	if err != nil {
		return templates.Config{}, err
	}

	view := templates.Config{
		Section: name, Revision: current.Revision, Current: current.Values,
		History: list(recent.Items), HistoryTotal: total,
		Title: current.Section.Title, Fields: current.Section.Fields,
		Open: current.Open, Form: h.form(current, in), Now: p.now,
	}

	if current.Last != nil {
		view.SetBy, view.SetAt = current.Last.Actor, &current.Last.At
	}

	view.Restore = restorable(current, recent.Items)

	return view, nil
}

// restorable is the newest change whose earlier values differ from what is set now.
func restorable(current changes.Current, recent []changes.Change) *changes.Change {
	for _, change := range recent {
		if change.Outcome == changes.Applied && len(current.Section.Diff(current.Values, change.Before)) > 0 {
			return &change
		}
	}

	return nil
}

// form holds what was typed, and what is set where nothing was.
func (h *Handlers) form(current changes.Current, in input) templates.Form {
	form := templates.Form{
		Section: current.Section.Name, Revision: current.Revision,
		Snippets: h.snippets(current.Section, current.Revision, nil),
	}
	if in.revision != "" {
		form.Revision = in.revision
	}

	for _, field := range current.Section.Fields {
		value := current.Values[field.Name]
		typed := components.Raw(value)

		if in.typed.Has(field.Name) {
			typed = in.typed.Get(field.Name)
		}

		form.Fields = append(form.Fields, templates.FormField{Field: field, Typed: typed, Current: value})
	}

	return form
}

// review shows what the change in the query would do, and asks why.
func (h *Handlers) review(p *page) error {
	section, err := changes.SectionOf(changes.SectionName(p.Param("section")))
	if err != nil {
		return err
	}

	in, err := formInput(p.QueryParams())
	if err != nil {
		return err
	}

	in.as(section)

	request := changes.Request{Section: section.Name, Revision: in.revision, Values: in.values, Source: changes.SourceConsole}

	plan, err := h.Changes.Preview(p.ctx(), h.service(p), request)
	if err != nil {
		return h.notSaved(p, section, in, request, err)
	}

	return h.showReview(p, http.StatusOK, h.reviewView(p, plan, in))
}

// save makes the change. A form comes here from its review.
func (h *Handlers) save(p *page) error {
	section, err := changes.SectionOf(changes.SectionName(p.Param("section")))
	if err != nil {
		return err
	}

	in, err := p.input()
	if err != nil {
		return err
	}

	in.as(section)

	request := changes.Request{
		Section: section.Name, Revision: in.revision, Values: in.values, Reason: in.reason, Source: changes.SourceConsole,
	}
	if p.wantsJSON() {
		request.Source = changes.SourceAPI
	}

	if len(in.errs) > 0 {
		return h.notSaved(p, section, in, request, ops.Invalid(in.errs))
	}

	result, err := h.Changes.Apply(p.ctx(), h.service(p), p.actor(), request)
	h.Monitor.Wake()

	if err != nil {
		return h.notSaved(p, section, in, request, err)
	}

	return h.showResult(p, result, in)
}

// showResult answers a change that was tried, whatever became of it.
func (h *Handlers) showResult(p *page, result changes.Result, in input) error {
	change := result.Change

	switch {
	case p.wantsJSON():
		return p.json(resultStatus(change), h.resultData(p, result))
	case change.Outcome == changes.Failed:
		return h.showFailed(p, result, in)
	case !p.wantsFragment():
		return p.seeOther(fmt.Sprintf("/config/%s?%s=%d", change.Section, noticeParam, change.ID))
	}

	view, err := h.configView(p.ctx(), p, result.Current, input{})
	if err != nil {
		return err
	}

	p.Response().Header().Set("HX-Push-Url", "/config/"+string(change.Section))

	return p.html(resultStatus(change), templ.Join(templates.ConfigPanel(view), templates.Toast(changeNotice(change))))
}

// resultStatus is 200 for what was applied, 202 while nobody knows, and 503 for what
// the control plane did not do.
func resultStatus(change changes.Change) int {
	switch change.Outcome {
	case changes.Applied:
		return http.StatusOK
	case changes.Failed:
		return http.StatusServiceUnavailable
	case changes.Pending, changes.Unknown:
		return http.StatusAccepted
	default:
		return http.StatusAccepted
	}
}

// failedResult is the error envelope with the change that failed beside it.
type failedResult struct {
	envelope
	saved
}

func (h *Handlers) resultData(p *page, result changes.Result) any {
	data := saved{Change: result.Change, Current: result.Current.Values, Revision: result.Current.Revision}
	if result.Change.Outcome != changes.Failed {
		return data
	}

	return failedResult{envelope: p.envelope(ops.Unavailable("control plane", *result.Change.Error)), saved: data}
}

// showFailed keeps what was typed and says why the change did not take place.
func (h *Handlers) showFailed(p *page, result changes.Result, in input) error {
	if p.wantsFragment() { // The form stays where it is.
		return ops.Unavailable("control plane", "Not changed. "+*result.Change.Error)
	}

	view, err := h.configView(p.ctx(), p, result.Current, in)
	if err != nil {
		return err
	}

	view.Form.Revision = result.Current.Revision
	view.Form.Problem = "Not changed. " + *result.Change.Error
	shell := h.shell(p, string(result.Change.Section), view.Title)

	return p.answer(answer{
		status: resultStatus(result.Change), full: templates.ConfigPage(shell, view),
	})
}

// notSaved answers a change that was refused before anything happened: with the form
// or the review and what was typed, and what is wrong beside it.
func (h *Handlers) notSaved(p *page, section changes.Section, in input, request changes.Request, cause error) error {
	var conflict *changes.ConflictError
	if errors.As(cause, &conflict) {
		return h.showConflict(p, conflict, in)
	}

	if p.wantsJSON() {
		return cause
	}

	// Where only a notice is asked for, the form stays where it is.
	e := ops.AsError(cause)
	if e.Code == ops.CodeInternal || p.wantsFragment() && e.Code.HTTPStatus() >= http.StatusInternalServerError {
		return cause
	}

	fields := ops.FieldErrors(cause)
	if len(fields) == 1 && fields[0].Field == "body.reason" {
		return h.reasonMissing(p, in, request, fields[0])
	}

	current, err := h.Changes.Known(p.ctx(), section.Name)
	if err != nil || current.Values == nil {
		return errors.Join(cause, err)
	}

	if len(fields) == 0 {
		fields = []ops.FieldError{{Message: e.Message}}
	}

	return h.showSection(p, e.Code.HTTPStatus(), current, in, fields)
}

// reasonMissing shows the review again: only the reason is wrong.
func (h *Handlers) reasonMissing(p *page, in input, request changes.Request, field ops.FieldError) error {
	plan, err := h.Changes.Preview(p.ctx(), h.service(p), request)
	if err != nil {
		return err
	}

	view := h.reviewView(p, plan, in)
	view.Reason, view.ReasonError = in.reason, sentenceOf(field.Message)

	return h.showReview(p, http.StatusUnprocessableEntity, view)
}

func (h *Handlers) showConflict(p *page, conflict *changes.ConflictError, in input) error {
	e := ops.AsError(conflict)
	view := templates.Conflict{
		Error:    templates.ConflictError{Code: e.Code, Message: e.Message, Details: e.Details},
		Original: conflict.Original, Theirs: conflict.Theirs, Yours: conflict.Yours, Revision: conflict.Revision,
		Section: conflict.Section.Name, Title: conflict.Section.Title, Fields: conflict.Section.Fields,
		Change: conflict.By, Reason: in.reason, Now: p.now,
	}

	for _, field := range conflict.Section.Fields {
		view.Form.Fields = append(view.Form.Fields, templates.FormField{
			Field: field, Typed: components.Raw(conflict.Yours[field.Name]), Current: conflict.Theirs[field.Name],
		})
	}

	view.Form.Section, view.Form.Revision = conflict.Section.Name, conflict.Revision
	shell := h.shell(p, string(view.Section), view.Title)

	return p.answer(answer{
		status: http.StatusConflict, data: view,
		full: templates.ConflictPage(shell, view), fragment: templates.ConflictPanel(view),
	})
}
