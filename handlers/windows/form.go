package windows

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// Form asks for a window. ?template= and ?window= fill it from a template or from
// another window.
func (h *Handlers) Form(p *web.Page) error {
	zone := p.Preferences().Zone
	if zone == web.ZoneBrowser {
		zone = web.ZoneUTC
	}

	draft, view := maintenance.Draft{TimeZone: zone}, pages.Form{}

	switch {
	case p.QueryParam("template") != "":
		id, err := web.ParseID("window template", p.QueryParam("template"))
		if err != nil {
			return err
		}

		t, err := h.Windows.Template(p.Ctx(), id)
		if err != nil {
			return err
		}

		view.Template, draft = &t, t.Draft(firstDate(t, p.Now))
	case p.QueryParam("window") != "":
		id, err := web.ParseID("maintenance window", p.QueryParam("window"))
		if err != nil {
			return err
		}

		w, err := h.Windows.Get(p.Ctx(), id)
		if err != nil {
			return err
		}

		draft.Plan, draft.TimeZone = w.Plan, w.TimeZone
	}

	return h.showForm(p, http.StatusOK, view, typedDraft(h.withDefaultMatchers(draft)), nil)
}

// firstDate is when a window of a template could start: tomorrow at the next full hour,
// or the first date of its rule from then on.
func firstDate(t maintenance.Template, now time.Time) time.Time {
	at := now.AddDate(0, 0, 1).Truncate(time.Hour).Add(time.Hour)

	rule, err := calendar.ParseRule(t.Recurrence)
	if err != nil {
		return at
	}

	dates, err := rule.Next(at, t.TimeZone, 1)
	if err != nil || len(dates) == 0 {
		return at
	}

	return dates[0].StartsAt
}

// FormAgain shows the form with what was typed, for whoever comes back from the review.
func (h *Handlers) FormAgain(p *web.Page) error {
	p.LookAhead()

	f, err := read(p)
	if err != nil {
		return err
	}

	f.windowEdit("", p.Now)

	err = f.Done()
	if f.IsForm() { // in which nothing need be right yet
		err = ops.Invalid(forbidden(err))
	}

	if err != nil {
		return err
	}

	p.PushURL(newPath)

	return h.showForm(p, http.StatusOK, pages.Form{}, f.Form(), nil)
}

// forbidden are the fields that the form does not have, or has once, or that are not text.
func forbidden(cause error) (out []ops.FieldError) {
	for _, e := range ops.FieldErrors(cause) {
		if slices.Contains([]string{"extra_forbidden", "duplicate", "string_unicode"}, e.Type) {
			out = append(out, e)
		}
	}

	return out
}

// showWindowForm draws the form of a window with what was typed, and what is wrong with it.
func (h *Handlers) showForm(p *web.Page, status int, view pages.Form, typed url.Values, cause error) error {
	wrong := web.Sort(cause, has)
	view.Problem, view.Way = wrong.Problem, wrong.Way

	var err error
	if view.Fields, err = h.windowFields(p.Ctx(), typed, wrong.Fields); err != nil {
		return err
	}

	times := func(name string) components.MomentInput {
		in := momentInput(name, typed.Get(name), typed.Get(name+web.ChoiceSuffix), typed.Get("time_zone"), p.Now, cause)
		in.Error = wrong.Fields[name]

		return in
	}

	view.StartsAt, view.EndsAt = times("starts_at"), times("ends_at")
	view.Reason, view.Confirmed = typed.Get("reason"), typed.Get("confirm")
	view.Following = typed.Get("scope") == string(maintenance.Following)
	view.RequestID, view.Now = p.RequestID(), p.Now

	shell := h.Shell(p, "maintenance", "Announce a window")
	if view.Window != nil {
		shell.Title, shell.Events = "Change "+view.Window.Title, live.EventsOf(formKind, view.Window.ID)
	}

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.FormPage(shell, view)})
}
