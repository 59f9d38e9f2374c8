package instances

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/instances"
)

// pageName is how the stream's address names the list, kind begins the name of the page of an instance.
const (
	pageName = "instances"
	kind     = "instance"
)

// Views are what of the list is live, as far as the newest instances tell what its query selects.
func (h *Handlers) Views() []live.View {
	return []live.View{{Page: pageName, Element: pages.ListRegion, Params: []string{"owner", "status", "q", "page"}, Of: h.listOf}}
}

func (h *Handlers) listOf(values url.Values) (live.Draw, error) {
	q := web.ReadQuery(values)
	query := queryOf(q)

	return func(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
		newest, err := h.Newest.At(ctx, s.At)
		if err != nil { // the top of every page tells of a control plane that does not answer
			return nil, live.ErrSnapshot
		}

		found, known := newest.Select(selected(query))
		if !known {
			return nil, live.ErrSnapshot
		}

		view := pages.List{Items: []ops.Instance{}, PageSize: pages.PageSize, Query: query, Now: now}

		return pages.ListLive(filled(view, found)), nil
	}, q.Err()
}

// Objects are the instances, of which each has a page. Who may be among them only the control plane knows, which is not asked.
func (h *Handlers) Objects() []live.Object {
	return []live.Object{{
		Kind: kind, Element: pages.Region, Draw: h.drawInstance,
		Exists: func(context.Context, int64) error { return nil },
	}}
}

func (h *Handlers) drawInstance(id int64) live.Draw {
	return func(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
		newest, err := h.Newest.At(ctx, s.At)
		if err != nil {
			return nil, live.ErrSnapshot
		}

		instance, known, err := newest.Get(id)

		switch {
		case !known:
			return nil, live.ErrSnapshot
		case err != nil:
			return pages.Gone(id), nil //nolint:nilerr // the page says that it is gone
		default:
			return pages.Live(h.detail(now, instance)), nil
		}
	}
}
