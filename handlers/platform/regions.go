package platform

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/internal/monitor"
	pages "github.com/graph-olap/opsconsole/templates/platform"
)

// Regions are what of these pages follows the monitor.
func (h *Handlers) Regions() []live.Region {
	return []live.Region{
		{Page: "overview", Element: pages.OverviewRegion, Draw: h.drawOverview},
		{Page: "health", Element: pages.HealthRegion, Draw: h.drawHealth},
		{Page: "capacity", Element: pages.CapacityRegion, Draw: h.drawCapacity},
		{Page: "jobs", Element: pages.JobsRegion, Draw: h.drawJobs},
		{Page: "exports", Element: pages.ExportsRegion, Draw: h.drawExports},
	}
}

func (h *Handlers) drawOverview(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.overviewView(ctx, s, now)

	return pages.OverviewLive(view), err
}

func (h *Handlers) drawHealth(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.healthOver(ctx, s, now, pages.HealthReaches()[0])

	return pages.HealthLive(view), err
}

func (h *Handlers) drawCapacity(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.capacityOver(ctx, s, now, ownersShown, pages.CapacityReaches()[0])

	return pages.CapacityLive(view), err
}

func (h *Handlers) drawJobs(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.jobsView(ctx, s, now)

	return pages.JobsLive(view), err
}

func (h *Handlers) drawExports(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.exportsView(ctx, s, now, liveExports())

	return pages.ExportsLive(view), err
}
