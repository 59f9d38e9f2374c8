package leases

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/monitor"
	pages "github.com/graph-olap/opsconsole/templates/leases"
)

// Views are what of the list follows the monitor, as its query selects.
func (h *Handlers) Views() []live.View {
	return []live.View{{Page: "leases", Element: pages.ListRegion, Params: []string{"state", "before", "limit"}, Of: h.leasesOf}}
}

// kind begins the name of the live page of a temporary change, formKind of the forms that change it.
const (
	kind     = "lease"
	formKind = "leaseform"
)

// Objects are the temporary changes, each of which has a page and forms.
func (h *Handlers) Objects() []live.Object {
	return []live.Object{{
		Kind: kind, Element: pages.Region, Draw: h.drawLease,
		Exists: func(ctx context.Context, id int64) error {
			_, err := h.Changes.Lease(ctx, id)

			return err
		},
	}, live.Revision(formKind, func(ctx context.Context, id int64) (int64, string, error) {
		l, revision, err := h.read(ctx, id)

		return revision, pages.Stands(l), err
	})}
}

// read returns a temporary change with its revision.
func (h *Handlers) read(ctx context.Context, id int64) (l lease.Lease, revision int64, err error) {
	if l, err = h.Changes.Lease(ctx, id); err == nil {
		revision, err = h.Changes.LeaseRevision(ctx, l)
	}

	return l, revision, err
}

func (h *Handlers) leasesOf(values url.Values) (live.Draw, error) {
	query, err := web.ReadInState(values, lease.States())

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
