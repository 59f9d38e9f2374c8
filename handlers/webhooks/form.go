package webhooks

import (
	"net/http"
	"slices"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	pages "github.com/graph-olap/opsconsole/templates/webhooks"
)

func eventsOf(f *web.Fields) []maintenance.EventKind {
	events := []maintenance.EventKind{}
	for _, name := range f.Texts("events") {
		events = append(events, maintenance.EventKind(name))
	}

	return events
}

// has reports whether the forms have a field of that name.
func has(name string) bool {
	return slices.Contains([]string{"name", "kind", "url", "events", "enabled", "reason"}, name)
}

// Form asks for a webhook.
func (h *Handlers) Form(p *web.Page) error {
	return h.showForm(p, http.StatusOK, pages.Form{Kind: webhooks.Generic, Enabled: true})
}

func (h *Handlers) showForm(p *web.Page, status int, view pages.Form) error {
	view.Hosts, view.Offered = web.List(h.Webhooks.AllowedHosts), h.Webhooks.Offered()
	view.RequestID, view.Now = p.RequestID(), p.Now

	shell := h.Shell(p, "maintenance", "Webhook")
	if view.Webhook != nil {
		shell.Events = live.EventsOf(formKind, view.Webhook.ID)
	}

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.FormPage(shell, view)})
}

// formRefused shows the form again with what was typed.
func (h *Handlers) formRefused(p *web.Page, view pages.Form, f *web.Fields, cause error) error {
	return p.Refused(cause, has, func(status int, wrong web.Wrong) error {
		view.Errors, view.Problem = wrong.Fields, wrong.Problem
		view.Name, view.URL, view.Reason = f.Form().Get("name"), f.Form().Get("url"), f.Form().Get("reason")
		view.Events, view.Enabled = eventsOf(f), f.Form().Has("enabled")

		if view.Webhook == nil {
			view.Kind = webhooks.Kind(f.Form().Get("kind"))
		}

		return h.showForm(p, status, view)
	})
}

// Create adds a webhook. The answer has its secret, this once.
func (h *Handlers) Create(p *web.Page) error {
	f, err := p.Fields()
	if err != nil {
		return err
	}

	draft := webhooks.Draft{
		Name: f.Text("name"), Kind: webhooks.Kind(f.Text("kind")), URL: f.Text("url"), Events: eventsOf(f), Reason: f.Text("reason"),
		Enabled: f.Bool("enabled"),
	}
	if !f.IsForm() { // on, unless it says otherwise
		draft.Enabled = draft.Enabled || !f.Given("enabled")
	}

	var (
		created webhooks.Endpoint
		secret  string
	)

	if err = f.Done(); err == nil {
		created, secret, err = h.Webhooks.Create(p.Ctx(), p.Actor(), draft)
	}

	if err != nil {
		return h.formRefused(p, pages.Form{}, f, err)
	}

	return h.showCreated(p, created, secret)
}

// showCreated answers a webhook that was added. It is no redirect: what is shown once must be
// in this answer.
func (h *Handlers) showCreated(p *web.Page, e webhooks.Endpoint, secret string) error {
	p.Response().Header().Set("Location", pages.Path(e.ID))
	p.ReplaceURL(pages.Path(e.ID))

	return h.show(p, http.StatusCreated, pages.Webhook{Endpoint: e, Secret: secret})
}

// EditForm asks for the changes to a webhook.
func (h *Handlers) EditForm(p *web.Page) error {
	e, err := h.endpoint(p)
	if err != nil {
		return err
	}

	return h.showForm(p, http.StatusOK, pages.Form{
		Webhook: &e, Name: e.Name, Kind: e.Kind, Events: e.Events, Enabled: e.Enabled,
	})
}

// Update changes a webhook: PATCH, or the form, which a browser can only post and
// which leaves the address empty to keep it.
func (h *Handlers) Update(p *web.Page) error {
	e, err := h.endpoint(p)
	if err != nil {
		return err
	}

	f, err := p.Fields()
	if err != nil {
		return err
	}

	name, url, events, enabled := f.Text("name"), f.Text("url"), eventsOf(f), f.Bool("enabled")
	edit := webhooks.Edit{
		Revision: f.Number("revision"), Reason: f.Text("reason"),
		Name: web.When(f.Given("name"), name), Events: web.When(f.Given("events") || f.IsForm(), events),
		URL:     web.When(f.Given("url") && (url != "" || !f.IsForm()), url),
		Enabled: web.When(f.Given("enabled") || f.IsForm(), enabled),
	}

	after := webhooks.Endpoint{}

	if err = f.Done(); err == nil {
		after, err = h.Webhooks.Update(p.Ctx(), p.Actor(), e.ID, edit)
	}

	if err != nil {
		return h.formRefused(p, pages.Form{Webhook: &e}, f, err)
	}

	return sendWebhook(p, after, pages.Path(e.ID))
}

// sendWebhook answers an act on a webhook, of which the page at the path tells.
func sendWebhook(p *web.Page, e webhooks.Endpoint, path string) error {
	if p.WantsJSON() {
		return p.JSON(http.StatusOK, e)
	}

	return p.SeeOther(path)
}
