// Package webhooks shows and changes who is told of windows by a call, and what was sent.
package webhooks

import (
	"net/http"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	pages "github.com/graph-olap/opsconsole/templates/webhooks"
)

// Handlers answers the pages of the webhooks.
type Handlers struct {
	web.Frame

	Webhooks *webhooks.Webhooks
}

// List lists those who are told of windows by a call.
func (h *Handlers) List(p *web.Page) error {
	items, err := h.Webhooks.Endpoints(p.Ctx())
	if err != nil {
		return err
	}

	view := pages.List{Items: web.List(items), Hosts: web.List(h.Webhooks.AllowedHosts), Now: p.Now}

	return p.Answer(web.Answer{Data: view, Full: pages.ListPage(h.Shell(p, "maintenance", "Webhooks"), view)})
}

// endpoint is the webhook in the path.
func (h *Handlers) endpoint(p *web.Page) (webhooks.Endpoint, error) {
	id, err := p.ID("webhook")
	if err != nil {
		return webhooks.Endpoint{}, err
	}

	return h.Webhooks.Endpoint(p.Ctx(), id)
}

// Show shows a webhook and the newest of its log.
func (h *Handlers) Show(p *web.Page) error {
	e, err := h.endpoint(p)
	if err != nil {
		return err
	}

	return h.show(p, http.StatusOK, pages.Webhook{Endpoint: e})
}

// deliveriesShown is how many deliveries stand beside a webhook.
const deliveriesShown = 10

func (h *Handlers) show(p *web.Page, status int, view pages.Webhook) error {
	if view.Secret != "" {
		p.TellAnew()
	}

	filter := webhooks.Filter{Webhook: view.ID, Limit: deliveriesShown}

	found, err := h.Webhooks.Deliveries(p.Ctx(), filter)
	if err != nil {
		return err
	}

	if view.Total, err = h.Webhooks.CountDeliveries(p.Ctx(), filter); err != nil {
		return err
	}

	view.Deliveries, view.Now = found.Items, p.Now

	return p.Answer(web.Answer{
		Status: status, Data: view, Full: pages.Page(h.Shell(p, "maintenance", view.Name), view),
	})
}
