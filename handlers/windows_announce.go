package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/leases"
	"github.com/graph-olap/opsconsole/templates/settings"
	"github.com/graph-olap/opsconsole/templates/windows"
)

// windowForm asks for a window. ?template= and ?window= fill it from a template or from
// another window.
func (h *Handlers) windowForm(p *page) error {
	zone := p.preferences().Zone
	if zone == zoneBrowser {
		zone = zoneUTC
	}

	draft, view := maintenance.Draft{TimeZone: zone}, windows.Form{}

	switch {
	case p.QueryParam("template") != "":
		id, err := readID("window template", p.QueryParam("template"))
		if err != nil {
			return err
		}

		t, err := h.Windows.Template(p.ctx(), id)
		if err != nil {
			return err
		}

		view.Template, draft = &t, t.Draft(firstDate(t, p.now))
	case p.QueryParam("window") != "":
		id, err := readID("maintenance window", p.QueryParam("window"))
		if err != nil {
			return err
		}

		w, err := h.Windows.Get(p.ctx(), id)
		if err != nil {
			return err
		}

		draft.Plan, draft.TimeZone = w.Plan, w.TimeZone
	}

	return h.showWindowForm(p, http.StatusOK, view, typedDraft(draft), nil)
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

// windowFormAgain shows the form with what was typed, for whoever comes back from the review.
func (h *Handlers) windowFormAgain(p *page) error {
	p.looks = true

	f, err := p.fields()
	if err != nil {
		return err
	}

	f.windowEdit("")

	err = f.done()
	if f.isForm() { // in which nothing need be right yet
		err = ops.Invalid(forbidden(err))
	}

	if err != nil {
		return err
	}

	return h.showWindowForm(p, http.StatusOK, windows.Form{}, f.form, nil)
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
func (h *Handlers) showWindowForm(p *page, status int, view windows.Form, typed url.Values, cause error) error {
	errs, problem := beside(cause, windowKnown)
	view.Problem, view.ProblemURL = problem, collision(cause)

	var err error
	if view.Fields, err = h.windowFields(p.ctx(), typed, errs); err != nil {
		return err
	}

	view.Reason, view.Confirmed = typed.Get("reason"), typed.Get("confirm")
	view.Following = typed.Get("scope") == string(maintenance.Following)
	view.RequestID, view.Now = p.requestID(), p.now

	title := "Announce a window"
	if view.Window != nil {
		title = "Change " + view.Window.Title
	}

	return p.answer(answer{
		status: status, data: view, full: windows.FormPage(h.shell(p, "maintenance", title), view),
	})
}

// collision leads to what a window collides with; "" when it does not.
func collision(cause error) string {
	if cause == nil {
		return ""
	}

	details := ops.AsError(cause).Details

	if id, ok := details["window"].(int64); ok {
		return fmt.Sprintf("/maintenance/windows/%d", id)
	}

	if id, ok := details["series"].(int64); ok {
		return fmt.Sprintf("/maintenance/windows?series=%d", id)
	}

	if id, ok := details["lease"].(int64); ok {
		return leases.Path(id)
	}

	return ""
}

// reviewWindow shows what announcing a window would come to, and asks why.
func (h *Handlers) reviewWindow(p *page) error {
	p.looks = true

	f, err := p.fields()
	if err != nil {
		return err
	}

	edit, notes := f.windowEdit("")

	return h.showWindowReview(p, http.StatusOK, f, draftOf(edit), notes, nil)
}

// showWindowReview draws the review, or the form again when the draft cannot be meant.
// Cause is what is wrong with what the review itself asks for.
func (h *Handlers) showWindowReview(
	p *page, status int, f *fields, draft maintenance.Draft, notes []string, cause error,
) error {
	err := f.done()
	if err == nil {
		var preview maintenance.Preview
		if preview, err = h.Windows.Preview(p.ctx(), draft); err == nil {
			return h.drawWindowReview(p, status, f, preview, notes, cause)
		}
	}

	return h.windowRefused(p, windows.Form{}, f, err)
}

// windowRefused shows the form again with what is wrong.
func (h *Handlers) windowRefused(p *page, view windows.Form, f *fields, cause error) error {
	e := ops.AsError(cause)
	if p.wantsJSON() || e.Code == ops.CodeInternal {
		return cause
	}

	return h.showWindowForm(p, e.Code.HTTPStatus(), view, f.form, cause)
}

func (h *Handlers) drawWindowReview(
	p *page, status int, f *fields, preview maintenance.Preview, notes []string, cause error,
) error {
	errs, _ := beside(cause, windowKnown)
	view := windows.Review{
		Preview:   preview,
		Announced: announce.Of(preview.Window, p.now, h.PublicURL.JoinPath("announcements")),
		StartNow:  !preview.Window.StartsAt.After(p.now),
		Reason:    f.form.Get("reason"), ReasonError: errs["reason"], Confirmed: f.form.Get("confirm"), ConfirmError: errs["confirm"],
		RequestID: p.requestID(), Now: p.now,
	}
	view.Notes = slices.Concat(notes, preview.Notes)

	for name := range f.form {
		if name != "reason" && name != "confirm" {
			view.Typed = append(view.Typed, settings.TypedField{Name: name, Value: f.form.Get(name)})
		}
	}

	var err error
	if view.Settings, err = h.settingsOf(p.ctx(), preview.Window); err != nil {
		return err
	}

	if view.Effects, err = h.effectsOf(p, preview.Window); err != nil {
		return err
	}

	if view.Snippets, err = h.windowSnippet(preview); err != nil {
		return err
	}

	return p.answer(answer{
		status: status, data: view, full: windows.ReviewPage(h.shell(p, "maintenance", "Review: "+preview.Window.Title), view),
	})
}

// effectsOf say what a window would come to as things are now.
func (h *Handlers) effectsOf(p *page, w maintenance.Window) ([]components.Line, error) {
	lines := startEffects(w)

	for _, section := range ops.Sections() {
		values, set := w.Settings[section.Name]
		if !set {
			continue
		}

		known, err := h.Changes.Known(p.ctx(), section.Name)
		if err != nil {
			return nil, err
		}

		plan, err := h.Changes.Preview(p.ctx(), h.service(p), changes.Request{
			Section: section.Name, Revision: known.Revision, Values: values, Source: changes.SourceSchedule,
		})
		if err != nil { // it is refused or not when its time has come
			lines = append(lines, components.Line{State: components.Unknown, Text: section.Title + ": what follows cannot be told now."})

			continue
		}

		for _, effect := range plan.Effects {
			lines = append(lines, components.Line{State: components.Warn, Text: effect})
		}
	}

	return list(lines), nil
}

// windowSnippet is what the form would send.
func (h *Handlers) windowSnippet(preview maintenance.Preview) ([]components.Snippet, error) {
	w := preview.Window

	var body bytes.Buffer

	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")

	err := encoder.Encode(struct {
		maintenance.Plan

		StartsAt   time.Time `json:"starts_at"`
		EndsAt     time.Time `json:"ends_at"`
		TimeZone   string    `json:"time_zone"`
		Recurrence *string   `json:"recurrence"`
		Confirm    *string   `json:"confirm,omitempty"`
	}{w.Plan, w.StartsAt, w.EndsAt, w.TimeZone, w.Recurrence, when(preview.Confirm != "", h.Environment.Name)})
	if err != nil {
		return nil, err
	}

	object := strings.TrimSuffix(strings.TrimSpace(body.String()), "\n}")
	text := fmt.Sprintf("curl -X POST %s \\\n  -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n"+
		"  -d '%s,\n  \"reason\": ",
		h.PublicURL.JoinPath("maintenance", "windows"), strings.ReplaceAll(object, "'", `'\''`))

	return []components.Snippet{{Language: components.Curl, Parts: []components.SnippetPart{
		{Text: text}, {Text: `""`, Field: "reason", Kind: ops.KindText}, {Text: "\n}'"},
	}}}, nil
}

// announceWindow announces a window. A form comes here from its review.
func (h *Handlers) announceWindow(p *page) error {
	f, err := p.fields()
	if err != nil {
		return err
	}

	edit, notes := f.windowEdit("")
	draft := draftOf(edit)

	var w maintenance.Window

	if err = f.done(); err == nil {
		w, err = h.Windows.Announce(p.ctx(), h.service(p), p.actor(), draft)
		h.Monitor.Changed()
	}

	switch {
	case err != nil && !p.wantsJSON() && onlyAsides(ops.FieldErrors(err)):
		return h.showWindowReview(p, ops.CodeValidationFailed.HTTPStatus(), f, draft, notes, err)
	case err != nil:
		return h.windowRefused(p, windows.Form{}, f, err)
	default:
		return p.window(http.StatusCreated, w)
	}
}

// window answers an act on a window.
func (p *page) window(status int, w maintenance.Window) error {
	path := fmt.Sprintf("/maintenance/windows/%d", w.ID)

	if !p.wantsJSON() {
		return p.seeOther(path)
	}

	if status == http.StatusCreated {
		p.Response().Header().Set("Location", path)
	}

	return p.json(status, w)
}
