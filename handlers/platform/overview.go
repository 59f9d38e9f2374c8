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

	return p.Answer(web.Answer{Data: view, Full: pages.OverviewPage(shell, view)})
}

func (h *Handlers) overviewView(ctx context.Context, s *monitor.Snapshot, now time.Time) (pages.Overview, error) {
	view := pages.Overview{Freshness: Freshness(s, now), Attention: []components.Line{}, Jobs: []pages.Job{}, Tickets: h.Tickets}

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
		health := healthView(s, now)
		view.Health = &pages.OverviewHealth{
			Status: health.Status, CheckedAt: *health.CheckedAt, Components: health.Components,
		}
		lines = append(lines, health.Overall)
	}

	if s.Instances.Known() {
		cluster := s.Instances.Value
		view.Capacity = &pages.OverviewCapacity{Limits: cluster.Limits, Used: s.Used, AtLimit: atLimit(cluster)}
		lines = append(lines, capacityLine(cluster))
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

	for _, change := range recent.Items {
		if change.Open() {
			lines = append(lines, components.Line{
				State: components.Unknown, URL: fmt.Sprintf("/history/%d", change.ID),
				Text: fmt.Sprintf("Whether the change of %s took effect is not known yet.", change.Section),
			})
		}
	}

	outside, err := h.Changes.Unreviewed(ctx)
	if err != nil {
		return pages.Overview{}, err
	}

	for _, change := range outside {
		lines = append(lines, components.Line{
			State: components.Warn, URL: fmt.Sprintf("/history/%d", change.ID),
			Text: fmt.Sprintf("The %s configuration was changed outside this console. Keep it or restore what was before.", change.Section),
		})
	}

	next, held, err := h.schedule(ctx)
	if err != nil {
		return pages.Overview{}, err
	}

	temporary, err := h.waiting(ctx)
	if err != nil {
		return pages.Overview{}, err
	}

	view.Next, lines = next, append(append(lines, held...), temporary...)
	view.Attention, view.Overall = attention(lines, view.Freshness)

	return view, nil
}

// attention keeps the lines that need a hand, the worst first, and sums them up.
func attention(lines []components.Line, fresh shell.Freshness) ([]components.Line, components.Line) {
	lines = components.WorstFirst(slices.DeleteFunc(lines, func(l components.Line) bool { return !l.State.NeedsLook() }))

	switch {
	case !fresh.Known():
		return lines, notKnown(fresh.StaleReason)
	case len(lines) == 0 && fresh.Stale:
		return lines, components.Line{State: components.Unknown, Text: "All was well when the control plane last answered."}
	case len(lines) == 0:
		return lines, components.Line{State: components.OK, Text: "All is well."}
	default:
		return lines, components.Line{
			State: lines[0].State, Text: countOf(len(lines), "thing needs", "things need") + " a look.",
		}
	}
}
