package settings

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/settings"
)

// pageOf is how the stream's address names the page of a section.
func pageOf(name ops.SectionName) string { return "config-" + string(name) }

// Regions are what of the sections' pages follows what is set, and its history.
func (h *Handlers) Regions() []live.Region {
	var regions []live.Region

	for _, section := range ops.Sections() {
		page := pageOf(section.Name)
		regions = append(regions,
			live.Region{Page: page, Element: pages.ConfigNowRegion, Draw: h.drawSection(section.Name, pages.ConfigNow)},
			live.Region{Page: page, Element: pages.ConfigHistoryRegion, Draw: h.drawSection(section.Name, pages.ConfigHistory)})
	}

	return regions
}

// drawSection draws a part of the section's page as it was last seen.
func (h *Handlers) drawSection(name ops.SectionName, part func(pages.Config) templ.Component) live.Draw {
	return func(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
		known, err := h.Changes.Known(ctx, name)
		if err != nil {
			return nil, err
		}

		// What was not asked for yet is as it was last seen, and nothing is wrong with it.
		if !s.ControlPlane.Answers() && s.ControlPlane.Err != "" {
			known.Unread = ops.Unavailable(ops.ServiceControlPlane, s.ControlPlane.Err)
		}

		view, _, err := h.sectionView(ctx, known, now)

		return part(view), err
	}
}
