package templates_test

import (
	"encoding/json"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/leases"
	"github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/record"
	"github.com/graph-olap/opsconsole/templates/session"
	"github.com/graph-olap/opsconsole/templates/settings"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// evil is the text of every field that somebody outside can write: an element that must
// never come out as one.
const evil = `"><evil-element onclick=alert(1)></evil-element><hx-partial hx-target="body">'`

var now = time.Date(2026, 3, 5, 14, 5, 0, 0, time.UTC)

func ago(d time.Duration) *time.Time { return new(now.Add(-d)) }

func fresh() shell.Freshness { return shell.Freshness{AsOf: ago(2 * time.Second), Now: now} }

func stale() shell.Freshness {
	return shell.Freshness{AsOf: ago(6 * time.Minute), Stale: true, StaleReason: evil, Now: now}
}

func neverRead() shell.Freshness {
	return shell.Freshness{Stale: true, StaleReason: evil, Now: now}
}

func anyShell() shell.Shell {
	return shell.Shell{
		Page: "jobs", Title: evil, Path: "/jobs?" + evil,
		Environment: shell.Environment{Name: evil, Color: shell.Red},
		Now:         now, Fresh: fresh(), Events: "/events?page=jobs",
		Trouble:   &shell.Trouble{Text: evil, Meaning: evil, Since: now, URL: "/health"},
		Banner:    &shell.Banner{Active: true, Title: evil, Message: evil, From: &now, Until: &now, URL: "/maintenance"},
		Temporary: []shell.Temporary{{Text: evil, EndsAt: now.Add(time.Hour), URL: "/leases", State: lease.Active}},
		Approvals: &shell.Approvals{Waiting: 2, Broken: []shell.BrokenGlass{{Text: evil, By: evil, At: now, URL: "/approvals/7"}}},
		Notices:   []shell.Notice{{Line: line(), LinkText: evil}},
		Version:   evil,
	}
}

func anyViewer() shell.Viewer {
	return shell.Viewer{
		User:        shell.User{Username: evil, Email: evil, Role: ops.RoleOps},
		Preferences: shell.Preferences{Theme: shell.Dark, Zone: evil},
		Now:         now,
	}
}

func line() components.Line {
	return components.Line{State: components.Warn, Text: evil, URL: "/health"}
}

func samples() monitor.Series {
	const n = 60

	var out monitor.Series

	for i := range n {
		point := monitor.Point{At: now.Add(time.Duration(i-n) * time.Minute)}
		if i%10 != 0 {
			point.Value = new(float64(i))
		}

		out = append(out, point)
	}

	return out
}

func component() platform.Component {
	return platform.Component{
		Name: evil, Status: ops.ComponentUnreachable, LatencyMS: new(812.0), Error: new(evil),
		Since: ago(time.Hour), Latency: samples(), Check: evil,
		Availability: []platform.Availability{{Reach: platform.LastDay, UpSeconds: 86000, SeenSeconds: 86400}, {Reach: platform.LastWeek, UpSeconds: 3, SeenSeconds: 7}, {Reach: platform.LastMonth}},
	}
}

func job() platform.Job {
	return platform.Job{
		Name: ops.JobLifecycle, Description: evil, State: components.Line{State: components.Bad, Text: evil},
		LastSuccess: ago(time.Hour), LastResult: evil, NextRun: ago(time.Minute), Late: true,
		P50: new(0.4), P95: new(48.0), Triggerable: true,
		LastTrigger:   &platform.JobTrigger{By: evil, At: now, Reason: evil},
		CooldownUntil: new(now.Add(40 * time.Second)),
	}
}

func sampleSession(own bool) session.Session {
	return session.Session{
		ID: "S" + evil, Own: own, Username: evil, Role: ops.RoleOps, Issuer: evil, Subject: evil, SignedInAt: now.Add(-time.Hour), LastSeenAt: now,
		IdleAt: now.Add(time.Hour), ExpiresAt: now.Add(11 * time.Hour), Address: evil, UserAgent: evil, Client: evil, OfPerson: 2,
	}
}

func change() changes.Change {
	return changes.Change{
		ID: 48, Section: evil, At: now.Add(-time.Hour), Actor: evil, Reason: evil, Source: evil, Outcome: changes.Unknown,
		Before: ops.Values{"per_analyst": int64(5), "message": evil}, After: ops.Values{"per_analyst": int64(3), "message": ""},
		Fields: []string{"per_analyst", "message"}, Restores: new(int64(46)), RestoredBy: []int64{49}, Error: new(evil),
		RequestID: evil, SettledAt: &now, Since: ago(2 * time.Hour),
	}
}

func fields() []ops.Field {
	return []ops.Field{
		{Name: "per_analyst", Label: evil, Kind: ops.KindInt, Unit: evil, Help: evil, Min: 1, Max: 100},
		{Name: "enabled", Label: "Enabled", Kind: ops.KindBool},
		{Name: "message", Label: "Message", Kind: ops.KindText},
		{Name: "instance.default_ttl", Label: "Time to live", Kind: ops.KindDuration},
	}
}

func form() settings.Form {
	f := settings.Form{
		Section: "concurrency", Revision: evil, Problem: evil,
		Snippets: []components.Snippet{{Language: evil, Parts: []components.SnippetPart{{Text: evil}, {Text: evil, Field: "per_analyst"}}}},
	}
	for _, field := range fields() {
		f.Fields = append(f.Fields, settings.FormField{Field: field, Typed: evil, Current: evil, Error: evil})
	}

	return f
}

func differences() []ops.Difference {
	return []ops.Difference{
		{Field: fields()[0], Before: int64(5), After: int64(3)},
		{Field: fields()[2], Before: evil, After: ""},
		{Field: fields()[3], Before: nil, After: "PT36H"},
	}
}

func review() settings.Review {
	restored := change()

	return settings.Review{
		Section: "concurrency", Title: evil, Revision: evil, Differences: differences(), Effects: []components.Line{line()},
		Restores: &restored, Since: []changes.Change{change()},
		Action: "/config/concurrency", Typed: []settings.TypedField{{Name: evil, Value: evil}}, Edit: "/config/concurrency",
		Reason: evil, ReasonError: evil, Problem: evil, RequestID: evil, Button: evil, Snippets: form().Snippets, Now: now,
		Confirm: evil, Confirmed: evil, ConfirmError: evil,
		Term: components.TermInput{Duration: evil, ConfirmWithin: evil, DurationError: evil, ConfirmWithinError: evil, Until: momentInput()},
	}
}

func config() settings.Config {
	open, restore := change(), change()

	return settings.Config{
		Section: "concurrency", Revision: evil, Title: evil, Current: ops.Values{"message": evil}, Fields: fields(),
		History: []changes.Change{change()}, HistoryTotal: 48, SetBy: evil, SetAt: &now, Open: &open, Restore: &restore,
		Form: form(), Now: now,
	}
}

func conflict() settings.Conflict {
	theirs := change()
	values := ops.Values{"message": evil, "per_analyst": int64(4)}

	return settings.Conflict{
		Error:    settings.ConflictError{Code: ops.CodeConflict, Message: evil},
		Original: ops.Values{}, Theirs: values, Yours: values, Section: "concurrency", Title: evil, Fields: fields(),
		Changes: []changes.Change{theirs}, Form: form(), Reason: evil, Now: now,
	}
}

func overview() platform.Overview {
	return platform.Overview{
		Freshness: stale(), Overall: line(), Attention: []components.Line{line(), line()},
		Health: &platform.OverviewHealth{Components: []platform.Component{component()}},
		Capacity: &platform.OverviewCapacity{
			Limits: ops.Limits{PerAnalyst: 5, ClusterTotal: 60, ClusterUsed: 57, ClusterAvailable: 3}, Used: samples(), AtLimit: 3,
		},
		Jobs:    []platform.Job{job()},
		Exports: &platform.OverviewExports{ByStatus: map[ops.ExportJobStatus]int{ops.ExportFailed: 4}, Stuck: 2},
		Changes: []changes.Change{change()},
	}
}

func timeline() *platform.Timeline {
	return &platform.Timeline{
		Reach: platform.LastWeek, From: now.Add(-platform.LastWeek.Duration()), Until: now, Total: 1204,
		Components: []platform.TimelineRow{
			{Name: evil, Spans: []monitor.StatusSpan{
				{Component: evil, Status: ops.ComponentConnected, Since: now.Add(-30 * 24 * time.Hour), Until: now.Add(-time.Hour)},
				{Component: evil, Status: evil, Since: now.Add(-time.Minute), Until: now},
			}},
			{Name: "kubernetes"},
		},
		Changes: []platform.StatusChange{
			{Component: evil, At: now.Add(-time.Minute), From: ops.ComponentConnected, To: evil, Lasted: time.Minute, Holds: true, Unseen: time.Hour},
		},
	}
}

func capacity() platform.Capacity {
	return platform.Capacity{
		Freshness: fresh(), Overall: line(), Total: 71, Limits: ops.Limits{PerAnalyst: 5, ClusterTotal: 60, ClusterUsed: 57},
		ByStatus: []platform.StatusCount{{Status: evil, Count: 51}},
		ByOwner:  []platform.Owner{{OwnerUsername: evil, Count: 7, Room: -2}, {OwnerUsername: "b", Count: 5}, {OwnerUsername: "c", Count: 1, Room: 4}},
		FullAt:   new(now.Add(time.Hour)), Reach: platform.LastWeek,
		OwnersTotal: 1204, AllOwners: "/capacity?owners=all",
		Used: samples(), ClusterTotal: samples(), From: now.Add(-time.Hour), Until: now,
		Marks: []components.Mark{{At: now.Add(-time.Minute), Text: evil, URL: "/history/48"}},
	}
}

func exports() platform.Exports {
	return platform.Exports{
		Freshness: fresh(), Overall: line(), ByStatus: map[ops.ExportJobStatus]int{ops.ExportFailed: 1204}, Read: 1000, Found: 900,
		Query:   platform.ExportsQuery{Status: ops.ExportFailed, Limit: 250, Page: 2, Search: evil, Sort: platform.ByAttempts},
		Problem: evil,
		Jobs: []platform.ExportJob{{
			ExportJob: ops.ExportJob{
				ID: 7, EntityType: evil, EntityName: evil, Status: evil, ClaimedAt: new(ops.At(now)), ClaimedBy: new(evil), ErrorMessage: new(evil),
			},
			Stuck: evil,
		}},
	}
}

func metrics() platform.Metrics {
	labels := []monitor.Label{{Name: evil, Value: evil}}

	return platform.Metrics{
		Freshness: fresh(), Total: 41, Search: evil, HiddenCreated: 3,
		Unread: []monitor.Unread{{Line: 1204, Text: evil, Reason: evil}}, UnreadTotal: 2,
		Families: []platform.MetricFamily{
			{Name: evil, Help: evil, Type: evil, Moved: samples(), Grows: true, Metrics: []platform.Metric{{Metric: monitor.Metric{Labels: labels, Value: 3}}}},
			{Name: "seconds", Metrics: []platform.Metric{{
				Metric:    monitor.Metric{Labels: labels, Histogram: &monitor.Histogram{Count: 3}},
				Quantiles: &platform.Quantiles{P50: new(0.5)},
			}}},
		},
	}
}

func auditLog() record.Audit {
	return record.Audit{
		Items: []audit.Entry{{
			Seq: 12345, At: now, Actor: evil, Role: evil, RemoteAddr: evil, RequestID: evil, Action: evil, Object: evil,
			Outcome: audit.Refused, Reason: evil, Intent: 12344, Change: 48, Message: evil, Hash: evil,
			Before: json.RawMessage(`{"message":"<evil-element>"}`), After: json.RawMessage(`null`),
		}},
		Next: new(int64(12345)), Total: 12345, Chain: audit.State{UpTo: 12344, At: now, Broken: evil},
		Filter: record.AuditFilter{Actor: evil, Object: evil, From: evil, Before: 5, Errors: map[string]string{"from": evil}},
		Now:    now,
	}
}

func sampleLease(state lease.State) lease.Lease {
	return lease.Lease{
		ID: 3, Section: ops.SectionMaintenance, State: state, Actor: evil, Reason: evil, Note: evil, Change: 48,
		Before: ops.Values{"message": evil}, Set: ops.Values{"message": ""}, EndsAt: now.Add(time.Hour),
	}
}

func sampleScheduled(state scheduled.State) scheduled.Change {
	end := now.Add(2 * time.Hour)

	return scheduled.Change{
		ID: 3, Number: 1, Section: "concurrency", State: state, At: now.Add(time.Hour), Actor: evil, Reason: evil, Note: evil,
		Before: ops.Values{"per_analyst": int64(5), "cluster_total": int64(50)}, Set: ops.Values{"per_analyst": int64(9)},
		Kind: lease.Until, EndsAt: &end, CreatedAt: now, ReviewedAt: now,
	}
}

func leaseDetail() leases.Detail {
	l := sampleLease(lease.Active)
	l.EndedAt = ago(time.Hour)

	return leases.Detail{Lease: l, Title: evil, Differences: differences(), Now: now}
}

func point() record.PointDetail {
	failed := change()

	return record.PointDetail{
		PointPlan: changes.PointPlan{
			Point: changes.Point{ID: 1, Name: evil, Actor: evil, Reason: evil, At: now}, Revision: evil, Confirm: evil,
			Sections: []changes.SectionPlan{{Title: evil, State: changes.PointDiffers, Differences: differences(), Error: evil, Change: &failed}},
		},
		Reason: evil, ReasonError: evil, Confirmed: evil, ConfirmError: evil, Problem: evil, RequestID: evil, Now: now,
	}
}
