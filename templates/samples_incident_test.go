package templates_test

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/incident"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/asof"
	"github.com/graph-olap/opsconsole/templates/components"
	incidentview "github.com/graph-olap/opsconsole/templates/incident"
)

// incidentItems has one of each kind.
func incidentItems() []incident.Item {
	c := change()
	event := maintenance.Event{Kind: maintenance.EventUpdated, At: now, Actor: evil, Reason: evil, Text: evil}
	event.Window.ID, event.Window.Title = 7, evil
	run := runs.Run{
		ID: 3, Job: ops.JobLifecycle, Result: runs.Failed, Runs: 4, Failures: 3, Error: evil, TriggeredBy: evil, Reason: evil,
		Span: &runs.Span{From: now.Add(-time.Hour), Until: now},
	}

	return []incident.Item{
		{At: now, Kind: incident.State, Status: &monitor.StatusChange{
			Component: evil, At: now, From: ops.ComponentConnected, To: ops.ComponentUnreachable, Since: ago(time.Hour),
		}},
		{At: now, Kind: incident.Change, Change: &c},
		{At: now, Kind: incident.Window, Event: &event},
		{At: now, Kind: incident.Failure, Run: &run},
		{At: now, Kind: incident.Trigger, Entry: &audit.Entry{
			Seq: 9, At: now, Actor: evil, Action: audit.JobTrigger, Object: "jobs/" + evil, Outcome: audit.Done, Reason: evil, Message: evil,
		}},
		{At: now, Kind: incident.SignIn, Entry: &audit.Entry{Seq: 9, At: now, Action: audit.SignIn, Outcome: audit.Refused, Message: evil}},
	}
}

// pageAsItWas has all that a page can have had.
func pageAsItWas() asof.View {
	c := change()
	sampled := &monitor.Sampled{Value: 37, At: now, Seconds: 3600}
	run := runs.Run{ID: 3, Job: ops.JobLifecycle, Result: runs.Failed, Error: evil, EndedAt: &now, StartedAt: &now}

	return asof.View{
		At: now, Path: "/health", Title: evil, Events: incidentItems(), Now: now,
		Section: &asof.Section{Name: "concurrency", Values: c.After, By: &c, Next: &c, Unsure: true, Fields: fields()},
		Components: &[]asof.Component{{
			StatusSpan: monitor.StatusSpan{Component: evil, Status: ops.ComponentSlow, Since: now, Until: now}, LatencyMS: sampled,
		}},
		Capacity: &asof.Capacity{Used: sampled},
		Jobs:     &[]asof.Job{{Name: ops.JobLifecycle, Last: &run}, {Name: ops.JobLifecycle}},
		Exports:  &map[ops.ExportJobStatus]monitor.Sampled{ops.ExportFailed: *sampled},
	}
}

// incidentPage is a time that was cut.
func incidentPage() incidentview.Page {
	v := incidentview.Page{
		From: now.Add(-time.Hour), To: now, Kinds: incident.Kinds()[:1], Next: &now, Now: now,
		Start:  []monitor.StatusSpan{{Component: evil, Status: ops.ComponentSlow, Since: now.Add(-time.Hour), Until: now}},
		Gaps:   []incidentview.Gap{{Kind: incident.State, Before: now, Text: evil}},
		Filter: incidentview.Filter{Kinds: incident.Kinds()[:1], Moments: map[string]components.MomentInput{"from": {Text: evil, Zone: evil}}},
	}

	for _, i := range incidentItems() {
		v.Items = append(v.Items, incidentview.Item{Item: i, Title: incidentview.Say(i).Title})
	}

	return v
}
