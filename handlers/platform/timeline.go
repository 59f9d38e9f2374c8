package platform

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/platform"
)

// statusChangesShown is how many changes of a status the health page lists.
const statusChangesShown = 50

// reachOf is how far back the page is to look: the first of those offered unless it says.
func reachOf(query url.Values, offered []pages.Reach) (pages.Reach, error) {
	typed := pages.Reach(query.Get("range"))

	switch {
	case typed == "":
		return offered[0], nil
	case slices.Contains(offered, typed):
		return typed, nil
	default:
		return "", ops.Invalid([]ops.FieldError{{
			Field: "query.range", Message: "must be one of " + strings.Join(web.Strings(offered), ", "), Type: "enum",
		}})
	}
}

// healthOver is the health with what the console saw of it before.
func (h *Handlers) healthOver(
	ctx context.Context, s *monitor.Snapshot, now time.Time, reach pages.Reach,
) (pages.Health, error) {
	view := healthView(s, now)

	var spans []monitor.StatusSpan

	missing, err := h.optional(func() (err error) {
		spans, err = h.Monitor.Spans(ctx, now.Add(-monitor.Kept))

		return err
	})
	if missing || err != nil {
		return view, err
	}

	for i, c := range view.Components {
		for _, reach := range pages.HealthReaches() {
			seen := monitor.AvailabilityOf(spans, c.Name, now.Add(-reach.Duration()), now)
			view.Components[i].Availability = append(view.Components[i].Availability, pages.Availability{
				Reach: reach, UpSeconds: seen.Up.Seconds(), SeenSeconds: seen.Seen.Seconds(),
			})
		}
	}

	view.Timeline = timeline(view.Components, spans, reach, now)

	return view, nil
}

func timeline(
	components []pages.Component, spans []monitor.StatusSpan, reach pages.Reach, now time.Time,
) *pages.Timeline {
	line := &pages.Timeline{
		Reach: reach, From: now.Add(-reach.Duration()), Until: now,
		Components: []pages.TimelineRow{}, Changes: []pages.StatusChange{},
	}

	for _, c := range components {
		row := pages.TimelineRow{Name: c.Name, Spans: []monitor.StatusSpan{}}

		var before *monitor.StatusSpan

		for _, s := range spans {
			if s.Component != c.Name {
				continue
			}

			if before != nil && before.Status != s.Status && s.Since.After(line.From) {
				if last := lastOf(line.Changes, c.Name); last != nil {
					last.Holds = false
				}

				line.Changes = append(line.Changes, statusChange(*before, s))
			}

			if last := lastOf(line.Changes, c.Name); last != nil {
				last.Lasted = s.Until.Sub(last.At)
				last.Holds = now.Sub(s.Until) <= monitor.GapAfter
			}

			if s.Until.After(line.From) {
				row.Spans = append(row.Spans, s)
			}

			before = &s
		}

		// A component that nobody set up in all that time has nothing to show.
		if slices.ContainsFunc(row.Spans, func(s monitor.StatusSpan) bool { return s.Status != ops.ComponentNotConfigured }) {
			line.Components = append(line.Components, row)
		}
	}

	slices.SortStableFunc(line.Changes, func(a, b pages.StatusChange) int { return b.At.Compare(a.At) })

	line.Total = len(line.Changes)
	line.Changes = line.Changes[:min(line.Total, statusChangesShown)]

	return line
}

func lastOf(changes []pages.StatusChange, component string) *pages.StatusChange {
	if n := len(changes); n > 0 && changes[n-1].Component == component {
		return &changes[n-1]
	}

	return nil
}

func statusChange(before, then monitor.StatusSpan) pages.StatusChange {
	change := pages.StatusChange{Component: then.Component, At: then.Since, From: before.Status, To: then.Status}

	if unseen := then.Since.Sub(before.Until); unseen > monitor.GapAfter {
		change.Unseen = unseen
	}

	return change
}
