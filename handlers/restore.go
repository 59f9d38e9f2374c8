package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// restoreReview shows what bringing back the values before a change would do.
func (h *Handlers) restoreReview(p *page) error {
	in, err := formInput(p.QueryParams())
	if err != nil {
		return err
	}

	return h.previewRestore(p, http.StatusOK, input{aside: in.aside}, nil)
}

// previewRestore draws the review of a restore against the input's revision, "" for
// what is set now.
func (h *Handlers) previewRestore(p *page, status int, in input, fields []ops.FieldError) error {
	id, err := p.id("change")
	if err != nil {
		return err
	}

	change, err := h.Changes.Get(p.ctx(), id)
	if err != nil {
		return err
	}

	revision := in.revision()
	if revision == "" {
		current, err := h.Changes.Current(p.ctx(), h.service(p), change.Section)
		if err != nil {
			return err
		}

		revision = current.Revision
	}

	request, err := h.Changes.RestoreRequest(p.ctx(), id, revision, "")
	if err != nil {
		return err
	}

	plan, err := h.Changes.Preview(p.ctx(), h.service(p), request)
	if err != nil {
		return h.restoreRefused(p, err, in, id)
	}

	since, err := h.Changes.Since(p.ctx(), change)
	if err != nil {
		return err
	}

	view := h.reviewView(p, plan, in)
	view.Restores, view.Since, view.Typed = &change, list(since), nil
	view.Snippets = h.snippets(sending{
		path: []string{"history", strconv.FormatInt(id, 10), "restore"}, typed: typedOf(plan.Current.Section, nil, in),
		asked: []string{"reason"}, optional: terms(), revision: plan.Current.Revision,
	})
	view.Action, view.Edit = fmt.Sprintf("/history/%d/restore", id), "/config/"+string(change.Section)
	view.Button = fmt.Sprintf("Restore what was before change %d", id)

	return h.showReview(p, status, view.WithErrors(fields))
}

// restore brings back the values before a change, as a new change. With ?preview=1 it
// says what would change and changes nothing.
func (h *Handlers) restore(p *page) error {
	p.looks = p.previews()

	id, err := p.id("change")
	if err != nil {
		return err
	}

	in, err := p.input()
	if err != nil {
		return h.refused(p, p.entry(audit.ConfigRestore, "history", ""), err)
	}

	errs := in.only(append(reviewed(), "revision")...)

	if p.looks {
		if len(errs) > 0 {
			return ops.Invalid(errs)
		}

		return h.previewRestore(p, http.StatusOK, in, nil)
	}

	request, err := h.Changes.RestoreRequest(p.ctx(), id, in.revision(), in.reason())
	if err != nil {
		return h.refused(p, p.entry(audit.ConfigRestore, "history", in.reason()), err)
	}

	var termErrs []ops.FieldError

	request.Confirm = in.aside["confirm"]
	request.Term, termErrs = h.Changes.ParseTerm(in.aside["duration"], in.aside["until"], in.aside["confirm_within"])

	if errs = append(errs, termErrs...); len(errs) > 0 {
		return h.restoreRefused(p, h.refused(p, request.Entry(), ops.Invalid(errs)), in, id)
	}

	h.keepClear(p, &request)

	result, err := h.Changes.Apply(p.ctx(), h.service(p), p.actor(), request)
	h.Monitor.Wake()

	if err != nil {
		return h.restoreRefused(p, err, in, id)
	}

	return h.showResult(p, result, input{})
}

// restoreRefused answers a restore that changed nothing.
func (h *Handlers) restoreRefused(p *page, cause error, in input, id int64) error {
	if conflict, ok := errors.AsType[*changes.ConflictError](cause); ok {
		return h.showConflict(p, conflict, in, &id)
	}

	fields := ops.FieldErrors(cause)
	if p.wantsJSON() || !onlyAsides(fields) {
		return cause
	}

	return h.previewRestore(p, http.StatusUnprocessableEntity, in, fields)
}
