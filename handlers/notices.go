package handlers

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
	"github.com/graph-olap/opsconsole/templates/components"
)

// noticeParam names the change that the page before came to; the notice is made from
// the change, so the address can be sent to others and tells no lies.
const noticeParam = "changed"

func (h *Handlers) notices(p *page) []templates.Notice {
	id, err := strconv.ParseInt(p.QueryParam(noticeParam), 10, 64)
	if err != nil || p.who.Username == "" {
		return nil
	}

	change, err := h.Changes.Get(p.ctx(), id)
	if err != nil {
		return nil
	}

	return []templates.Notice{changeNotice(change)}
}

func changeNotice(change changes.Change) templates.Notice {
	notice := templates.Notice{
		Line:     components.Line{URL: fmt.Sprintf("/history/%d", change.ID)},
		LinkText: fmt.Sprintf("Change %d", change.ID),
	}

	switch change.Outcome {
	case changes.Applied:
		notice.State, notice.Text = components.OK, "Changed, and read back."
	case changes.Failed:
		notice.State, notice.Text = components.Bad, "Not changed. "+*change.Error
	case changes.Pending, changes.Unknown:
		notice.State = components.Unknown
		notice.Text = "Whether it was changed is not known yet: the values are read back until it is."
	}

	return notice
}

// openWindows are the numbers of the windows that are not over.
func (h *Handlers) openWindows(ctx context.Context) map[int64]bool {
	windows, err := h.Windows.Open(ctx)
	if err != nil {
		h.Logger.ErrorContext(ctx, "the maintenance windows could not be read", "error", err)
	}

	open := map[int64]bool{}
	for _, w := range windows {
		open[w.ID] = true
	}

	return open
}

// temporary are the changes that go back by themselves.
func (h *Handlers) temporary(ctx context.Context) []templates.Temporary {
	leases, err := h.Changes.Leases(ctx)
	if err != nil {
		h.Logger.ErrorContext(ctx, "the temporary changes could not be read", "error", err)

		return nil
	}

	var out []templates.Temporary

	told := h.openWindows(ctx)

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

		out = append(out, templates.Temporary{
			Text: strings.Join(parts, ", "), EndsAt: lease.EndsAt, State: lease.State, URL: templates.LeasePath(lease.ID),
		})
	}

	return out
}
