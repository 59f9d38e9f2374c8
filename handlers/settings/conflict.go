package settings

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/settings"
)

// between are the changes that set what differs from what was seen, newest first: the section's
// last change may be of another field.
func (h *Handlers) between(ctx context.Context, conflict *changes.ConflictError) ([]changes.Change, error) {
	var fields []string
	for _, d := range conflict.Section.Diff(conflict.Original, conflict.Theirs) {
		fields = append(fields, d.Field.Name)
	}

	by, err := h.Changes.SetBy(ctx, changes.Current{Section: conflict.Section, Values: conflict.Theirs}, fields)

	list := slices.SortedFunc(maps.Values(by), func(a, b changes.Change) int { return cmp.Compare(b.ID, a.ID) })

	return slices.CompactFunc(list, func(a, b changes.Change) bool { return a.ID == b.ID }), err
}

// showConflict shows original, theirs and yours, and what to go on with: a form, or the
// restore of the change that restores names.
func (h *Handlers) showConflict(p *web.Page, conflict *changes.ConflictError, in input, restores *int64) error {
	e := ops.AsError(conflict)
	view := pages.Conflict{
		Meta:     pages.ConflictMeta{RequestID: p.RequestID()},
		Error:    pages.ConflictError{Code: e.Code, Message: e.Message, Details: e.Details},
		Original: conflict.Original, Theirs: conflict.Theirs, Yours: conflict.Yours, Revision: conflict.Revision,
		Section: conflict.Section.Name, Title: conflict.Section.Title, Fields: conflict.Section.Fields,
		Reason: in.meta["reason"], Tickets: h.Tickets, Now: p.Now,
	}

	var err error
	if view.Changes, err = h.between(p.Ctx(), conflict); err != nil {
		return err
	}

	// What was left as it was stays as the other one made it.
	merged := conflict.Yours.Clone()
	for name, original := range conflict.Original {
		if merged[name] == original {
			merged[name] = conflict.Theirs[name]

			in.typed.Del(name)
		}
	}

	for _, field := range conflict.Section.Fields {
		view.Form.Fields = append(view.Form.Fields, pages.FormField{
			Field: field, Typed: components.Raw(field, merged[field.Name]), Current: conflict.Theirs[field.Name],
		})
	}

	view.Form.Section, view.Form.Revision, view.Form.Kept = conflict.Section.Name, conflict.Revision, in.kept()

	view.Form.Snippets = snippet.Section(h.PublicURL, conflict.Section, conflict.Revision, in.typedOf(conflict.Section, merged))

	if restores != nil {
		view.Restore = fmt.Sprintf("/history/%d/restore", *restores)
	}

	shell := h.sectionShell(p, view.Section, view.Title)

	return p.Answer(web.Answer{
		Status: http.StatusConflict, Data: view,
		Full: pages.ConflictPage(shell, view), Fragment: pages.ConflictPanel(view),
	})
}
