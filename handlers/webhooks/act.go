package webhooks

import (
	"net/http"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/webhooks"
)

// listPath is where all webhooks are.
const listPath = "/maintenance/webhooks"

// ActForm asks why a webhook is to go, or to have another secret.
func (h *Handlers) ActForm(p *web.Page) error {
	e, err := h.endpoint(p)
	if err != nil {
		return err
	}

	return h.showAct(p, http.StatusOK, pages.Act{Webhook: e})
}

func (h *Handlers) showAct(p *web.Page, status int, view pages.Act) error {
	if view.Act = p.Param("act"); view.Act != "delete" && view.Act != "rotate" {
		return ops.NotFound("act", ops.Clip(view.Act))
	}

	view.RequestID, view.Now = p.RequestID(), p.Now

	shell := h.Shell(p, "maintenance", view.Webhook.Name)
	shell.Events = live.EventsOf(formKind, view.Webhook.ID)

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.ActPage(shell, view)})
}

// Act sends a test to a webhook, gives it another secret, or deletes it.
func (h *Handlers) Act(p *web.Page) error {
	e, err := h.endpoint(p)
	if err != nil {
		return err
	}

	f, err := p.Fields()
	if err != nil {
		return err
	}

	if p.Param("act") == "test" {
		return h.testWebhook(p, e, f)
	}

	act := webhooks.Act{Revision: f.Number("revision"), Reason: f.Text("reason")}
	after, secret := e, ""

	switch err = f.Done(); {
	case err != nil:
	case p.Param("act") == "delete":
		err = h.Webhooks.Delete(p.Ctx(), p.Actor(), e.ID, act)
	case p.Param("act") == "rotate":
		after, secret, err = h.Webhooks.RotateSecret(p.Ctx(), p.Actor(), e.ID, act)
	default:
		return ops.NotFound("act", ops.Clip(p.Param("act")))
	}

	switch {
	case err != nil:
		return p.Refused(err, has, func(status int, wrong web.Wrong) error {
			return h.showAct(p, status, pages.Act{
				Webhook: e, Reason: act.Reason, Errors: wrong.Fields, Problem: wrong.Problem,
			})
		})
	case secret != "":
		return h.showRotated(p, after, secret)
	default:
		return sendWebhook(p, e, listPath)
	}
}

// showRotated answers a webhook that has another secret.
func (h *Handlers) showRotated(p *web.Page, e webhooks.Endpoint, secret string) error {
	p.ReplaceURL(pages.Path(e.ID))

	return h.show(p, http.StatusOK, pages.Webhook{Endpoint: e, Secret: secret})
}

func (h *Handlers) testWebhook(p *web.Page, e webhooks.Endpoint, f *web.Fields) error {
	if err := f.Done(); err != nil {
		return err
	}

	d, err := h.Webhooks.Test(p.Ctx(), p.Actor(), e.ID)
	if err != nil {
		return err
	}

	return sendDelivery(p, d)
}

// sendDelivery answers what was set on its way: the page shows what becomes of it.
func sendDelivery(p *web.Page, d webhooks.Delivery) error {
	if p.WantsJSON() {
		return p.JSON(http.StatusAccepted, d)
	}

	return p.SeeOther(pages.DeliveryPath(d.ID))
}
