package windows

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/internal/monitor"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// Regions are what of the page of maintenance follows the windows.
func (h *Handlers) Regions() []live.Region {
	return []live.Region{{Page: "maintenance", Element: pages.RecentRegion, Draw: h.drawWindows}}
}

func (h *Handlers) drawWindows(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.windowsNow(ctx, now)

	return pages.RecentLive(view), err
}

// kind begins the name of the live page of a window, formKind of the forms that change it.
const (
	kind     = "window"
	formKind = "windowform"
)

// Objects are the windows, each of which has a page and a form.
func (h *Handlers) Objects() []live.Object {
	return []live.Object{{
		Kind: kind, Element: pages.Region, Draw: h.drawWindow,
		Exists: func(ctx context.Context, id int64) error {
			_, err := h.Windows.Get(ctx, id)

			return err
		},
	}, live.Revision(formKind, func(ctx context.Context, id int64) (int64, string, error) {
		w, err := h.Windows.Get(ctx, id)

		return w.Revision, pages.Stands(w), err
	})}
}

func (h *Handlers) drawWindow(id int64) live.Draw {
	return func(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
		w, err := h.Windows.Get(ctx, id)
		if err != nil {
			return nil, err
		}

		view, err := h.windowView(ctx, w, now)

		return pages.Live(view), err
	}
}
