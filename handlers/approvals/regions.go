package approvals

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/monitor"
	pages "github.com/graph-olap/opsconsole/templates/approvals"
)

// pageName is how the list is named, in the navigation and by the stream.
const pageName = "approvals"

// kind begins the name of the live page of an approval, formKind of the forms that decide about it.
const (
	kind     = "approval"
	formKind = "approvalform"
)

// Views are what of the list is live, as its query selects.
func (h *Handlers) Views() []live.View {
	return []live.View{{
		Page: pageName, Element: pages.ListRegion, Params: []string{"state", "before", "limit"},
		Of: func(values url.Values) (live.Draw, error) {
			query, err := queryOf(values)

			return func(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
				view, err := h.listView(ctx, query, now)

				return pages.ListLive(view), err
			}, err
		},
	}}
}

// Objects are the approvals, each of which has a page and forms.
func (h *Handlers) Objects() []live.Object {
	return []live.Object{{
		Kind: kind, Element: pages.Region,
		Exists: func(ctx context.Context, id int64) error {
			_, err := h.Approvals.Get(ctx, id)

			return err
		},
		Draw: func(id int64) live.Draw {
			return func(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
				view, err := h.detailView(ctx, id, now)

				return pages.Live(view), err
			}
		},
	}, live.Revision(formKind, func(ctx context.Context, id int64) (int64, string, error) {
		about, err := h.Approvals.Get(ctx, id)

		return pages.Revision(about), pages.Stands(about), err
	})}
}

// query is what the address asks for.
type query struct{ filter approvals.Filter }

func queryOf(values url.Values) (query, error) {
	q := web.ReadQuery(values)

	return query{approvals.Filter{
		State: approvals.State(q.OneOf("state", web.Strings(approvals.States()))), Before: q.Cursor(), Limit: q.Limit(),
	}}, q.Err()
}

func (q query) values() url.Values {
	values := url.Values{}

	if q.filter.State != "" {
		values.Set("state", string(q.filter.State))
	}

	if q.filter.Before > 0 {
		values.Set("before", strconv.FormatInt(q.filter.Before, 10))
	}

	if q.filter.Limit > 0 {
		values.Set("limit", strconv.Itoa(q.filter.Limit))
	}

	return values
}

func (h *Handlers) listView(ctx context.Context, q query, now time.Time) (pages.List, error) {
	found, err := h.Approvals.List(ctx, q.filter)
	if err != nil {
		return pages.List{}, err
	}

	total, err := h.Approvals.Count(ctx, q.filter)

	return pages.List{
		Total: total, Items: web.List(found.Items), Next: web.Next(found.Next), State: string(q.filter.State), Before: q.filter.Before,
		On: h.Approvals.On(), Tickets: h.Tickets, Now: now,
	}, err
}

func (h *Handlers) detailView(ctx context.Context, id int64, now time.Time) (pages.Detail, error) {
	about, err := h.Approvals.Get(ctx, id)

	view := pages.Detail{Approval: about, Open: about.Open(now), Tickets: h.Tickets, Now: now}
	view.Differences, view.OfSection = differences(about)

	return view, err
}
