package platform

import (
	"cmp"
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
	view := h.withDatabase(healthView(s, now), s)
	view.Audit, view.Backup = h.auditLog(now), h.backup(now)

	history, err := h.Monitor.History(ctx)
	if err != nil {
		return view, err
	}

	own, spans := history.Own, history.Components
	view.HistoryAsOf = history.AsOf

	for i, c := range view.Own {
		view.Own[i].Availability = availability(own, c, now)
	}

	for i, c := range view.Components {
		view.Components[i].Availability = availability(spans, c, now)
	}

	view.ControlPlane.Availability, view.ConsoleDatabase.Availability = view.Own[0].Availability, view.Own[1].Availability
	view.Timeline = timeline(slices.Concat(view.Own, view.Components), slices.Concat(own, spans), reach, now)

	return view, nil
}

// availability is that of a component in its spans.
func availability(spans []monitor.StatusSpan, c pages.Component, now time.Time) []pages.Availability {
	var out []pages.Availability

	for _, reach := range pages.HealthReaches() {
		from := now.Add(-reach.Duration())
		a := monitor.AvailabilityOf(spans, keptAs(c), from, now)
		out = append(out, pages.Availability{
			Reach: reach, UpSeconds: a.Up.Seconds(), SeenSeconds: a.Seen.Seconds(), UnknownSeconds: a.Unknown.Seconds(),
		})
	}

	return out
}

// keptAs is the name that a component's spans have.
func keptAs(c pages.Component) string { return cmp.Or(c.Own, c.Name) }

func timeline(
	components []pages.Component, spans []monitor.StatusSpan, reach pages.Reach, now time.Time,
) *pages.Timeline {
	line := &pages.Timeline{
		Reach: reach, From: now.Add(-reach.Duration()), Until: now,
		Components: []pages.TimelineRow{}, Changes: []pages.StatusChange{},
	}

	for _, c := range components {
		row := pages.TimelineRow{Title: c.Title, Name: c.Name, Spans: []monitor.StatusSpan{}}

		var (
			before  *monitor.StatusSpan
			changed []pages.StatusChange
		)

		for _, s := range spans {
			if s.Component != keptAs(c) {
				continue
			}

			s.Component = c.Name

			if s.Until.After(line.From) {
				row.Spans = append(row.Spans, s)
			}

			if s.Status == monitor.Unknown {
				continue // No change: nobody saw one.
			}

			if before != nil && before.Status != s.Status && s.Since.After(line.From) {
				if last := lastOf(changed); last != nil {
					last.Holds = false
				}

				changed = append(changed, statusChange(c, *before, s))
			}

			if last := lastOf(changed); last != nil {
				last.Lasted = s.Until.Sub(last.At)
				last.Holds = now.Sub(s.Until) <= monitor.GapAfter
			}

			before = &s
		}

		line.Changes = append(line.Changes, changed...)

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

func lastOf(changes []pages.StatusChange) *pages.StatusChange {
	if n := len(changes); n > 0 {
		return &changes[n-1]
	}

	return nil
}

func statusChange(c pages.Component, before, then monitor.StatusSpan) pages.StatusChange {
	change := pages.StatusChange{Title: c.Title, Component: c.Name, At: then.Since, From: before.Status, To: then.Status}

	if unseen := then.Since.Sub(before.Until); unseen > monitor.GapAfter {
		change.Unseen = unseen
	}

	return change
}
