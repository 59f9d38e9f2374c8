package settings

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/settings"
)

// FieldsParam names the fields that a restore brings back; all where it is not sent.
const FieldsParam = "fields"

// chosen takes the names of the fields to restore, nil for all. A form says by an empty one
// that it has boxes to tick, of which none may be ticked.
func chosen(f *web.Fields) []string {
	names := f.Texts(FieldsParam)
	if len(names) > 0 && f.IsForm() {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "" })
	}

	return names
}

// restoring takes what a restore comes with.
func restoring(f *web.Fields) input {
	in := meta(f)
	in.fields = chosen(f)

	return in
}

// RestoreReview shows what bringing back the values before a change would do.
func (h *Handlers) RestoreReview(p *web.Page) error {
	f, err := p.QueryFields()
	if err != nil {
		return err
	}

	in := restoring(f)
	in.typed = nil
	in.ahead = f

	return h.previewRestore(p, http.StatusOK, in, nil)
}

// restoreRequest is the restore of what was before a change, of the fields that were chosen.
func (h *Handlers) restoreRequest(p *web.Page, id int64, in input) (changes.Request, error) {
	request, err := h.Changes.RestoreRequest(p.Ctx(), id, in.meta["revision"], in.meta["reason"])
	if err == nil && in.fields != nil {
		err = request.Only(in.fields)
	}

	return request, err
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

	if in.meta["revision"] == "" {
		current, err := h.Changes.Current(p.Ctx(), p.Service(h.Platform), change.Section)
		if err != nil {
			return err
		}

		in.meta["revision"] = current.Revision
	}

	// A page on which nothing is ticked shows all that could be.
	none := in.fields != nil && len(in.fields) == 0 && !p.WantsJSON()

	shown := in
	if none {
		shown.fields = nil
	}

	request, err := h.restoreRequest(p, id, shown)
	if err != nil {
		return err
	}

	if in.ahead != nil {
		h.lookAhead(p, in.ahead, in, &request)
	}

	plan, err := h.Changes.Preview(p.Ctx(), p.Service(h.Platform), request)
	if err != nil {
		return h.restoreRefused(p, err, in, id)
	}

	if none {
		plan.Differences, plan.Effects, plan.Confirm = nil, nil, ""
	}

	since, err := h.Changes.Since(p.Ctx(), change)
	if err != nil {
		return err
	}

	return h.showReview(p, status, withErrors(h.restoreView(p, plan, change, since, in), cause))
}

// restoreView is the last look at a restore.
func (h *Handlers) restoreView(
	p *web.Page, plan changes.Plan, change changes.Change, since []changes.Change, in input,
) pages.Review {
	section := plan.Current.Section

	view := h.reviewView(p, plan, in)
	view.Restores, view.Since, view.Typed = &change, web.List(since), nil
	view.Action, view.Edit = fmt.Sprintf("/history/%d/restore", change.ID), "/config/"+string(section.Name)
	view.Button = fmt.Sprintf("Restore the values before change %d", change.ID)

	for _, d := range section.Diff(plan.Current.Values, change.Before) {
		chosen := slices.ContainsFunc(plan.Differences, func(c ops.Difference) bool { return c.Field.Name == d.Field.Name })
		view.Choices = append(view.Choices, components.Selectable{Difference: d, Chosen: chosen})
	}

	form := snippet.Form{
		Path: []string{"history", strconv.FormatInt(change.ID, 10), "restore"}, Typed: in.typedOf(section, nil),
		Asked: []string{"reason"}, Optional: snippet.Terms(), Revision: plan.Current.Revision,
	}

	if len(view.Choices) > 1 {
		view.Button, form.Only = "Restore ticked fields", in.fields
	}

	view.Snippets = form.Snippets(h.PublicURL)

	return view
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

	in := restoring(f)

	if previews {
		if err := f.Done(); err != nil {
			return err
		}

		return h.previewRestore(p, http.StatusOK, in, nil)
	}

	request, err := h.restoreRequest(p, id, in)
	if err != nil {
		return h.restoreRefused(p, h.refused(p, p.Entry(audit.ConfigRestore, "history", in.meta["reason"]), err), in, id)
	}

	request.Confirm = in.meta["confirm"]
	h.when(p, f, in, &request)

	if err := f.Done(); err != nil {
		return h.restoreRefused(p, h.refused(p, request.Entry(), err), in, id)
	}

	h.guardAgainstWindows(&request)

	if !request.At.IsZero() {
		return h.schedule(p, request, func(err error) error { return h.restoreRefused(p, err, in, id) })
	}

	result, err := h.Changes.Apply(p.Ctx(), p.Service(h.Platform), p.Actor(), request)
	web.WakeUnlessRefused(h.Monitor, err)

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

	again := onlyMeta(cause) || in.fields != nil && len(in.fields) == 0
	if p.WantsJSON() || !again || len(ops.FieldErrors(cause)) == 0 {
		return cause
	}

	return h.previewRestore(p, http.StatusUnprocessableEntity, in, cause)
}
