package record

import (
	"context"
	"slices"
	"strconv"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/record"
)

// History lists the changes that the query selects.
func (h *Handlers) History(p *web.Page) error {
	if led, err := p.FixTimes("from", "until"); led {
		return err
	}

	q := p.Query()
	typed := pages.HistoryFilter{
		Text: q.Search(), Section: p.QueryParam("section"), Actor: q.Text("actor"), Field: q.Text("field"),
		Source: p.QueryParam("source"), Outcome: p.QueryParam("outcome"),
		From: p.QueryParam("from"), Until: p.QueryParam("until"), Moments: p.FilterMoments("from", "until"),
	}
	filter := changes.Filter{
		Text: typed.Text, Section: ops.SectionName(q.OneOf("section", sectionNames())), Actor: typed.Actor, Field: typed.Field,
		Source:  changes.Source(q.OneOf("source", web.Strings(changes.Sources()))),
		Outcome: changes.Outcome(q.OneOf("outcome", []string{"pending", "applied", "failed", "unknown"})),
		From:    q.Time("from"), Until: q.Time("until"), Before: q.Cursor(), Limit: q.Limit(),
	}
	typed.Before, typed.Errors = filter.Before, q.Errors

	view := pages.History{Items: []changes.Change{}, Unreviewed: []int64{}, Filter: typed, Tickets: h.Tickets, Now: p.Now}

	status, err := q.Refused()
	if err != nil {
		return err
	}

	if status == 0 {
		found, err := h.Changes.History(p.Ctx(), filter)
		if err != nil {
			return err
		}

		if view.Total, view.Cut, err = h.Changes.CountWithin(p.Ctx(), filter); err != nil {
			return err
		}

		view.Cut = view.Cut || found.Cut

		view.Items, view.Next = web.List(found.Items), web.Next(found.Next)

		if view.Unreviewed, err = h.unreviewed(p.Ctx()); err != nil {
			return err
		}
	}

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.HistoryPage(h.Shell(p, "history", "History"), view), Kept: true})
}

// unreviewed are the numbers of the changes from outside that nobody has decided about.
func (h *Handlers) unreviewed(ctx context.Context) ([]int64, error) {
	outside, err := h.Changes.Unreviewed(ctx)

	ids := make([]int64, 0, len(outside))
	for _, c := range outside {
		ids = append(ids, c.ID)
	}

	return ids, err
}

// Change shows one change.
func (h *Handlers) Change(p *web.Page) error {
	id, err := p.ID("change")
	if err != nil {
		return err
	}

	change, err := h.Changes.Get(p.Ctx(), id)
	if err != nil {
		return err
	}

	section, err := ops.SectionOf(change.Section)
	if err != nil {
		return err
	}

	view := pages.ChangeDetail{
		Change: change, Differences: section.Diff(change.Before, change.After),
		Title: section.Title, Fields: section.Fields, Tickets: h.Tickets, Now: p.Now,
	}

	outside, err := h.unreviewed(p.Ctx())
	if err != nil {
		return err
	}

	view.Unreviewed = slices.Contains(outside, id)

	held, err := h.Changes.Values(p.Ctx(), change.Section)

	switch {
	case err != nil:
		return err
	case change.Open():
		view.NotRestorable = "It is not known yet whether it took effect."
	case change.Outcome != changes.Applied:
		view.NotRestorable = "It had no effect, so there is nothing to restore."
	case len(section.Diff(held, change.Before)) == 0:
		view.NotRestorable = "The values from before it are set again."
	}

	shell := h.Shell(p, "history", "Change "+strconv.FormatInt(id, 10))

	return p.Answer(web.Answer{Data: view, Full: pages.ChangePage(shell, view), Kept: true})
}

func sectionNames() []string {
	names := make([]string, 0, len(ops.Sections()))
	for _, s := range ops.Sections() {
		names = append(names, string(s.Name))
	}

	return names
}
