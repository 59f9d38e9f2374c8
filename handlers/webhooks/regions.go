package webhooks

import (
	"context"

	"github.com/graph-olap/opsconsole/handlers/live"
)

// formKind begins the name of the live page of the forms about a webhook.
const formKind = "webhookform"

// Objects are the webhooks, each of which has forms.
func (h *Handlers) Objects() []live.Object {
	return []live.Object{live.Revision(formKind, func(ctx context.Context, id int64) (int64, string, error) {
		e, err := h.Webhooks.Endpoint(ctx, id)

		return e.Revision, e.Stands(), err
	})}
}
