package webhooks

import (
	"net/http"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/webhooks"
)

// Deliveries lists what was sent to webhooks.
func (h *Handlers) Deliveries(p *web.Page) error {
	typed := pages.DeliveryFilter{
		Webhook: p.QueryParam("webhook"), Window: p.QueryParam("window"), State: p.QueryParam("state"), Event: p.QueryParam("event"),
		Cursor: p.QueryParam("cursor"),
	}
	q := p.Query()
	filter := webhooks.Filter{
		Webhook: q.Number("webhook"), Window: q.Number("window"),
		State:  webhooks.State(q.OneOf("state", web.Strings(webhooks.States()))),
		Event:  maintenance.EventKind(q.OneOf("event", append(web.Strings(h.Webhooks.Offered()), string(webhooks.TestEvent)))),
		Cursor: q.Text("cursor"), Limit: q.Limit(),
	}

	typed.Errors = q.Errors
	view := pages.Deliveries{Items: []webhooks.Delivery{}, Filter: typed, Now: p.Now}

	view.Offered = h.Webhooks.Offered()

	status, err := q.Refused()
	if err != nil {
		return err
	}

	if status == 0 {
		found, err := h.Webhooks.Deliveries(p.Ctx(), filter)
		if err != nil {
			return err
		}

		if view.Total, err = h.Webhooks.CountDeliveries(p.Ctx(), filter); err != nil {
			return err
		}

		view.Items = web.List(found.Items)
		view.Next = web.When(found.Next != "", found.Next)
	}

	return p.Answer(web.Answer{
		Status: status, Data: view, Full: pages.DeliveriesPage(h.Shell(p, "maintenance", "Deliveries"), view),
	})
}

// Delivery shows one delivery with every attempt.
func (h *Handlers) Delivery(p *web.Page) error {
	d, err := h.Webhooks.Delivery(p.Ctx(), ops.Clip(p.Param("id")))
	if err != nil {
		return err
	}

	view := pages.Delivery{Delivery: d, Now: p.Now}

	return p.Answer(web.Answer{Data: view, Full: pages.DeliveryPage(h.Shell(p, "maintenance", "Delivery"), view)})
}

// Redeliver sends a delivery once more.
func (h *Handlers) Redeliver(p *web.Page) error {
	f, err := p.Fields()
	if err != nil {
		return err
	}

	if err := f.Done(); err != nil {
		return err
	}

	d, err := h.Webhooks.Redeliver(p.Ctx(), p.Actor(), ops.Clip(p.Param("id")))

	switch e := ops.AsError(err); {
	case err == nil:
		return sendDelivery(p, d)
	case e.Code != ops.CodeConflict || p.WantsJSON():
		return err
	}

	if d, err = h.Webhooks.Delivery(p.Ctx(), ops.Clip(p.Param("id"))); err != nil {
		return err
	}

	view := pages.Delivery{Delivery: d, Problem: "Nothing is sent: the webhook is turned off or deleted.", Now: p.Now}

	return p.Draw(http.StatusConflict, pages.DeliveryPage(h.Shell(p, "maintenance", "Delivery"), view))
}
