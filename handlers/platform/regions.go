package platform

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates"
)

// Regions are what of these pages follows the monitor.
func (h *Handlers) Regions() []live.Region {
	return []live.Region{
		{Page: "overview", Element: templates.OverviewRegion, Draw: h.drawOverview},
		{Page: "health", Element: templates.HealthRegion, Draw: h.drawHealth},
		{Page: "capacity", Element: templates.CapacityRegion, Draw: h.drawCapacity},
		{Page: "jobs", Element: templates.JobsRegion, Draw: h.drawJobs},
		{Page: "exports", Element: templates.ExportsRegion, Draw: h.drawExports},
	}
}

func (h *Handlers) drawOverview(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.overviewView(ctx, s, now)

	return templates.OverviewLive(view), err
}

func (h *Handlers) drawHealth(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.healthOver(ctx, s, now, templates.HealthReaches()[0])

	return templates.HealthLive(view), err
}

func (h *Handlers) drawCapacity(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.capacityOver(ctx, s, now, ownersShown, templates.CapacityReaches()[0])

	return templates.CapacityLive(view), err
}

func (h *Handlers) drawJobs(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.jobsView(ctx, s, now)

	return templates.JobsLive(view), err
}

func (h *Handlers) drawExports(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.exportsView(ctx, s, now, liveExports())

	return templates.ExportsLive(view), err
}
