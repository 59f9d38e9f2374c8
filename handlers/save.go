package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
)

// saved is the answer to a change in JSON.
type saved struct {
	Change   changes.Change `json:"change"`
	Current  ops.Values     `json:"current"`
	Revision string         `json:"revision"`
	Lease    *lease.Lease   `json:"lease,omitempty"`
}

// review shows what the change in the query would do, and asks why.
func (h *Handlers) review(p *page) error {
	section, err := ops.SectionOf(ops.SectionName(p.Param("section")))
	if err != nil {
		return err
	}

	in, err := formInput(p.QueryParams())
	if err != nil {
		return err
	}

	in.as(section)

	request := changes.Request{Section: section.Name, Revision: in.revision(), Values: in.values, Source: changes.SourceConsole}

	plan, err := h.Changes.Preview(p.ctx(), h.service(p), request)
	if err != nil {
		return h.notSaved(p, section, in, request, err)
	}

	return h.showReview(p, http.StatusOK, h.reviewView(p, plan, in))
}

// save makes the change. A form comes here from its review.
func (h *Handlers) save(p *page) error {
	section, err := ops.SectionOf(ops.SectionName(p.Param("section")))
	if err != nil {
		return err
	}

	in, err := p.input()
	if err != nil {
		return h.refused(p, changes.Request{Section: section.Name}.Entry(), err)
	}

	in.as(section)

	request, errs := h.request(p, section, in)
	if len(errs) > 0 {
		return h.notSaved(p, section, in, request, h.refused(p, request.Entry(), ops.Invalid(errs)))
	}

	h.keepClear(p, &request)

	result, err := h.Changes.Apply(p.ctx(), h.service(p), p.actor(), request)
	h.Monitor.Wake()

	if err != nil {
		return h.notSaved(p, section, in, request, err)
	}

	return h.showResult(p, result, in)
}

// keepClear has a temporary change refused that would be in the way of a window. What is
// wrong with its values is for who applies it to say.
func (h *Handlers) keepClear(p *page, request *changes.Request) {
	if request.Term == nil {
		return
	}

	_, before, after, err := h.Changes.PreviewValues(p.ctx(), request.Section, request.Values)
	if err != nil {
		return
	}

	fields := []string{}

	for name := range after {
		if before[name] != after[name] {
			fields = append(fields, name)
		}
	}

	request.Guard = h.Windows.GuardAgainstWindows(request.Section, fields, request.Term.EndsAt)
}

// refused keeps in the audit log what is refused before it is tried, and returns the cause.
func (h *Handlers) refused(p *page, entry audit.Entry, cause error) error {
	return h.Changes.Refuse(p.ctx(), p.actor(), entry, cause)
}

// entry is what the audit log says of an act on the object in the path.
func (p *page) entry(action audit.Action, object, reason string) audit.Entry {
	return audit.Entry{Action: action, Object: object + "/" + ops.Clip(p.Param("id")), Reason: reason}
}

// showResult answers a change that was tried, whatever became of it.
func (h *Handlers) showResult(p *page, result changes.Result, in input) error {
	change := result.Change

	switch {
	case p.wantsJSON():
		return p.json(resultStatus(result), h.resultData(p, result))
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

	return p.html(resultStatus(result), templ.Join(templates.ConfigPanel(view), templates.Toast(changeNotice(change))))
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
func (h *Handlers) request(p *page, section ops.Section, in input) (changes.Request, []ops.FieldError) {
	term, errs := h.Changes.ParseTerm(in.aside["duration"], in.aside["until"], in.aside["confirm_within"])
	request := changes.Request{
		Section: section.Name, Revision: in.revision(), Values: in.values, Reason: in.reason(), Source: changes.SourceConsole,
		Term: term, Confirm: in.aside["confirm"],
	}

	if p.wantsJSON() {
		request.Source = changes.SourceAPI
	}

	errs = append(errs, in.asidesOnly(append(reviewed(), "revision")...)...)

	return request, append(in.errs, errs...)
}

// failedResult is the error envelope with the change that failed beside it.
type failedResult struct {
	envelope
	saved
}

func (h *Handlers) resultData(p *page, result changes.Result) any {
	data := saved{
		Change: result.Change, Current: result.Current.Values, Revision: result.Current.Revision, Lease: result.Lease,
	}
	if result.Change.Outcome != changes.Failed {
		return data
	}

	return failedResult{envelope: p.envelope(result.Change.Err()), saved: data}
}

// showFailed keeps what was typed and says why the change did not take place.
func (h *Handlers) showFailed(p *page, result changes.Result, in input) error {
	cause := result.Change.Err()
	if p.wantsFragment() && cause.Code.HTTPStatus() >= http.StatusInternalServerError { // The form stays where it is.
		return &ops.Error{Code: cause.Code, Message: "Not changed. " + cause.Message, Details: cause.Details}
	}

	view, err := h.configView(p.ctx(), p, result.Current, in)
	if err != nil {
		return err
	}

	view.Form.Revision = result.Current.Revision
	view.Form.Problem = "Not changed. " + cause.Message

	for _, f := range ops.FieldErrors(cause) {
		view.Form.SetError(f)
	}

	shell := h.sectionShell(p, result.Change.Section, view.Title)

	return p.answer(answer{
		status: resultStatus(result), full: templates.ConfigPage(shell, view), fragment: templates.ConfigPanel(view),
	})
}

// notSaved answers a change that was refused before anything happened: with the form
// or the review and what was typed, and what is wrong beside it.
func (h *Handlers) notSaved(p *page, section ops.Section, in input, request changes.Request, cause error) error {
	if conflict, ok := errors.AsType[*changes.ConflictError](cause); ok {
		return h.showConflict(p, conflict, in, nil)
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
	if onlyAsides(fields) {
		return h.reviewAgain(p, in, request, fields)
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

// onlyAsides reports whether nothing is wrong but what the review asks for.
func onlyAsides(fields []ops.FieldError) bool {
	return len(fields) > 0 && !slices.ContainsFunc(fields, func(f ops.FieldError) bool {
		name := strings.TrimPrefix(f.Field, "body.")

		return name == "revision" || !slices.Contains(asides(), name)
	})
}

// reviewAgain shows the review with what is wrong beside what was typed into it.
func (h *Handlers) reviewAgain(p *page, in input, request changes.Request, fields []ops.FieldError) error {
	plan, err := h.Changes.Preview(p.ctx(), h.service(p), request)
	if err != nil {
		return err
	}

	return h.showReview(p, http.StatusUnprocessableEntity, h.reviewView(p, plan, in).WithErrors(fields))
}
