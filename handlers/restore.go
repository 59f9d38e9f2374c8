package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// changeID is the id in the path.
func (p *page) changeID() (int64, error) {
	id, err := strconv.ParseInt(p.Param("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, ops.NotFound("change", p.Param("id"))
	}

	return id, nil
}

// restoreReview shows what bringing back the values before a change would do.
func (h *Handlers) restoreReview(p *page) error {
	return h.previewRestore(p, http.StatusOK, p.QueryParam("revision"), "", nil)
}

// previewRestore draws the review of a restore against a revision, "" for what is set now.
func (h *Handlers) previewRestore(p *page, status int, revision, reason string, problem *ops.FieldError) error {
	id, err := p.changeID()
	if err != nil {
		return err
	}

	change, err := h.Changes.Get(p.ctx(), id)
	if err != nil {
		return err
	}

	if revision == "" {
		current, err := h.Changes.Current(p.ctx(), h.service(p), change.Section)
		if err != nil {
			return err
		}

		revision = current.Revision
	}

	request, err := h.Changes.RestoreRequest(p.ctx(), id, revision, reason)
	if err != nil {
		return err
	}

	plan, err := h.Changes.Preview(p.ctx(), h.service(p), request)
	if err != nil {
		return h.restoreRefused(p, err, input{reason: reason})
	}

	since, err := h.Changes.Since(p.ctx(), change)
	if err != nil {
		return err
	}

	view := h.reviewView(p, plan, input{})
	view.Restores, view.Since, view.Typed = &change, list(since), nil
	view.Action, view.Edit = fmt.Sprintf("/history/%d/restore", id), "/config/"+string(change.Section)
	view.Button = fmt.Sprintf("Restore what was before change %d", id)
	view.Snippets = nil
	view.Reason = reason

	if problem != nil {
		view.ReasonError = sentenceOf(problem.Message)
	}

	return h.showReview(p, status, view)
}

// restore brings back the values before a change, as a new change. With ?preview=1 it
// says what would change and changes nothing.
func (h *Handlers) restore(p *page) error {
	id, err := p.changeID()
	if err != nil {
		return err
	}

	in, err := p.input()
	if err != nil {
		return err
	}

	if errs := in.only(); len(errs) > 0 {
		return ops.Invalid(errs)
	}

	if p.QueryParam("preview") == "1" {
		return h.previewRestore(p, http.StatusOK, in.revision, in.reason, nil)
	}

	result, err := h.Changes.Restore(p.ctx(), h.service(p), p.actor(), id, in.revision, in.reason)
	h.Monitor.Wake()

	if err != nil {
		return h.restoreRefused(p, err, in)
	}

	return h.showResult(p, result, input{})
}

// restoreRefused answers a restore that changed nothing.
func (h *Handlers) restoreRefused(p *page, cause error, in input) error {
	var conflict *changes.ConflictError
	if errors.As(cause, &conflict) {
		return h.showConflict(p, conflict, in)
	}

	fields := ops.FieldErrors(cause)
	if p.wantsJSON() || len(fields) != 1 || fields[0].Field != "body.reason" {
		return cause
	}

	return h.previewRestore(p, http.StatusUnprocessableEntity, in.revision, in.reason, &fields[0])
}
