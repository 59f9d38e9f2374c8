package windows

import (
	"context"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// windowOf is the window in the path.
func (h *Handlers) windowOf(p *web.Page) (maintenance.Window, error) {
	id, err := p.ID("maintenance window")
	if err != nil {
		return maintenance.Window{}, err
	}

	return h.Windows.Get(p.Ctx(), id)
}

// Show shows one window.
func (h *Handlers) Show(p *web.Page) error {
	w, err := h.windowOf(p)
	if err != nil {
		return err
	}

	view, err := h.windowView(p.Ctx(), w, p.Now)
	if err != nil {
		return err
	}

	shell := h.Shell(p, "maintenance", w.Title)
	shell.Events = live.EventsOf(kind, w.ID)

	return p.Answer(web.Answer{Data: view, Full: pages.Page(shell, view)})
}

// deliveriesShown is how many deliveries stand beside a window.
const deliveriesShown = 10

func (h *Handlers) windowView(ctx context.Context, w maintenance.Window, now time.Time) (pages.Window, error) {
	view := pages.Window{Window: w, Tickets: h.Tickets, Now: now, Way: web.Way(w.ErrorDetails)}

	var err error
	if view.Events, err = h.Windows.EventsOf(ctx, w.ID); err != nil {
		return view, err
	}

	view.Announced = announce.Of(w, view.Events, now, h.PublicURL.JoinPath("announcements"))
	view.Updates = maintenance.Updates(view.Events)

	if view.Settings, err = h.settingsOf(ctx, w); err != nil {
		return view, err
	}

	if view.Acts, err = h.Windows.Acts(ctx, w.ID); err != nil {
		return view, err
	}

	told, err := h.Webhooks.Deliveries(ctx, webhooks.Filter{Window: w.ID, Limit: deliveriesShown})
	if err != nil {
		return view, err
	}

	view.Deliveries = told.Items

	if w.Series != nil {
		open, err := h.Windows.Open(ctx)
		if err != nil {
			return view, err
		}

		for _, other := range open {
			if other.Series != nil && *other.Series == *w.Series && other.Occurrence > w.Occurrence {
				view.Following = append(view.Following, other)
			}
		}
	}

	return view, nil
}
