package leases

import (
	"context"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/leases"
)

// List lists the temporary changes that have not ended, or those in the state that is
// asked for.
func (h *Handlers) List(p *web.Page) error {
	query, err := web.ReadInState(p.QueryParams(), lease.States())
	if err != nil {
		return err
	}

	view, err := h.leasesView(p.Ctx(), query, p.Now)
	if err != nil {
		return err
	}

	shell := h.Shell(p, "leases", "Temporary changes")
	shell.Events = live.EventsFor("leases", query.Values())

	return p.Answer(web.Answer{Data: view, Full: pages.ListPage(shell, view), Kept: true})
}

func (h *Handlers) leasesView(ctx context.Context, q web.InState, now time.Time) (pages.List, error) {
	if q.State == "" {
		open, err := h.Changes.Leases(ctx)

		return pages.List{Items: web.List(open), Tickets: h.Tickets, Now: now}, err
	}

	found, err := h.Changes.LeaseHistory(ctx, lease.Filter{State: lease.State(q.Named()), Before: q.Before, Limit: q.Limit})

	return pages.List{
		Items: web.List(found.Items), Next: web.Next(found.Next), State: q.State, Before: q.Before, Tickets: h.Tickets, Now: now,
	}, err
}

// Show shows one temporary change, over or not.
func (h *Handlers) Show(p *web.Page) error {
	id, err := p.ID("lease")
	if err != nil {
		return err
	}

	view, err := h.leaseView(p.Ctx(), id, p.Now)
	if err != nil {
		return err
	}

	shell := h.Shell(p, "leases", "Temporary change "+strconv.FormatInt(id, 10))
	shell.Events = live.EventsOf(kind, id)

	return p.Answer(web.Answer{Data: view, Full: pages.Page(shell, view)})
}

func (h *Handlers) leaseView(ctx context.Context, id int64, now time.Time) (pages.Detail, error) {
	l, revision, err := h.read(ctx, id)
	if err != nil {
		return pages.Detail{}, err
	}

	section, err := ops.SectionOf(l.Section)
	if err != nil {
		return pages.Detail{}, err
	}

	view := pages.Detail{
		Lease: l, Revision: revision, Title: section.Title, Differences: section.Diff(l.Before, l.Set), Tickets: h.Tickets, Now: now,
	}

	acts, err := h.Changes.LeaseActs(ctx, l)
	if err != nil {
		return pages.Detail{}, err
	}

	view.Acts = web.List(acts)

	ahead, err := h.Changes.LeaseAhead(ctx, l)
	if err != nil {
		return pages.Detail{}, err
	}

	view.Ahead = components.EffectLines(ahead)

	if l.State == lease.Held { // whoever decides has to know about what
		view.SetNow, err = h.setNow(ctx, l)
	}

	return view, err
}

// setNow is what the fields of a lease hold now, and who set them.
func (h *Handlers) setNow(ctx context.Context, l lease.Lease) ([]pages.SetNow, error) {
	known, err := h.Changes.Known(ctx, l.Section)
	if err != nil {
		return nil, err
	}

	by, err := h.Changes.SetBy(ctx, known, l.Fields())
	if err != nil {
		return nil, err
	}

	var out []pages.SetNow

	for _, field := range known.Section.Fields {
		if _, leased := l.Set[field.Name]; !leased {
			continue
		}

		now := pages.SetNow{Label: field.Label, Field: field.Name, Value: known.Values[field.Name]}
		now.Text = components.Value(field, now.Value)

		if change, ok := by[field.Name]; ok {
			now.Change = &change
		}

		out = append(out, now)
	}

	return out, nil
}
