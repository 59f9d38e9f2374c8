package handlers

import (
	"context"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	leasesview "github.com/graph-olap/opsconsole/templates/leases"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// openWindows are the numbers of the windows that are not over.
func (f *frame) openWindows(ctx context.Context) map[int64]bool {
	windows, err := f.memory.windows.Open(ctx)
	if err != nil {
		f.Logger.ErrorContext(ctx, "the maintenance windows could not be read", "error", err)
	}

	open := map[int64]bool{}
	for _, w := range windows {
		open[w.ID] = true
	}

	return open
}

// temporary are the changes that go back by themselves.
func (f *frame) temporary(ctx context.Context) []shell.Temporary {
	leases, err := f.memory.changes.Leases(ctx)
	if err != nil {
		f.Logger.ErrorContext(ctx, "the temporary changes could not be read", "error", err)

		return nil
	}

	var out []shell.Temporary

	told := f.openWindows(ctx)

	for _, lease := range leases {
		if lease.Holder != nil && told[int64(*lease.Holder)] {
			continue // the banner tells of the window and all that it sets
		}

		section, err := ops.SectionOf(lease.Section)
		if err != nil {
			continue
		}

		var parts []string
		for _, d := range section.Diff(lease.Before, lease.Set) {
			parts = append(parts, d.Field.Label+" "+components.Value(d.Field, d.After))
		}

		out = append(out, shell.Temporary{
			Text: strings.Join(parts, ", "), EndsAt: lease.EndsAt, State: lease.State, Unknown: lease.Unknown,
			URL: leasesview.Path(lease.ID),
		})
	}

	return out
}
