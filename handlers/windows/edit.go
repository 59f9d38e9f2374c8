package windows

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// EditForm asks for the changes to a window that has not started.
func (h *Handlers) EditForm(p *web.Page) error {
	w, err := h.windowOf(p)
	if err != nil {
		return err
	}

	return h.showForm(p, http.StatusOK, editView(w), typedDraft(asDraft(w)), nil)
}

func editView(w maintenance.Window) pages.Form {
	return pages.Form{
		Window:  &w,
		Confirm: "Only needed if maintenance mode is turned on or a setting changes drastically.",
	}
}

func asDraft(w maintenance.Window) maintenance.Draft {
	d := maintenance.Draft{Plan: w.Plan, StartsAt: w.StartsAt, EndsAt: w.EndsAt, TimeZone: w.TimeZone}
	put(&d.Recurrence, w.Recurrence)

	return d
}

// Update changes a window that has not started: PATCH, or the form, which a
// browser can only post.
func (h *Handlers) Update(p *web.Page) error {
	previews := p.AsksPreview()

	w, err := h.windowOf(p)
	if err != nil {
		return err
	}

	f, err := read(p)
	if err != nil {
		return err
	}

	edit, notes := f.windowEdit(w.TimeZone, p.Now)
	edit.Scope = maintenance.Scope(f.Text("scope"))

	if edit.Revision == 0 { // who names none means the window as it is
		edit.Revision = w.Revision
	}

	if f.IsForm() {
		edit = onlyChanged(edit, f, w)
	}

	if previews {
		return h.previewEdit(p, w, f, edit, notes)
	}

	after := maintenance.Window{}

	if err = f.Done(); err == nil {
		after, err = h.Windows.Update(p.Ctx(), p.Service(h.Platform), p.Actor(), w.ID, edit)
	}

	if err != nil {
		return h.formRefused(p, editView(w), f, withNotes(err, notes))
	}

	return sendWindow(p, http.StatusOK, after)
}

// previewEdit says what an edit would come to, below the form, and changes nothing.
func (h *Handlers) previewEdit(p *web.Page, w maintenance.Window, f fields, edit maintenance.Edit, notes []string) error {
	var preview maintenance.Preview

	err := f.Done()
	if err == nil {
		preview, err = h.Windows.PreviewEdit(p.Ctx(), w.ID, edit)
	}

	preview.Notes = slices.Concat(notes, preview.Notes)

	// Why is asked for by the form, and need not be said yet.
	switch {
	case err != nil:
		return h.formRefused(p, editView(w), f, withNotes(err, notes))
	case p.WantsJSON():
		return p.JSON(http.StatusOK, preview)
	}

	view := editView(w)
	view.Preview = &preview

	pin(f.Form(), preview.Window)

	return h.showForm(p, http.StatusOK, view, f.Form(), nil)
}

// onlyChanged leaves of a form, which sends every field, what differs from the window.
func onlyChanged(e maintenance.Edit, f fields, w maintenance.Window) maintenance.Edit {
	before := typedDraft(asDraft(w))
	same := func(names ...string) bool {
		for _, name := range names {
			if lines(f.Text(name)) != before.Get(name) {
				return false
			}
		}

		return true
	}

	if same("title") {
		e.Title = nil
	}

	if same("message") {
		e.Message = nil
	}

	if *e.MaintenanceMode == w.MaintenanceMode {
		e.MaintenanceMode = nil
	}

	// What the clocks show means another moment in another zone.
	if e.StartsAt != nil && e.StartsAt.Equal(w.StartsAt) && same("time_zone") {
		e.StartsAt = nil
	}

	if e.EndsAt != nil && e.EndsAt.Equal(w.EndsAt) && same("time_zone") && e.StartsAt == nil {
		e.EndsAt = nil
	}

	if same("time_zone") {
		e.TimeZone = nil
	}

	if same(alertMatchers) {
		e.AlertMatchers = nil
	}

	if same("recurrence") {
		e.Recurrence = nil
	}

	settings := slices.DeleteFunc(slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(f.Form()))),
		func(name string) bool { return !strings.HasPrefix(name, settingPrefix) })
	if same(settings...) {
		e.Settings = nil
	}

	return e
}
