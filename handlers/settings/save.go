package settings

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/settings"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// saved is the answer to a change in JSON.
type saved struct {
	Change   changes.Change `json:"change"`
	Current  ops.Values     `json:"current"`
	Revision string         `json:"revision"`
	Lease    *lease.Lease   `json:"lease,omitempty"`
}

// Review shows what the change in the query would do, and asks why.
func (h *Handlers) Review(p *web.Page) error {
	section, err := ops.SectionOf(ops.SectionName(p.Param("section")))
	if err != nil {
		return err
	}

	f, err := p.QueryFields()
	if err != nil {
		return err
	}

	in := changeOf(f, section)
	request := changes.Request{
		Section: section.Name, Revision: in.meta["revision"], Values: in.values, Source: changes.SourceConsole,
	}

	h.lookAhead(p, f, in, &request)

	plan, err := h.Changes.Preview(p.Ctx(), p.Service(h.Platform), request)
	if err != nil {
		return h.notSaved(p, section, in, request, err)
	}

	return h.showReview(p, http.StatusOK, h.reviewView(p, plan, in))
}

// Save makes the change. A form comes here from its review.
func (h *Handlers) Save(p *web.Page) error {
	section, err := ops.SectionOf(ops.SectionName(p.Param("section")))
	if err != nil {
		return err
	}

	f, err := p.Fields()
	if err != nil {
		return h.refused(p, changes.Request{Section: section.Name}.Entry(), err)
	}

	in := changeOf(f, section)
	request := h.request(p, section, f, in)

	if err := f.Done(); err != nil {
		return h.notSaved(p, section, in, request, h.refused(p, request.Entry(), err))
	}

	h.guardAgainstWindows(&request)

	if !request.At.IsZero() {
		return h.schedule(p, request, func(err error) error { return h.notSaved(p, section, in, request, err) })
	}

	result, err := h.Changes.Apply(p.Ctx(), p.Service(h.Platform), p.Actor(), request)
	web.WakeUnlessRefused(h.Monitor, err)

	if err != nil {
		return h.notSaved(p, section, in, request, err)
	}

	return h.showResult(p, result, in)
}

// guardAgainstWindows has a temporary change refused that would be in the way of a window.
func (h *Handlers) guardAgainstWindows(request *changes.Request) {
	if request.Term != nil {
		request.Guard = h.Windows.GuardAgainstWindows(request.Section, request.At, request.Term.EndsAt)
	}
}

// showResult answers a change that was tried, whatever became of it.
func (h *Handlers) showResult(p *web.Page, result changes.Result, in input) error {
	change := result.Change

	switch {
	case p.WantsJSON():
		return p.JSON(resultStatus(result), h.resultData(p, result))
	case change.Outcome == changes.Failed:
		return h.showFailed(p, result, in)
	case !p.WantsFragment():
		return p.SeeOther(fmt.Sprintf("/config/%s?%s=%d", change.Section, ChangedParam, change.ID))
	}

	view, err := h.configView(p.Ctx(), p, result.Current, input{})
	if err != nil {
		return err
	}

	// Back does not lead to a review that was carried out: against its revision, everything conflicts.
	p.Response().Header().Set("HX-Replace-Url", "/config/"+string(change.Section))

	return p.Draw(resultStatus(result), templ.Join(pages.ConfigPanel(view), shell.Toast(Notice(change))))
}

// resultStatus is 200 for what was applied, 202 while nobody knows, and the status of the
// control plane's own word for what it did not do.
func resultStatus(result changes.Result) int {
	switch result.Change.Outcome {
	case changes.Applied:
		return http.StatusOK
	case changes.Failed:
		return result.Change.Err().Code.HTTPStatus()
	case changes.Pending, changes.Unknown:
		return http.StatusAccepted
	default:
		return http.StatusAccepted
	}
}

// request is the change that was sent.
func (h *Handlers) request(p *web.Page, section ops.Section, f *web.Fields, in input) changes.Request {
	request := changes.Request{
		Section: section.Name, Revision: in.meta["revision"], Values: in.values, Reason: in.meta["reason"],
		Source: changes.SourceConsole, Confirm: in.meta["confirm"],
	}
	h.when(p, f, in, &request)

	if p.ByProgram() {
		request.Source = changes.SourceAPI
	}

	return request
}

// failedResult is the error envelope with the change that failed beside it.
type failedResult struct {
	web.Envelope
	saved
}

func (h *Handlers) resultData(p *web.Page, result changes.Result) any {
	data := saved{
		Change: result.Change, Current: result.Current.Values, Revision: result.Current.Revision, Lease: result.Lease,
	}
	if result.Change.Outcome != changes.Failed {
		return data
	}

	return failedResult{Envelope: p.Envelope(result.Change.Err()), saved: data}
}

// showFailed keeps what was typed and says why the change did not take place.
func (h *Handlers) showFailed(p *web.Page, result changes.Result, in input) error {
	cause := result.Change.Err()

	why := web.Sentences("Not changed", cause.Message)
	if p.OnlyToast(cause) {
		return &ops.Error{Code: cause.Code, Message: why, Details: cause.Details}
	}

	view, err := h.configView(p.Ctx(), p, result.Current, in)
	if err != nil {
		return err
	}

	view.Form.Revision = result.Current.Revision

	if fields := ops.FieldErrors(cause); len(fields) > 0 {
		setErrors(&view.Form, cause)
	}

	view.Form.Problem = why

	shell := h.sectionShell(p, result.Change.Section, view.Title)

	return p.Answer(web.Answer{
		Status: resultStatus(result), Full: pages.ConfigPage(shell, view), Fragment: pages.ConfigPanel(view),
	})
}

// notSaved answers a change that was refused before anything happened: with the form
// or the review and what was typed, and what is wrong beside it.
func (h *Handlers) notSaved(p *web.Page, section ops.Section, in input, request changes.Request, cause error) error {
	if conflict, ok := errors.AsType[*changes.ConflictError](cause); ok {
		return h.showConflict(p, conflict, in, nil)
	}

	_, e := web.Classify(cause)
	if p.WantsJSON() || p.Waits(cause) || e.Code == ops.CodeInternal || p.OnlyToast(e) {
		return cause
	}

	if onlyMeta(cause) {
		return h.reviewAgain(p, in, request, cause)
	}

	current, err := h.Changes.Known(p.Ctx(), section.Name)
	if err != nil || current.Values == nil {
		return errors.Join(cause, err)
	}

	return h.showSection(p, e.Code.HTTPStatus(), current, in, e)
}

// onlyMeta reports whether nothing is wrong but what the review asks for.
func onlyMeta(cause error) bool {
	fields := ops.FieldErrors(cause)

	return len(fields) > 0 && !slices.ContainsFunc(fields, func(f ops.FieldError) bool {
		name := strings.TrimPrefix(f.Field, "body.")

		return name == "revision" || !slices.Contains(web.Meta(), name)
	})
}

// reviewAgain shows the review with what is wrong beside what was typed into it.
func (h *Handlers) reviewAgain(p *web.Page, in input, request changes.Request, cause error) error {
	plan, err := h.Changes.Preview(p.Ctx(), p.Service(h.Platform), request)
	if err != nil {
		return err
	}

	return h.showReview(p, http.StatusUnprocessableEntity, withErrors(h.reviewView(p, plan, in), cause))
}
