package handlers

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	webhooksview "github.com/graph-olap/opsconsole/templates/webhooks"
)

// webhooks lists those who are told of windows by a call.
func (h *Handlers) webhooks(p *page) error {
	items, err := h.Webhooks.Endpoints(p.ctx())
	if err != nil {
		return err
	}

	view := webhooksview.List{Items: list(items), Hosts: list(h.Webhooks.AllowedHosts), Now: p.now}

	return p.answer(answer{data: view, full: webhooksview.ListPage(h.shell(p, "maintenance", "Webhooks"), view)})
}

// texts takes every value of a field that may stand more than once, an array in JSON.
func (f *fields) texts(name string) (values []string) {
	if f.isForm() {
		f.taken[name] = true

		return f.form[name]
	}

	if raw := f.raw(name); raw != nil && json.Unmarshal(raw, &values) != nil {
		f.refuse(name, "array_type", "must be an array of texts")
	}

	return values
}

func (f *fields) events() []maintenance.EventKind {
	events := []maintenance.EventKind{}
	for _, name := range f.texts("events") {
		events = append(events, maintenance.EventKind(name))
	}

	return events
}

// webhookKnown reports whether the form of a webhook has a field of that name.
func webhookKnown(name string) bool {
	return slices.Contains([]string{"name", "kind", "url", "events", "enabled", "reason"}, name)
}

// webhookForm asks for a webhook.
func (h *Handlers) webhookForm(p *page) error {
	return h.showWebhookForm(p, http.StatusOK, webhooksview.Form{Kind: webhooks.Generic, Enabled: true}, nil)
}

func (h *Handlers) showWebhookForm(p *page, status int, view webhooksview.Form, cause error) error {
	view.Errors, view.Problem = beside(cause, webhookKnown)
	view.Hosts, view.RequestID, view.Now = list(h.Webhooks.AllowedHosts), p.requestID(), p.now

	return p.answer(answer{
		status: status, data: view, full: webhooksview.FormPage(h.shell(p, "maintenance", "Webhook"), view),
	})
}

// webhookRefused shows the form again with what was typed.
func (h *Handlers) webhookRefused(p *page, view webhooksview.Form, f *fields, cause error) error {
	e := ops.AsError(cause)
	if p.wantsJSON() || e.Code == ops.CodeInternal {
		return cause
	}

	view.Name, view.URL, view.Reason = f.form.Get("name"), f.form.Get("url"), f.form.Get("reason")
	view.Events, view.Enabled = f.events(), f.form.Has("enabled")

	if view.Webhook == nil {
		view.Kind = webhooks.Kind(f.form.Get("kind"))
	}

	return h.showWebhookForm(p, e.Code.HTTPStatus(), view, cause)
}

// createWebhook adds a webhook. The answer has its secret, this once.
func (h *Handlers) createWebhook(p *page) error {
	f, err := p.fields()
	if err != nil {
		return err
	}

	draft := webhooks.Draft{
		Name: f.text("name"), Kind: webhooks.Kind(f.text("kind")), URL: f.text("url"), Events: f.events(), Reason: f.text("reason"),
		Enabled: f.yes("enabled"),
	}
	if !f.isForm() { // on, unless it says otherwise
		draft.Enabled = draft.Enabled || !f.given("enabled")
	}

	var (
		created webhooks.Endpoint
		secret  string
	)

	if err = f.done(); err == nil {
		created, secret, err = h.Webhooks.Create(p.ctx(), p.actor(), draft)
	}

	if err != nil {
		return h.webhookRefused(p, webhooksview.Form{}, f, err)
	}

	// Not a redirect: what is shown once must be in this answer.
	p.Response().Header().Set("Location", webhooksview.Path(created.ID))

	return h.showWebhook(p, http.StatusCreated, webhooksview.Webhook{Endpoint: created, Secret: secret})
}

// endpoint is the webhook in the path.
func (h *Handlers) endpoint(p *page) (webhooks.Endpoint, error) {
	id, err := p.id("webhook")
	if err != nil {
		return webhooks.Endpoint{}, err
	}

	return h.Webhooks.Endpoint(p.ctx(), id)
}

// webhook shows a webhook and the newest of its log.
func (h *Handlers) webhook(p *page) error {
	e, err := h.endpoint(p)
	if err != nil {
		return err
	}

	return h.showWebhook(p, http.StatusOK, webhooksview.Webhook{Endpoint: e})
}

func (h *Handlers) showWebhook(p *page, status int, view webhooksview.Webhook) error {
	filter := webhooks.Filter{Webhook: view.ID, Limit: historyShown}

	found, err := h.Webhooks.Deliveries(p.ctx(), filter)
	if err != nil {
		return err
	}

	if view.Total, err = h.Webhooks.CountDeliveries(p.ctx(), filter); err != nil {
		return err
	}

	view.Deliveries, view.Now = found.Items, p.now

	return p.answer(answer{
		status: status, data: view, full: webhooksview.Page(h.shell(p, "maintenance", view.Name), view),
	})
}

