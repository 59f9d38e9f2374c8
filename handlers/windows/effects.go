package windows

import (
	"context"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// settingsOf is what a window sets, field by field: against what was there before it,
// where it has set it, else against what was last seen.
func (h *Handlers) settingsOf(ctx context.Context, w maintenance.Window) ([]pages.Settings, error) {
	var leases []lease.Lease

	if w.ID != 0 {
		var err error
		if leases, err = h.Windows.Leases(ctx, w.ID); err != nil {
			return nil, err
		}
	}

	var out []pages.Settings

	for _, section := range ops.Sections() {
		set, wanted := w.Settings[section.Name]
		if !wanted || section.Name == ops.SectionMaintenance {
			continue
		}

		known, err := h.Changes.Known(ctx, section.Name)
		if err != nil {
			return nil, err
		}

		before := known.Values

		for _, l := range leases {
			if l.Section == section.Name {
				before = l.Before
			}
		}

		var differences []ops.Difference

		for _, f := range section.Fields {
			if after, ok := set[f.Name]; ok {
				differences = append(differences, ops.Difference{Field: f, Before: before[f.Name], After: after})
			}
		}

		out = append(out, pages.Settings{Title: section.Title, Differences: differences})
	}

	return out, nil
}

// startEffects say what starting a window comes to.
func startEffects(w maintenance.Window) (lines []components.Line) {
	if w.MaintenanceMode {
		lines = append(lines, components.Line{
			State: components.Warn,
			Text: "Nobody can create an instance while it is on, and anyone who tries sees the message. " +
				"Running instances keep running and can be ended.",
		})
	}

	return lines
}
