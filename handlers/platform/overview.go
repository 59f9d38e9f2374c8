package platform

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Overview sums the platform up.
func (h *Handlers) Overview(p *web.Page) error {
	view, err := h.overviewView(p.Ctx(), h.Monitor.Snapshot(), p.Now)
	if err != nil {
		return err
	}

	shell := h.Shell(p, "overview", "Overview")
	shell.Events = live.Events("overview")

	return p.Answer(web.Answer{Data: view, Full: pages.OverviewPage(shell, view), Kept: true})
}

func (h *Handlers) overviewView(ctx context.Context, s *monitor.Snapshot, now time.Time) (pages.Overview, error) {
	health := h.withDatabase(healthView(s, now), s)
	view := pages.Overview{
		Freshness: Freshness(s, now), Attention: []components.Line{}, Jobs: []pages.Job{}, Tickets: h.Tickets,
		ControlPlane: health.ControlPlane, ConsoleDatabase: health.ConsoleDatabase, Own: health.Own,
	}

	jobs, err := h.jobsView(ctx, s, now)
	if err != nil {
		return pages.Overview{}, err
	}

	recent, err := h.Changes.History(ctx, changes.Filter{Limit: changes.Recent})
	if err != nil {
		return pages.Overview{}, err
	}

	view.Jobs, view.Changes = jobs.Jobs, web.List(recent.Items)
	lines := []components.Line{}

	if s.Health.Known() {
		view.Health = &pages.OverviewHealth{
			Status: health.Status, LastStatus: health.LastStatus, CheckedAt: *health.CheckedAt, Components: health.Components,
		}
		lines = append(lines, health.Overall)
	}

	if s.Instances.Known() {
		cluster := s.Instances.Value
		view.Capacity = &pages.OverviewCapacity{Limits: cluster.Limits, Used: s.Used, AtLimit: atLimit(cluster)}
		lines = append(lines, asKnown(s, shell.Fresh(s.Instances, now), capacityLine(cluster)))
	}

	if s.Jobs.Known() {
		lines = append(lines, jobs.Overall)
	}

	if s.State.Known() {
		exports, err := h.exportsView(ctx, s, now, liveExports())
		if err != nil {
			return pages.Overview{}, err
		}

		view.Exports = &pages.OverviewExports{ByStatus: exports.ByStatus, Stuck: exports.Stuck}
		lines = append(lines, exports.Overall)
	}

	decide, err := h.undecided(ctx, recent.Items)
	if err != nil {
		return pages.Overview{}, err
	}

	late, err := h.later(ctx, &view)
	if err != nil {
		return pages.Overview{}, err
	}

	next, held, err := h.schedule(ctx)
	if err != nil {
		return pages.Overview{}, err
	}

	view.Next = next
	view.Attention, view.Overall = attention(s, health.ConsoleDatabase, slices.Concat(lines, decide, late, held), view.Freshness)

	return view, nil
}

// undecided are the changes that are not settled, or that somebody has to decide about.
func (h *Handlers) undecided(ctx context.Context, recent []changes.Change) ([]components.Line, error) {
	var lines []components.Line

	for _, change := range recent {
		if change.Open() {
			lines = append(lines, components.Line{
				State: components.Unknown, URL: fmt.Sprintf("/history/%d", change.ID),
				Text: fmt.Sprintf("It is not known yet whether the change to %s took effect.", change.Section),
			})
		}
	}

	outside, err := h.Changes.Unreviewed(ctx)
	if err != nil {
		return nil, err
	}

	for _, change := range outside {
		lines = append(lines, components.Line{
			State: components.Warn, URL: fmt.Sprintf("/history/%d", change.ID),
			Text: fmt.Sprintf("The %s configuration was changed outside this console. "+
				"Keep the change or restore the previous values.", change.Section),
		})
	}

	temporary, err := h.waiting(ctx)

	return append(lines, temporary...), err
}
