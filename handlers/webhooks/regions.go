package webhooks

import (
	"context"

	"github.com/graph-olap/opsconsole/handlers/live"
	pages "github.com/graph-olap/opsconsole/templates/webhooks"
)

// formKind begins the name of the live page of the form that changes a webhook.
const formKind = "webhookform"

// Objects are the webhooks, each of which has a form.
func (h *Handlers) Objects() []live.Object {
	return []live.Object{live.Revision(formKind, func(ctx context.Context, id int64) (int64, string, error) {
		e, err := h.Webhooks.Endpoint(ctx, id)

		return e.Revision, pages.Stands(e), err
	})}
}
