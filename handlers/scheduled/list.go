package scheduled

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/scheduled"
)

// List lists the scheduled changes that may still be made, or those in the state that is asked for.
func (h *Handlers) List(p *web.Page) error {
	query, err := web.ReadInState(p.QueryParams(), scheduled.States())
	if err != nil {
		return err
	}

	view, err := h.listView(p.Ctx(), query, p.Now)
	if err != nil {
		return err
	}

	shell := h.Shell(p, "scheduled", "Scheduled changes")
	shell.Events = live.EventsFor("scheduled", query.Values())

	return p.Answer(web.Answer{Data: view, Full: pages.ListPage(shell, view), Kept: true})
}

func (h *Handlers) listView(ctx context.Context, q web.InState, now time.Time) (pages.List, error) {
	if q.State == "" {
		open, err := h.Changes.Scheduled(ctx)

		return pages.List{Items: web.List(open), Tickets: h.Tickets, Now: now}, err
	}

	found, err := h.Changes.ScheduledHistory(ctx, scheduled.Filter{State: scheduled.State(q.Named()), Before: q.Before, Limit: q.Limit})

	return pages.List{
		Items: web.List(found.Items), Next: web.Next(found.Next), State: q.State, Before: q.Before, Tickets: h.Tickets, Now: now,
	}, err
}

// Show shows one scheduled change, over or not.
func (h *Handlers) Show(p *web.Page) error {
	id, err := p.ID("scheduled change")
	if err != nil {
		return err
	}

	view, err := h.detailView(p.Ctx(), id, p.Now)
	if err != nil {
		return err
	}

	shell := h.Shell(p, "scheduled", "Scheduled change "+strconv.FormatInt(id, 10))
	shell.Events = live.EventsOf(kind, id)

	return p.Answer(web.Answer{Data: view, Full: pages.Page(shell, view)})
}

func (h *Handlers) detailView(ctx context.Context, id int64, now time.Time) (pages.Detail, error) {
	s, revision, err := h.read(ctx, id)
	if err != nil {
		return pages.Detail{}, err
	}

	section, err := ops.SectionOf(s.Section)
	if err != nil {
		return pages.Detail{}, err
	}

	before := ops.Values{}
	for name := range s.Set {
		before[name] = s.Before[name]
	}

	view := pages.Detail{
		Scheduled: s, Revision: revision, Title: section.Title, Differences: section.Diff(before, s.Set), Tickets: h.Tickets, Now: now,
	}

	acts, err := h.Changes.ScheduledActs(ctx, s)
	if err != nil {
		return pages.Detail{}, err
	}

	view.Acts = web.List(acts)

	if s.State == scheduled.Held { // whoever decides has to know about what
		plan, err := h.Changes.ScheduledPlan(ctx, s)
		if err != nil {
			return pages.Detail{}, err
		}

		view.Current = plan.Differences
	}

	return view, nil
}

// read returns a scheduled change with its revision.
func (h *Handlers) read(ctx context.Context, id int64) (s scheduled.Change, revision int64, err error) {
	if s, err = h.Changes.ScheduledChange(ctx, id); err == nil {
		revision, err = h.Changes.ScheduledRevision(ctx, s)
	}

	return s, revision, err
}

// Views are what of the list follows the monitor, as its query selects.
func (h *Handlers) Views() []live.View {
	return []live.View{{Page: "scheduled", Element: pages.ListRegion, Params: []string{"state", "before", "limit"}, Of: h.listOf}}
}

func (h *Handlers) listOf(values url.Values) (live.Draw, error) {
	query, err := web.ReadInState(values, scheduled.States())

	return func(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
		view, err := h.listView(ctx, query, now)

		return pages.ListLive(view), err
	}, err
}

// kind begins the name of the live page of a scheduled change, formKind of the forms that change it.
const (
	kind     = "scheduledchange"
	formKind = "scheduledform"
)

// Objects are the scheduled changes, each of which has a page and forms.
func (h *Handlers) Objects() []live.Object {
	return []live.Object{{
		Kind: kind, Element: pages.Region,
		Draw: func(id int64) live.Draw {
			return func(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
				view, err := h.detailView(ctx, id, now)

				return pages.Live(view), err
			}
		},
		Exists: func(ctx context.Context, id int64) error {
			_, err := h.Changes.ScheduledChange(ctx, id)

			return err
		},
	}, live.Revision(formKind, func(ctx context.Context, id int64) (int64, string, error) {
		s, revision, err := h.read(ctx, id)

		return revision, pages.Stands(s), err
	})}
}
