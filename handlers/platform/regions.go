package platform

import (
	"context"
	"net/url"
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
		{Page: "jobs", Element: pages.JobsRegion, Draw: h.drawJobs},
	}
}

// Views are what of these pages follows the monitor as their query selects.
func (h *Handlers) Views() []live.View {
	return []live.View{
		{Page: "health", Element: pages.HealthRegion, Params: RangeParams(), Of: h.healthOf},
		{Page: "runs", Element: pages.RunsRegion, Params: []string{"job", "result", "before", "limit"}, Of: h.runsOf},
		{Page: "capacity", Element: pages.CapacityRegion, Params: RangeParams("owners"), Of: h.capacityOf},
		{Page: "exports", Element: pages.ExportsRegion, Params: ExportsParams(), Of: h.exportsOf},
		{Page: "metrics", Element: pages.MetricsRegion, Params: RangeParams("q", "created"), Of: h.metricsOf},
	}
}

func (h *Handlers) drawOverview(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.overviewView(ctx, s, now)

	return pages.OverviewLive(view), err
}

func (h *Handlers) healthOf(query url.Values) (live.Draw, error) {
	r, err := liveRange(query, pages.HealthReaches(), h.Now())

	return func(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
		view, err := h.healthOver(ctx, s, now, r)

		return pages.HealthLive(view), err
	}, err
}

func (h *Handlers) capacityOf(query url.Values) (live.Draw, error) {
	asked, err := capacityQueryOf(query)
	if err == nil {
		asked.Range, err = liveRange(query, pages.CapacityReaches(), h.Now())
	}

	return func(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
		view, err := h.capacityOver(ctx, s, now, asked.owners(), asked.Range)

		return pages.CapacityLive(view), err
	}, err
}

func (h *Handlers) metricsOf(query url.Values) (live.Draw, error) {
	asked, err := metricsQuery(query)
	if err == nil {
		asked.Range, err = liveRange(query, pages.MetricsReaches(), h.Now())
	}

	return func(_ context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
		return pages.MetricsLive(metricsView(s, now, asked)), nil
	}, err
}

func (h *Handlers) drawJobs(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.jobsView(ctx, s, now)

	return pages.JobsLive(view), err
}

func (h *Handlers) exportsOf(values url.Values) (live.Draw, error) {
	query, err := exportsQuery(values)

	return func(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
		view, err := h.exportsView(ctx, s, now, query)

		return pages.ExportsLive(view), err
	}, err
}
