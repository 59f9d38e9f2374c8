package handlers

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
	"github.com/graph-olap/opsconsole/templates/components"
)

// pastShown is how many windows that are over stand on the page of maintenance.
const pastShown = 5

// maintenance shows the windows that run and are to come, and maintenance mode as it is
// now. The windows are there also while the control plane is not.
func (h *Handlers) maintenance(p *page) error {
	now, err := h.windowsNow(p.ctx(), p.now)
	if err != nil {
		return err
	}

	view := templates.Maintenance{WindowsNow: now}

	kept, err := h.Windows.Templates(p.ctx())
	if err != nil {
		return err
	}

	view.Templates = list(kept)
	status := http.StatusOK

	current, err := h.Changes.Current(p.ctx(), h.service(p), ops.SectionMaintenance)

	switch e := ops.AsError(err); {
	case err == nil:
	case p.wantsJSON() || e.Code == ops.CodeInternal:
		return err
	default:
		status, view.ModeProblem = e.Code.HTTPStatus(), e.Message+" Maintenance mode is shown as it was last read."

		if current, err = h.Changes.Known(p.ctx(), ops.SectionMaintenance); err != nil {
			return err
		}
	}

	if view.Config, err = h.configView(p.ctx(), p, current, input{}); err != nil {
		return err
	}

	view.Form.Shut = view.ModeProblem != ""
	shell := h.shell(p, "maintenance", "Maintenance")
	shell.Events = "/events?page=maintenance"

	return p.answer(answer{status: status, data: view, full: templates.MaintenancePage(shell, view)})
}

// windowsNow are the windows that are not over, and the last that are.
func (h *Handlers) windowsNow(ctx context.Context, now time.Time) (templates.WindowsNow, error) {
	view := templates.WindowsNow{Running: []maintenance.Window{}, Upcoming: []maintenance.Window{}, Now: now}

	open, err := h.Windows.Open(ctx)
	if err != nil {
		return view, err
	}

	for _, w := range open {
		if runs(w) {
			view.Running = append(view.Running, w)
		} else {
			view.Upcoming = append(view.Upcoming, w)
		}
	}

	past, err := h.Windows.List(ctx, maintenance.Filter{
		Phases: []maintenance.Phase{maintenance.Completed, maintenance.Cancelled, maintenance.Missed}, Limit: pastShown,
	})
	view.Past, view.MorePast = list(past.Items), past.Next != ""

	return view, err
}

// runs reports whether a window has begun and is not over.
func runs(w maintenance.Window) bool {
	return w.Running() || slices.Contains([]maintenance.Phase{maintenance.Active, maintenance.Verifying, maintenance.Overrun}, w.Phase)
}

func (h *Handlers) drawWindows(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.windowsNow(ctx, now)

	return templates.WindowsLive(view), err
}

// windows lists all windows that the query selects.
func (h *Handlers) windows(p *page) error {
	typed := templates.WindowFilter{
		Phase: p.QueryParam("phase"), Actor: p.QueryParam("actor"), Text: p.QueryParam("text"),
		From: p.QueryParam("from"), Until: p.QueryParam("until"), Cursor: p.QueryParam("cursor"), Series: p.QueryParam("series"),
	}
	q := query{p: p, errs: map[string]string{}}
	filter := maintenance.Filter{
		Actor: q.text("actor"), Text: q.text("text"), From: q.moment("from"), Until: q.moment("until"),
		Series: q.number("series"), Cursor: typed.Cursor, Limit: q.limit(),
	}

	if phase := q.oneOf("phase", texts(maintenance.Phases())); phase != "" {
		filter.Phases = []maintenance.Phase{maintenance.Phase(phase)}
	}

	typed.Errors = q.errs
	view := templates.Windows{Items: []maintenance.Window{}, Filter: typed, Now: p.now}

	if err := q.refusal(); err != nil && p.wantsJSON() {
		return err
	}

	status := ops.CodeValidationFailed.HTTPStatus()

	if len(q.errs) == 0 {
		found, err := h.Windows.List(p.ctx(), filter)
		if err != nil {
			return err
		}

		if view.Total, err = h.Windows.Count(p.ctx(), filter); err != nil {
			return err
		}

		status, view.Items = http.StatusOK, list(found.Items)
		view.Next = when(found.Next != "", found.Next)
	}

	return p.answer(answer{
		status: status, data: view, full: templates.WindowsPage(h.shell(p, "maintenance", "Maintenance windows"), view),
	})
}

// settingsOf is what a window sets, field by field: against what was there before it,
// where it has set it, else against what was last seen.
func (h *Handlers) settingsOf(ctx context.Context, w maintenance.Window) ([]templates.WindowSettings, error) {
	var leases []lease.Lease

	if w.ID != 0 {
		var err error
		if leases, err = h.Windows.Leases(ctx, w.ID); err != nil {
			return nil, err
		}
	}

	var out []templates.WindowSettings

	for _, section := range ops.Sections() {
		set, wanted := w.Settings[section.Name]
		if !wanted || section.Name == ops.SectionMaintenance {
			continue
		}

		known, err := h.Changes.Known(ctx, section.Name)
		if err != nil {
			return nil, err
		}

		before := known.Values

		for _, l := range leases {
			if l.Section == section.Name {
				before = l.Before
			}
		}

		var differences []ops.Difference

		for _, f := range section.Fields {
			if after, ok := set[f.Name]; ok {
				differences = append(differences, ops.Difference{Field: f, Before: before[f.Name], After: after})
			}
		}

		out = append(out, templates.WindowSettings{Title: section.Title, Differences: differences})
	}

	return out, nil
}

// startEffects say what starting a window comes to.
func startEffects(w maintenance.Window) []components.Line {
	if !w.MaintenanceMode {
		return nil
	}

	return []components.Line{{
		State: components.Warn,
		Text:  "Nobody can create an instance while it is on, and who tries reads the message. What runs goes on, and can be ended.",
	}}
}

// text is a text that a database can look for.
func (q *query) text(name string) string {
	value := q.p.QueryParam(name)
	if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
		q.errs[name] = "That is not text."

		return ""
	}

	return value
}
