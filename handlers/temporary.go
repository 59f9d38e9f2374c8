package handlers

import (
	"context"
	"strings"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	leasesview "github.com/graph-olap/opsconsole/templates/leases"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// temporary are the changes that go back by themselves; open are the windows that are not over.
func (f *frame) temporary(ctx context.Context, open []maintenance.Window) []shell.Temporary {
	leases, err := f.memory.changes.Leases(ctx)
	if err != nil {
		f.Logger.ErrorContext(ctx, "the temporary changes could not be read", "error", err)

		return nil
	}

	var out []shell.Temporary

	for _, lease := range leases {
		if lease.Holder != nil && isAmong(open, int64(*lease.Holder)) {
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
