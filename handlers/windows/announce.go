package windows

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// Announce announces a window. A form comes here from its review. With ?preview=1 it is the
// review, and changes nothing.
func (h *Handlers) Announce(p *web.Page) error {
	if p.AsksPreview() {
		return h.Review(p)
	}

	f, err := read(p)
	if err != nil {
		return err
	}

	edit, notes := f.windowEdit("", p.Now)
	draft := draftOf(edit)

	var w maintenance.Window

	if err = f.Done(); err == nil {
		w, err = h.Windows.Announce(p.Ctx(), p.Service(h.Platform), p.Actor(), draft)
	}

	switch {
	case err != nil && !p.WantsJSON() && onlyReview(err):
		return h.showWindowReview(p, ops.CodeValidationFailed.HTTPStatus(), f, draft, notes, err)
	case err != nil:
		return h.formRefused(p, pages.Form{}, f, withNotes(err, notes))
	default:
		return sendWindow(p, http.StatusCreated, w)
	}
}

// onlyReview reports whether nothing is wrong but what the review asks for.
func onlyReview(cause error) bool {
	errs := ops.FieldErrors(cause)

	return len(errs) > 0 && !slices.ContainsFunc(errs, func(f ops.FieldError) bool {
		return f.Field != "body.reason" && f.Field != "body.confirm"
	})
}

// sendWindow answers an act on a window.
func sendWindow(p *web.Page, status int, w maintenance.Window) error {
	path := fmt.Sprintf("/maintenance/windows/%d", w.ID)

	if w.Due(p.Now) {
		p.TellAnew()
	}

	if !p.WantsJSON() {
		return p.SeeOther(path)
	}

	if status == http.StatusCreated {
		p.Response().Header().Set("Location", path)
	}

	return p.JSON(status, w)
}
