package handlers

import (
	"net/http"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	webhooksview "github.com/graph-olap/opsconsole/templates/webhooks"
)

// deliveries lists what was sent to webhooks.
func (h *Handlers) deliveries(p *page) error {
	typed := webhooksview.DeliveryFilter{
		Webhook: p.QueryParam("webhook"), Window: p.QueryParam("window"), State: p.QueryParam("state"), Event: p.QueryParam("event"),
		Cursor: p.QueryParam("cursor"),
	}
	q := query{p: p, errs: map[string]string{}}
	filter := webhooks.Filter{
		Webhook: q.number("webhook"), Window: q.number("window"),
		State:  webhooks.State(q.oneOf("state", texts(webhooks.States()))),
		Event:  maintenance.EventKind(q.oneOf("event", append(texts(webhooks.Events()), string(webhooks.TestEvent)))),
		Cursor: q.text("cursor"), Limit: q.limit(),
	}

	typed.Errors = q.errs
	view := webhooksview.Deliveries{Items: []webhooks.Delivery{}, Filter: typed, Now: p.now}

	if err := q.refusal(); err != nil && p.wantsJSON() {
		return err
	}

	status := ops.CodeValidationFailed.HTTPStatus()

	if len(q.errs) == 0 {
		found, err := h.Webhooks.Deliveries(p.ctx(), filter)
		if err != nil {
			return err
		}

		if view.Total, err = h.Webhooks.CountDeliveries(p.ctx(), filter); err != nil {
			return err
		}

		status, view.Items = http.StatusOK, list(found.Items)
		view.Next = when(found.Next != "", found.Next)
	}

	return p.answer(answer{
		status: status, data: view, full: webhooksview.DeliveriesPage(h.shell(p, "maintenance", "Deliveries"), view),
	})
}

// deliveryPage shows one delivery with every attempt.
func (h *Handlers) deliveryPage(p *page) error {
	d, err := h.Webhooks.Delivery(p.ctx(), ops.Clip(p.Param("id")))
	if err != nil {
		return err
	}

	view := webhooksview.Delivery{Delivery: d, Now: p.now}

	return p.answer(answer{data: view, full: webhooksview.DeliveryPage(h.shell(p, "maintenance", "Delivery"), view)})
}

// redeliver sends a delivery once more.
func (h *Handlers) redeliver(p *page) error {
	f, err := p.fields()
	if err != nil {
		return err
	}

	if err := f.done(); err != nil {
		return err
	}

	d, err := h.Webhooks.Redeliver(p.ctx(), p.actor(), ops.Clip(p.Param("id")))

	switch e := ops.AsError(err); {
	case err == nil:
		return p.delivery(d)
	case e.Code != ops.CodeConflict || p.wantsJSON():
		return err
	}

	if d, err = h.Webhooks.Delivery(p.ctx(), ops.Clip(p.Param("id"))); err != nil {
		return err
	}

	view := webhooksview.Delivery{Delivery: d, Problem: "Nothing is sent: the webhook is turned off or deleted.", Now: p.now}

	return p.html(http.StatusConflict, webhooksview.DeliveryPage(h.shell(p, "maintenance", "Delivery"), view))
}
