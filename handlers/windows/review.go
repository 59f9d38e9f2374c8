package windows

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	settingsview "github.com/graph-olap/opsconsole/templates/settings"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// reviewPath is where a window that is to be announced is looked at, newPath where it is filled in.
const (
	reviewPath = "/maintenance/windows/review"
	newPath    = "/maintenance/windows/new"
)

// ReviewAgain leads whoever comes back to a review to the form: what is typed is in no address, and
// the page's script fills it in if it still has it.
func (h *Handlers) ReviewAgain(p *web.Page) error { return p.SeeOther(newPath) }

// Review shows what announcing a window would come to, and asks why.
func (h *Handlers) Review(p *web.Page) error {
	p.LookAhead()

	f, err := read(p)
	if err != nil {
		return err
	}

	edit, notes := f.windowEdit("", p.Now)

	return h.showWindowReview(p, http.StatusOK, f, draftOf(edit), notes, nil)
}

// showWindowReview draws the review, or the form again when the draft cannot be meant.
// Cause is what is wrong with what the review itself asks for.
func (h *Handlers) showWindowReview(
	p *web.Page, status int, f fields, draft maintenance.Draft, notes []string, cause error,
) error {
	err := f.Done()
	if err == nil {
		var preview maintenance.Preview
		if preview, err = h.Windows.Preview(p.Ctx(), draft); err == nil {
			return h.drawWindowReview(p, status, f, preview, notes, cause)
		}
	}

	return h.formRefused(p, pages.Form{}, f, withNotes(err, notes))
}

// formRefused shows the form again with what is wrong.
func (h *Handlers) formRefused(p *web.Page, view pages.Form, f fields, cause error) error {
	return p.Refused(cause, has, func(status int, _ web.Wrong) error {
		return h.showForm(p, status, view, f.Form(), cause)
	})
}

func (h *Handlers) drawWindowReview(
	p *web.Page, status int, f fields, preview maintenance.Preview, notes []string, cause error,
) error {
	errs := web.Sort(cause, has).Fields
	view := pages.Review{
		Preview:   preview,
		Announced: announce.Of(preview.Window, nil, p.Now, h.PublicURL.JoinPath("announcements")),
		StartNow:  !preview.Window.StartsAt.After(p.Now),
		Reason:    f.Form().Get("reason"), ReasonError: errs["reason"], Confirmed: f.Form().Get("confirm"), ConfirmError: errs["confirm"],
		RequestID: p.RequestID(), Now: p.Now,
	}
	view.Notes = slices.Concat(notes, preview.Notes)
	view.Alerts = h.alertsNow(p.Ctx(), preview.Window)

	pin(f.Form(), preview.Window)

	for name := range f.Form() {
		if name != "reason" && name != "confirm" {
			view.Typed = append(view.Typed, settingsview.TypedField{Name: name, Value: f.Form().Get(name)})
		}
	}

	var err error
	if view.Settings, err = h.settingsOf(p.Ctx(), preview.Window); err != nil {
		return err
	}

	if view.Effects, err = h.effectsOf(p, preview.Window); err != nil {
		return err
	}

	if view.Snippets, err = h.windowSnippet(preview); err != nil {
		return err
	}

	if status == http.StatusOK {
		p.PushURL(reviewPath)
	}

	return p.Answer(web.Answer{
		Status: status, Data: view, Full: pages.ReviewPage(h.Shell(p, "maintenance", "Review: "+preview.Window.Title), view),
	})
}

// effectsOf say what a window would come to as things are now.
func (h *Handlers) effectsOf(p *web.Page, w maintenance.Window) ([]components.Line, error) {
	lines := startEffects(w)

	for _, section := range ops.Sections() {
		values, set := w.Settings[section.Name]
		if !set {
			continue
		}

		known, err := h.Changes.Known(p.Ctx(), section.Name)
		if err != nil {
			return nil, err
		}

		plan, err := h.Changes.Preview(p.Ctx(), p.Service(h.Platform), changes.Request{
			Section: section.Name, Revision: known.Revision, Values: values, Source: changes.SourceSchedule,
		})
		if err != nil { // it is refused or not when its time has come
			lines = append(lines, components.Line{
				State: components.Unknown, Text: section.Title + ": its effects cannot be determined right now.",
			})

			continue
		}

		lines = append(lines, components.EffectLines(plan.Effects)...)
	}

	return components.WorstFirst(web.List(lines)), nil
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
	}{w.Plan, w.StartsAt, w.EndsAt, w.TimeZone, w.Recurrence, web.When(preview.Confirm != "", h.Environment.Name)})
	if err != nil {
		return nil, err
	}

	object := strings.TrimSuffix(strings.TrimSpace(body.String()), "\n}")
	s := components.Snippet{Language: components.Curl}
	s.Textf("curl -X POST %s \\\n  -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json'",
		h.PublicURL.JoinPath("maintenance", "windows"))
	s.Once()
	s.Textf(" \\\n  -d '%s,\n  \"reason\": ", strings.ReplaceAll(object, "'", `'\''`))
	s.Field("reason", ops.KindText, "")
	s.Textf("\n}'")

	return []components.Snippet{s}, nil
}
