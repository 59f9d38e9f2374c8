package leases

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/internal/monitor"
	pages "github.com/graph-olap/opsconsole/templates/leases"
)

// Views are what of the list follows the monitor, as its query selects.
func (h *Handlers) Views() []live.View {
	return []live.View{{Page: "leases", Element: pages.ListRegion, Params: []string{"state", "before", "limit"}, Of: h.leasesOf}}
}

// kind begins the name of the live page of a temporary change.
const kind = "lease"

// Objects are the temporary changes, each of which has a page.
func (h *Handlers) Objects() []live.Object {
	return []live.Object{{
		Kind: kind, Element: pages.Region, Draw: h.drawLease,
		Exists: func(ctx context.Context, id int64) error {
			_, err := h.Changes.Lease(ctx, id)

			return err
		},
	}}
}

func (h *Handlers) leasesOf(values url.Values) (live.Draw, error) {
	query, err := queryOf(values)

	return func(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
		view, err := h.leasesView(ctx, query, now)

		return pages.ListLive(view), err
	}, err
}

func (h *Handlers) drawLease(id int64) live.Draw {
	return func(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
		view, err := h.leaseView(ctx, id, now)

		return pages.Live(view), err
	}
}
