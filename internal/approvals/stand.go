package approvals

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
)

// gone is how an object stands that is not there any more.
const gone = "gone"

// StandOf says how objects stand, by their names in the audit log. What cannot change under a
// review, such as a job, always stands alike.
func StandOf(c *changes.Changes, w *maintenance.Windows, h *webhooks.Webhooks) func(context.Context, string) (string, error) {
	return func(ctx context.Context, object string) (string, error) {
		kind, name := object, ""
		if i := strings.LastIndexByte(object, '/'); i >= 0 {
			kind, name = object[:i], object[i+1:]
		}

		stand, err := stand(ctx, c, w, h, kind, name)
		if err != nil && ops.AsError(err).Code == ops.CodeNotFound {
			return gone, nil
		}

		return stand, err
	}
}

func stand(
	ctx context.Context, c *changes.Changes, w *maintenance.Windows, h *webhooks.Webhooks, kind, name string,
) (string, error) {
	id, _ := strconv.ParseInt(name, 10, 64)

	switch {
	case kind == "config":
		current, err := c.Known(ctx, ops.SectionName(name))

		return current.Revision, err
	case id == 0: // it is to be made, or is none that has a number
		return "", nil
	case kind == "points":
		return sections(ctx, c)
	case kind == "leases":
		l, err := c.Lease(ctx, id)
		if err != nil {
			return "", err
		}

		revision, err := c.LeaseRevision(ctx, l)

		return strconv.FormatInt(revision, 10), err
	case kind == "scheduled":
		s, err := c.ScheduledChange(ctx, id)
		if err != nil {
			return "", err
		}

		revision, err := c.ScheduledRevision(ctx, s)

		return strconv.FormatInt(revision, 10), err
	case kind == "history":
		change, err := c.Get(ctx, id)

		return fmt.Sprint(change.Kept != nil, change.RestoredBy), err
	case kind == "maintenance/windows":
		window, err := w.Get(ctx, id)

		return strconv.FormatInt(window.Revision, 10), err
	case kind == "maintenance/templates":
		_, err := w.Template(ctx, id)

		return "", err
	case kind == "webhooks":
		endpoint, err := h.Endpoint(ctx, id)

		return strconv.FormatInt(endpoint.Revision, 10), err
	default:
		return "", nil
	}
}

// sections are the revisions of all.
func sections(ctx context.Context, c *changes.Changes) (string, error) {
	var out []string

	for _, section := range ops.Sections() {
		current, err := c.Known(ctx, section.Name)
		if err != nil {
			return "", err
		}

		out = append(out, current.Revision)
	}

	return strings.Join(out, ","), nil
}