// editWebhookForm asks for the changes to a webhook.
func (h *Handlers) editWebhookForm(p *page) error {
	e, err := h.endpoint(p)
	if err != nil {
		return err
	}

	return h.showWebhookForm(p, http.StatusOK, webhooksview.Form{
		Webhook: &e, Name: e.Name, Kind: e.Kind, Events: e.Events, Enabled: e.Enabled,
	}, nil)
}

// updateWebhook changes a webhook: PATCH, or the form, which a browser can only post and
// which leaves the address empty to keep it.
func (h *Handlers) updateWebhook(p *page) error {
	e, err := h.endpoint(p)
	if err != nil {
		return err
	}

	f, err := p.fields()
	if err != nil {
		return err
	}

	name, url, events, enabled := f.text("name"), f.text("url"), f.events(), f.yes("enabled")
	edit := webhooks.Edit{
		Revision: f.number("revision"), Reason: f.text("reason"),
		Name: when(f.given("name"), name), Events: when(f.given("events") || f.isForm(), events),
		URL:     when(f.given("url") && (url != "" || !f.isForm()), url),
		Enabled: when(f.given("enabled") || f.isForm(), enabled),
	}

	after := webhooks.Endpoint{}

	if err = f.done(); err == nil {
		after, err = h.Webhooks.Update(p.ctx(), p.actor(), e.ID, edit)
	}

	switch {
	case err != nil:
		return h.webhookRefused(p, webhooksview.Form{Webhook: &e}, f, err)
	case p.wantsJSON():
		return p.json(http.StatusOK, after)
	default:
		return p.seeOther(webhooksview.Path(e.ID))
	}
}

// webhookActForm asks why a webhook is to go, or to have another secret.
func (h *Handlers) webhookActForm(p *page) error {
	e, err := h.endpoint(p)
	if err != nil {
		return err
	}

	return h.showWebhookAct(p, http.StatusOK, webhooksview.Act{Webhook: e})
}

func (h *Handlers) showWebhookAct(p *page, status int, view webhooksview.Act) error {
	if view.Act = p.Param("act"); view.Act != "delete" && view.Act != "rotate" {
		return ops.NotFound("act", ops.Clip(view.Act))
	}

	view.RequestID, view.Now = p.requestID(), p.now

	return p.answer(answer{
		status: status, data: view, full: webhooksview.ActPage(h.shell(p, "maintenance", view.Webhook.Name), view),
	})
}

// webhookAct sends a test to a webhook, gives it another secret, or deletes it.
func (h *Handlers) webhookAct(p *page) error {
	e, err := h.endpoint(p)
	if err != nil {
		return err
	}

	f, err := p.fields()
	if err != nil {
		return err
	}

	if p.Param("act") == "test" {
		return h.testWebhook(p, e, f)
	}

	reason, secret := f.text("reason"), ""

	switch err = f.done(); {
	case err != nil:
	case p.Param("act") == "delete":
		err = h.Webhooks.Delete(p.ctx(), p.actor(), e.ID, reason)
	case p.Param("act") == "rotate":
		e, secret, err = h.Webhooks.RotateSecret(p.ctx(), p.actor(), e.ID, reason)
	default:
		return ops.NotFound("act", ops.Clip(p.Param("act")))
	}

	switch problem := ops.AsError(err); {
	case err != nil && (p.wantsJSON() || problem.Code == ops.CodeInternal):
		return err
	case err != nil:
		view := webhooksview.Act{Webhook: e, Reason: reason}
		view.Errors, view.Problem = beside(err, webhookKnown)

		return h.showWebhookAct(p, problem.Code.HTTPStatus(), view)
	case secret != "":
		return h.showWebhook(p, http.StatusOK, webhooksview.Webhook{Endpoint: e, Secret: secret})
	case p.wantsJSON():
		return p.json(http.StatusOK, e)
	default:
		return p.seeOther("/maintenance/webhooks")
	}
}

func (h *Handlers) testWebhook(p *page, e webhooks.Endpoint, f *fields) error {
	if err := f.done(); err != nil {
		return err
	}

	d, err := h.Webhooks.Test(p.ctx(), p.actor(), e.ID)
	if err != nil {
		return err
	}

	return p.delivery(d)
}

// delivery answers what was set on its way: the page shows what becomes of it.
func (p *page) delivery(d webhooks.Delivery) error {
	if p.wantsJSON() {
		return p.json(http.StatusAccepted, d)
	}

	return p.seeOther(webhooksview.DeliveryPath(d.ID))
}
