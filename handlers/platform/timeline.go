package platform

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/timerange"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/platform"
)

// statusChangesShown is how many changes of a status the health page lists.
const statusChangesShown = 50

// healthOver is the health with what the console saw of it before.
func (h *Handlers) healthOver(
	ctx context.Context, s *monitor.Snapshot, now time.Time, r timerange.Range,
) (pages.Health, error) {
	view := h.withDatabase(healthView(s, now), s)
	view.Audit, view.Backup = h.auditLog(now), h.backup(now)

	if err := h.latencies(ctx, &view, r, now); err != nil {
		return view, err
	}

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
	view.Timeline = timeline(slices.Concat(view.Own, view.Components), slices.Concat(own, spans), view, r, now)

	return view, nil
}

// latencySeries are those of the last hour.
func latencySeries(view pages.Health) map[string]monitor.Series {
	out := map[string]monitor.Series{}
	for _, c := range slices.Concat(view.Own, view.Components) {
		out[monitor.LatencyOf(keptAs(c))] = c.Latency
	}

	return out
}

// latencies has the view show how long components took to answer over a time: of the last hour alone,
// while the console's own database cannot be read.
func (h *Handlers) latencies(ctx context.Context, view *pages.Health, r timerange.Range, now time.Time) error {
	var l lines

	missing, err := h.optional(func() (err error) {
		l, err = h.lines(ctx, r, now, latencySeries(*view))

		return err
	})
	if missing {
		l.from, l.until = r.Times(now)
		l.series = latencySeries(*view)
	}

	view.From, view.Until, view.StepSeconds = l.from, l.until, l.seconds()
	view.CSV = csvAddress("/health.csv", r.Values())

	for _, list := range [][]pages.Component{view.Own, view.Components} {
		for i, c := range list {
			list[i].LatencyShown = l.series[monitor.LatencyOf(keptAs(c))]
		}
	}

	return err
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
	components []pages.Component, spans []monitor.StatusSpan, view pages.Health, r timerange.Range, now time.Time,
) *pages.Timeline {
	line := &pages.Timeline{
		Reach: reach(r), From: view.From, Until: view.Until,
		Components: []pages.TimelineRow{}, Changes: []pages.StatusChange{},
	}

	for _, c := range components {
		row := pages.TimelineRow{Title: c.Title, Name: c.Name, Spans: []monitor.StatusSpan{}}

		var (
			before  *monitor.StatusSpan
			changed []pages.StatusChange
		)

		for _, s := range spans {
			if s.Component != keptAs(c) || s.Since.After(line.Until) {
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
