package handlers

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/windows"
)

// readID reads the number of a kind of thing.
func readID(kind, text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, ops.NotFound(kind, ops.Clip(text))
	}

	return id, nil
}

// windowOf is the window in the path.
func (h *Handlers) windowOf(p *page) (maintenance.Window, error) {
	id, err := p.id("maintenance window")
	if err != nil {
		return maintenance.Window{}, err
	}

	return h.Windows.Get(p.ctx(), id)
}

// window shows one window.
func (h *Handlers) window(p *page) error {
	w, err := h.windowOf(p)
	if err != nil {
		return err
	}

	view, err := h.windowView(p.ctx(), w, p.now)
	if err != nil {
		return err
	}

	shell := h.shell(p, "maintenance", w.Title)
	shell.Events = fmt.Sprintf("/events?page=%s%d", windowRegion, w.ID)

	return p.answer(answer{data: view, full: windows.Page(shell, view)})
}

func (h *Handlers) windowView(ctx context.Context, w maintenance.Window, now time.Time) (windows.Window, error) {
	view := windows.Window{
		Window: w, Announced: announce.Of(w, now, h.PublicURL.JoinPath("announcements")), Now: now,
	}

	var err error
	if view.Events, err = h.Windows.EventsOf(ctx, w.ID); err != nil {
		return view, err
	}

	if view.Settings, err = h.settingsOf(ctx, w); err != nil {
		return view, err
	}

	told, err := h.Webhooks.Deliveries(ctx, webhooks.Filter{Window: w.ID, Limit: historyShown})
	if err != nil {
		return view, err
	}

	view.Deliveries = told.Items

	if w.Series != nil {
		open, err := h.Windows.Open(ctx)
		if err != nil {
			return view, err
		}

		for _, other := range open {
			if other.Series != nil && *other.Series == *w.Series && other.Occurrence > w.Occurrence {
				view.Following = append(view.Following, other)
			}
		}
	}

	return view, nil
}

// windowRegion begins the name of the live region of a window; its id follows.
const windowRegion = "window-"

func (h *Handlers) drawWindow(id int64) drawFunc {
	return func(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
		w, err := h.Windows.Get(ctx, id)
		if err != nil {
			return nil, err
		}

		view, err := h.windowView(ctx, w, now)

		return windows.Live(view), err
	}
}

// editForm asks for the changes to a window that has not started.
func (h *Handlers) editForm(p *page) error {
	w, err := h.windowOf(p)
	if err != nil {
		return err
	}

	return h.showWindowForm(p, http.StatusOK, editView(w), typedDraft(asDraft(w)), nil)
}

func editView(w maintenance.Window) windows.Form {
	return windows.Form{
		Window:  &w,
		Confirm: "Only needed where maintenance mode goes on, or settings change that are grave.",
	}
}

func asDraft(w maintenance.Window) maintenance.Draft {
	d := maintenance.Draft{Plan: w.Plan, StartsAt: w.StartsAt, EndsAt: w.EndsAt, TimeZone: w.TimeZone}
	put(&d.Recurrence, w.Recurrence)

	return d
}

// updateWindow changes a window that has not started: PATCH, or the form, which a
// browser can only post.
func (h *Handlers) updateWindow(p *page) error {
	p.looks = p.previews()

	w, err := h.windowOf(p)
	if err != nil {
		return err
	}

	f, err := p.fields()
	if err != nil {
		return err
	}

	edit, notes := f.windowEdit(w.TimeZone)
	edit.Scope = maintenance.Scope(f.text("scope"))

	if edit.Revision == 0 { // who names none means the window as it is
		edit.Revision = w.Revision
	}

	if f.isForm() {
		edit = onlyChanged(edit, f, w)
	}

	if p.looks {
		return h.previewEdit(p, w, f, edit, notes)
	}

	after := maintenance.Window{}

	if err = f.done(); err == nil {
		after, err = h.Windows.Update(p.ctx(), h.service(p), p.actor(), w.ID, edit)
		h.Monitor.Wake()
	}

	if err != nil {
		return h.windowRefused(p, editView(w), f, err)
	}

	return p.window(http.StatusOK, after)
}

// previewEdit says what an edit would come to, below the form, and changes nothing.
func (h *Handlers) previewEdit(p *page, w maintenance.Window, f *fields, edit maintenance.Edit, notes []string) error {
	var preview maintenance.Preview

	err := f.done()
	if err == nil {
		preview, err = h.Windows.PreviewEdit(p.ctx(), w.ID, edit)
	}

	preview.Notes = slices.Concat(notes, preview.Notes)

	// Why is asked for by the form, and need not be said yet.
	switch {
	case err != nil:
		return h.windowRefused(p, editView(w), f, err)
	case p.wantsJSON():
		return p.json(http.StatusOK, preview)
	}

	view := editView(w)
	view.Preview = &preview

	return h.showWindowForm(p, http.StatusOK, view, f.form, nil)
}

// onlyChanged leaves of a form, which sends every field, what differs from the window.
func onlyChanged(e maintenance.Edit, f *fields, w maintenance.Window) maintenance.Edit {
	before := typedDraft(asDraft(w))
	same := func(names ...string) bool {
		for _, name := range names {
			if lines(f.typed(name)) != before.Get(name) {
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
	if same("starts_at", "time_zone") {
		e.StartsAt = nil
	}

	if same("ends_at", "time_zone") && e.StartsAt == nil {
		e.EndsAt = nil
	}

	if same("time_zone") {
		e.TimeZone = nil
	}

	if same("recurrence") {
		e.Recurrence = nil
	}

	settings := slices.DeleteFunc(slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(f.form))),
		func(name string) bool { return !strings.HasPrefix(name, settingPrefix) })
	if same(settings...) {
		e.Settings = nil
	}

	return e
}
