package settings

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/settings"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// historyShown is how many changes stand beside a form.
const historyShown = 10

// Section shows what is set now, the form and the history beside it.
func (h *Handlers) Section(p *web.Page) error {
	return h.showNow(p, ops.SectionName(p.Param("section")))
}

func (h *Handlers) showNow(p *web.Page, name ops.SectionName) error {
	section, err := ops.SectionOf(name)
	if err != nil {
		return err
	}

	current, err := h.Changes.Latest(p.Ctx(), p.Service(h.Platform), section.Name)
	if err != nil {
		return err
	}

	in, err := typedInAddress(p)
	if err != nil {
		return err
	}

	if current.Unread != nil {
		return h.sectionUnread(p, current, in)
	}

	return h.showSection(p, http.StatusOK, current, in, nil)
}

// unread is the error envelope with what was last read beside it.
type unread struct {
	web.Envelope
	pages.Config
}

// sectionUnread shows what was set when the control plane last answered, and how old that is.
// The status says that what is set now is not known.
func (h *Handlers) sectionUnread(p *web.Page, current changes.Current, in input) error {
	view, err := h.configView(p.Ctx(), p, current, in)
	if err != nil {
		return err
	}

	shell := h.sectionShell(p, current.Section.Name, current.Section.Title)

	return p.Answer(web.Answer{
		Status: current.Unread.Code.HTTPStatus(), Data: unread{p.Envelope(current.Unread), view},
		Full: pages.ConfigPage(shell, view), Fragment: pages.ConfigPanel(view),
	})
}

// showSection draws the section's page with what was typed, if anything was, and what is
// wrong with it, if anything is.
func (h *Handlers) showSection(p *web.Page, status int, current changes.Current, in input, cause error) error {
	view, err := h.configView(p.Ctx(), p, current, in)
	if err != nil {
		return err
	}

	setErrors(&view.Form, cause)

	shell := h.sectionShell(p, current.Section.Name, current.Section.Title)

	return p.Answer(web.Answer{
		Status: status, Data: view, Full: pages.ConfigPage(shell, view), Fragment: pages.ConfigPanel(view), Kept: true,
	})
}

// configView is the section's page with what was typed, if anything was.
func (h *Handlers) configView(ctx context.Context, p *web.Page, current changes.Current, in input) (pages.Config, error) {
	view, recent, err := h.sectionView(ctx, current, p.Now)
	if err != nil {
		return pages.Config{}, err
	}

	view.Form = h.form(current, in)

	// Nobody should change what they cannot see.
	if current.Unread != nil {
		view.Form.Shut = true
		view.Form.Problem = "These are the values as last read. They can be changed once the current values can be read again."

		if web.IsUnanswered(current.Unread) {
			view.Form.Again = p.Request().URL.RequestURI()
		}
	}

	view.Restore, err = h.Changes.Restorable(ctx, current, recent)

	return view, err
}

// View is the section's page with nothing typed.
func (h *Handlers) View(p *web.Page, current changes.Current) (pages.Config, error) {
	return h.configView(p.Ctx(), p, current, input{})
}

// sectionView is what everybody sees alike of a section, and its newest changes.
func (h *Handlers) sectionView(
	ctx context.Context, current changes.Current, now time.Time,
) (view pages.Config, recent changes.Page, err error) {
	name := current.Section.Name

	if recent, err = h.Changes.History(ctx, changes.Filter{Section: name, Limit: historyShown}); err != nil {
		return pages.Config{}, recent, err
	}

	total := len(recent.Items)
	if recent.Next != 0 {
		if total, err = h.Changes.Count(ctx, changes.Filter{Section: name}); err != nil {
			return pages.Config{}, recent, err
		}
	}

	view = pages.Config{
		Freshness: freshness(current, now),
		Section:   name, Revision: current.Revision, Current: current.Values,
		History: web.List(recent.Items), HistoryTotal: total,
		Title: current.Section.Title, Fields: current.Section.Fields,
		Open: current.Open, Tickets: h.Tickets, Now: now,
	}

	if view.Temporary, view.Outside, view.Scheduled, err = h.undecided(ctx, name); err != nil {
		return pages.Config{}, recent, err
	}

	view.Asked = h.Asked("config/" + string(name))

	if current.Last != nil {
		view.SetBy, view.SetAt = current.Last.Actor, &current.Last.At
	}

	return view, recent, nil
}

// freshness is how old what is known of a section is.
func freshness(current changes.Current, now time.Time) shell.Freshness {
	fresh := shell.Freshness{AsOf: web.When(!current.SeenAt.IsZero(), current.SeenAt), Now: now}
	if current.Unread != nil {
		fresh.Stale, fresh.StaleReason = true, web.Sentences(current.Unread.Message)
	}

	return fresh
}

// sectionShell surrounds the pages of a section, on which what is set is live.
func (h *Handlers) sectionShell(p *web.Page, name ops.SectionName, title string) shell.Shell {
	shell := h.Shell(p, string(name), title)
	shell.Events = live.Events(pageOf(name))

	return shell
}

// form holds what was typed, and what is set where nothing was.
func (h *Handlers) form(current changes.Current, in input) pages.Form {
	form := pages.Form{
		Section: current.Section.Name, Revision: cmp.Or(in.meta["revision"], current.Revision), Kept: in.kept(),
	}

	form.Snippets = snippet.Section(h.PublicURL, current.Section, form.Revision, in.typedOf(current.Section, current.Values))

	for _, field := range current.Section.Fields {
		form.Fields = append(form.Fields, pages.FormField{
			Field: field, Typed: in.raw(field, current.Values), Current: current.Values[field.Name],
		})
	}

	return form
}

// setErrors puts what is wrong beside the fields of the form, and the rest above it.
func setErrors(form *pages.Form, cause error) {
	wrong := web.Sort(cause, func(name string) bool {
		return slices.ContainsFunc(form.Fields, func(f pages.FormField) bool { return f.Name == name })
	})

	form.Problem, form.Way = web.Sentences(form.Problem, wrong.Problem), wrong.Way

	for i := range form.Fields {
		form.Fields[i].Error = wrong.Fields[form.Fields[i].Name]
	}
}
