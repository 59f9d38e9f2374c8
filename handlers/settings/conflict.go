package settings

import (
	"fmt"
	"net/http"

	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/settings"
)

// showConflict shows original, theirs and yours, and what to go on with: a form, or the
// restore of the change that restores names.
func (h *Handlers) showConflict(p *web.Page, conflict *changes.ConflictError, in input, restores *int64) error {
	e := ops.AsError(conflict)
	view := pages.Conflict{
		Meta:     pages.ConflictMeta{RequestID: p.RequestID()},
		Error:    pages.ConflictError{Code: e.Code, Message: e.Message, Details: e.Details},
		Original: conflict.Original, Theirs: conflict.Theirs, Yours: conflict.Yours, Revision: conflict.Revision,
		Section: conflict.Section.Name, Title: conflict.Section.Title, Fields: conflict.Section.Fields,
		Change: conflict.By, Reason: in.meta["reason"], Now: p.Now,
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
			Field: field, Typed: components.Raw(merged[field.Name]), Current: conflict.Theirs[field.Name],
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
