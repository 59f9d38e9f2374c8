package settings

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
)

// RestoreReview shows what bringing back the values before a change would do.
func (h *Handlers) RestoreReview(p *web.Page) error {
	in, err := typedInAddress(p)
	if err != nil {
		return err
	}

	return h.previewRestore(p, http.StatusOK, input{meta: in.meta}, nil)
}

// previewRestore draws the review of a restore against the input's revision, "" for
// what is set now.
func (h *Handlers) previewRestore(p *web.Page, status int, in input, cause error) error {
	id, err := p.ID("change")
	if err != nil {
		return err
	}

	change, err := h.Changes.Get(p.Ctx(), id)
	if err != nil {
		return err
	}

	revision := in.meta["revision"]
	if revision == "" {
		current, err := h.Changes.Current(p.Ctx(), p.Service(h.Platform), change.Section)
		if err != nil {
			return err
		}

		revision = current.Revision
	}

	request, err := h.Changes.RestoreRequest(p.Ctx(), id, revision, "")
	if err != nil {
		return err
	}

	plan, err := h.Changes.Preview(p.Ctx(), p.Service(h.Platform), request)
	if err != nil {
		return h.restoreRefused(p, err, in, id)
	}

	since, err := h.Changes.Since(p.Ctx(), change)
	if err != nil {
		return err
	}

	view := h.reviewView(p, plan, in)
	view.Restores, view.Since, view.Typed = &change, web.List(since), nil
	view.Snippets = snippet.Form{
		Path: []string{"history", strconv.FormatInt(id, 10), "restore"}, Typed: in.typedOf(plan.Current.Section, nil),
		Asked: []string{"reason"}, Optional: snippet.Terms(), Revision: plan.Current.Revision,
	}.Snippets(h.PublicURL)
	view.Action, view.Edit = fmt.Sprintf("/history/%d/restore", id), "/config/"+string(change.Section)
	view.Button = fmt.Sprintf("Restore what was before change %d", id)

	return h.showReview(p, status, withErrors(view, cause))
}

// Restore brings back the values before a change, as a new change. With ?preview=1 it
// says what would change and changes nothing.
func (h *Handlers) Restore(p *web.Page) error {
	previews := p.AsksPreview()

	id, err := p.ID("change")
	if err != nil {
		return err
	}

	f, err := p.Fields()
	if err != nil {
		return h.refused(p, p.Entry(audit.ConfigRestore, "history", ""), err)
	}

	in := meta(f)

	if previews {
		if err := f.Done(); err != nil {
			return err
		}

		return h.previewRestore(p, http.StatusOK, in, nil)
	}

	request, err := h.Changes.RestoreRequest(p.Ctx(), id, in.meta["revision"], in.meta["reason"])
	if err != nil {
		return h.refused(p, p.Entry(audit.ConfigRestore, "history", in.meta["reason"]), err)
	}

	request.Confirm, request.Term = in.meta["confirm"], h.term(f, in)

	if err := f.Done(); err != nil {
		return h.restoreRefused(p, h.refused(p, request.Entry(), err), in, id)
	}

	h.guardAgainstWindows(&request)

	result, err := h.Changes.Apply(p.Ctx(), p.Service(h.Platform), p.Actor(), request)
	h.Monitor.Wake()

	if err != nil {
		return h.restoreRefused(p, err, in, id)
	}

	return h.showResult(p, result, input{})
}

// restoreRefused answers a restore that changed nothing.
func (h *Handlers) restoreRefused(p *web.Page, cause error, in input, id int64) error {
	if conflict, ok := errors.AsType[*changes.ConflictError](cause); ok {
		return h.showConflict(p, conflict, in, &id)
	}

	if p.WantsJSON() || !onlyMeta(cause) {
		return cause
	}

	return h.previewRestore(p, http.StatusUnprocessableEntity, in, cause)
}
