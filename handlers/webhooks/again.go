package webhooks

import (
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	pages "github.com/graph-olap/opsconsole/templates/webhooks"
)

// CreatedAgain answers a webhook that was added once more, with its secret while it is that.
func (h *Handlers) CreatedAgain(p *web.Page, act audit.Entry) error {
	e, secret, err := h.Webhooks.Again(p.Ctx(), act)
	if err != nil {
		return err
	}

	return h.showCreated(p, e, secret)
}

// UpdatedAgain answers a change of a webhook once more.
func (h *Handlers) UpdatedAgain(p *web.Page, act audit.Entry) error {
	e, _, err := h.Webhooks.Again(p.Ctx(), act)
	if err != nil {
		return err
	}

	return sendWebhook(p, e, pages.Path(e.ID))
}

// ActedAgain answers once more what was done about a webhook.
func (h *Handlers) ActedAgain(p *web.Page, act audit.Entry) error {
	if act.Action == audit.WebhookTest {
		return h.RedeliveredAgain(p, act)
	}

	e, secret, err := h.Webhooks.Again(p.Ctx(), act)

	switch {
	case err != nil:
		return err
	case act.Action == audit.WebhookRotateSecret:
		return h.showRotated(p, e, secret)
	default:
		return sendWebhook(p, e, listPath)
	}
}

// RedeliveredAgain answers once more what was set on its way.
func (h *Handlers) RedeliveredAgain(p *web.Page, act audit.Entry) error {
	d, err := h.Webhooks.DeliveryAgain(p.Ctx(), act)
	if err != nil {
		return err
	}

	return sendDelivery(p, d)
}
