package templates_test

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
	"github.com/graph-olap/opsconsole/templates/components"
)

// evil is the text of every field that somebody outside can write: an element that must
// never come out as one.
const evil = `"><evil-element onclick=alert(1)></evil-element><hx-partial hx-target="body">'`

var now = time.Date(2026, 3, 5, 14, 5, 0, 0, time.UTC)

func ago(d time.Duration) *time.Time { return new(now.Add(-d)) }

func fresh() templates.Freshness { return templates.Freshness{AsOf: ago(2 * time.Second), Now: now} }

func stale() templates.Freshness {
	return templates.Freshness{AsOf: ago(6 * time.Minute), Stale: true, StaleReason: evil, Now: now}
}

func neverRead() templates.Freshness {
	return templates.Freshness{Stale: true, StaleReason: evil, Now: now}
}

func shell() templates.Shell {
	return templates.Shell{
		Page: "jobs", Title: evil, Path: "/jobs?" + evil,
		Environment: templates.Environment{Name: evil, Color: templates.Red},
		User:        templates.User{Username: evil, Email: evil, Role: ops.RoleOps},
		Preferences: templates.Preferences{Theme: templates.Dark, Zone: evil},
		Now:         now, Fresh: fresh(), Events: "/events?page=jobs",
		Banner:    &templates.Banner{Active: true, Title: evil, Message: evil, From: &now, Until: &now, URL: "/maintenance"},
		Temporary: []templates.Temporary{{Text: evil, EndsAt: now.Add(time.Hour), URL: "/leases", State: changes.LeaseActive}},
		Notices:   []templates.Notice{{Line: line(), LinkText: evil}},
		Version:   evil,
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

func component() templates.Component {
	return templates.Component{
		Name: evil, Status: ops.ComponentUnreachable, LatencyMS: new(812.0), Error: new(evil),
		Since: ago(time.Hour), Latency: samples(), Check: evil,
		Availability: []templates.Availability{{Reach: templates.LastDay, UpSeconds: 86000, SeenSeconds: 86400}, {Reach: templates.LastWeek, UpSeconds: 3, SeenSeconds: 7}, {Reach: templates.LastMonth}},
	}
}

func job() templates.Job {
	return templates.Job{
		Name: ops.JobLifecycle, Description: evil, State: components.Line{State: components.Bad, Text: evil},
		LastSuccess: ago(time.Hour), LastResult: evil, NextRun: ago(time.Minute), Late: true,
		P50: new(0.4), P95: new(48.0), Triggerable: true,
		LastTrigger:   &templates.JobTrigger{By: evil, At: now, Reason: evil},
		CooldownUntil: new(now.Add(40 * time.Second)),
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

func form() templates.Form {
	f := templates.Form{
		Section: "concurrency", Revision: evil, Problem: evil,
		Snippets: []components.Snippet{{Language: evil, Parts: []components.SnippetPart{{Text: evil}, {Text: evil, Field: "per_analyst"}}}},
	}
	for _, field := range fields() {
		f.Fields = append(f.Fields, templates.FormField{Field: field, Typed: evil, Current: evil, Error: evil})
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

func review() templates.Review {
	restored := change()

	return templates.Review{
		Section: "concurrency", Title: evil, Revision: evil, Differences: differences(), Effects: []components.Line{line()},
		Restores: &restored, Since: []changes.Change{change()},
		Action: "/config/concurrency", Typed: []templates.TypedField{{Name: evil, Value: evil}}, Edit: "/config/concurrency",
		Reason: evil, ReasonError: evil, Problem: evil, RequestID: evil, Button: evil, Snippets: form().Snippets, Now: now,
		Confirm: evil, Confirmed: evil, ConfirmError: evil,
		Term: templates.TermInput{Duration: evil, Until: evil, ConfirmWithin: evil, DurationError: evil, UntilError: evil, ConfirmWithinError: evil},
	}
}

func config() templates.Config {
	open, restore := change(), change()

	return templates.Config{
		Section: "concurrency", Revision: evil, Title: evil, Current: ops.Values{"message": evil}, Fields: fields(),
		History: []changes.Change{change()}, HistoryTotal: 48, SetBy: evil, SetAt: &now, Open: &open, Restore: &restore,
		Form: form(), Now: now,
	}
}

func conflict() templates.Conflict {
	theirs := change()
	values := ops.Values{"message": evil, "per_analyst": int64(4)}

	return templates.Conflict{
		Error:    templates.ConflictError{Code: ops.CodeConflict, Message: evil},
		Original: ops.Values{}, Theirs: values, Yours: values, Section: "concurrency", Title: evil, Fields: fields(),
		Change: &theirs, Form: form(), Reason: evil, Now: now,
	}
}

func overview() templates.Overview {
	return templates.Overview{
		Freshness: stale(), Overall: line(), Attention: []components.Line{line(), line()},
		Health: &templates.OverviewHealth{Components: []templates.Component{component()}},
		Capacity: &templates.OverviewCapacity{
			Limits: ops.Limits{PerAnalyst: 5, ClusterTotal: 60, ClusterUsed: 57, ClusterAvailable: 3}, Used: samples(), AtLimit: 3,
		},
		Jobs:    []templates.Job{job()},
		Exports: &templates.OverviewExports{ByStatus: map[ops.ExportJobStatus]int{ops.ExportFailed: 4}, Stuck: 2},
		Changes: []changes.Change{change()},
	}
}

func timeline() *templates.Timeline {
	return &templates.Timeline{
		Reach: templates.LastWeek, From: now.Add(-templates.LastWeek.Duration()), Until: now, Total: 1204,
		Components: []templates.TimelineRow{
			{Name: evil, Spans: []monitor.StatusSpan{
				{Component: evil, Status: ops.ComponentConnected, Since: now.Add(-30 * 24 * time.Hour), Until: now.Add(-time.Hour)},
				{Component: evil, Status: evil, Since: now.Add(-time.Minute), Until: now},
			}},
			{Name: "kubernetes"},
		},
		Changes: []templates.StatusChange{
			{Component: evil, At: now.Add(-time.Minute), From: ops.ComponentConnected, To: evil, Lasted: time.Minute, Holds: true, Unseen: time.Hour},
		},
	}
}

func capacity() templates.Capacity {
	return templates.Capacity{
		Freshness: fresh(), Overall: line(), Total: 71, Limits: ops.Limits{PerAnalyst: 5, ClusterTotal: 60, ClusterUsed: 57},
		ByStatus: []templates.StatusCount{{Status: evil, Count: 51}},
		ByOwner:  []templates.Owner{{OwnerUsername: evil, Count: 7, Room: -2}, {OwnerUsername: "b", Count: 5}, {OwnerUsername: "c", Count: 1, Room: 4}},
		FullAt:   new(now.Add(time.Hour)), Reach: templates.LastWeek,
		OwnersTotal: 1204, AllOwners: "/capacity?owners=all",
		Used: samples(), ClusterTotal: samples(), From: now.Add(-time.Hour), Until: now,
		Marks: []components.Mark{{At: now.Add(-time.Minute), Text: evil, URL: "/history/48"}},
	}
}

func exports() templates.Exports {
	return templates.Exports{
		Freshness: fresh(), Overall: line(), ByStatus: map[ops.ExportJobStatus]int{ops.ExportFailed: 1204}, Read: 1000, Found: 900,
		Query:   templates.ExportsQuery{Status: ops.ExportFailed, Limit: 250, Page: 2, Search: evil, Sort: templates.ByAttempts},
		Problem: evil,
		Jobs: []templates.ExportJob{{
			ExportJob: ops.ExportJob{
				ID: 7, EntityType: evil, EntityName: evil, Status: evil, ClaimedAt: new(ops.At(now)), ClaimedBy: new(evil), ErrorMessage: new(evil),
			},
			Stuck: evil,
		}},
	}
}

func metrics() templates.Metrics {
	labels := []monitor.Label{{Name: evil, Value: evil}}

	return templates.Metrics{
		Freshness: fresh(), Total: 41, Search: evil,
		Families: []templates.MetricFamily{
			{Name: evil, Help: evil, Type: evil, Moved: samples(), Grows: true, Metrics: []templates.Metric{{Metric: monitor.Metric{Labels: labels, Value: 3}}}},
			{Name: "seconds", Metrics: []templates.Metric{{
				Metric:    monitor.Metric{Labels: labels, Histogram: &monitor.Histogram{Count: 3}},
				Quantiles: &templates.Quantiles{P50: new(0.5)},
			}}},
		},
	}
}

func auditLog() templates.Audit {
	return templates.Audit{
		Items: []audit.Entry{{
			Seq: 12345, At: now, Actor: evil, Role: evil, RemoteAddr: evil, RequestID: evil, Action: evil, Object: evil,
			Outcome: audit.Refused, Reason: evil, Intent: 12344, Change: 48, Message: evil, Hash: evil,
			Before: json.RawMessage(`{"message":"<evil-element>"}`), After: json.RawMessage(`null`),
		}},
		Next: new(int64(12345)), Total: 12345, Chain: audit.State{UpTo: 12344, At: now, Broken: evil},
		Filter: templates.AuditFilter{Actor: evil, Object: evil, From: evil, Before: 5, Errors: map[string]string{"from": evil}},
		Now:    now,
	}
}

func lease(state changes.LeaseState) changes.Lease {
	return changes.Lease{
		ID: 3, Section: ops.SectionMaintenance, State: state, Actor: evil, Reason: evil, Note: evil, Change: 48,
		Before: ops.Values{"message": evil}, Set: ops.Values{"message": ""}, EndsAt: now.Add(time.Hour),
	}
}

func leaseDetail() templates.LeaseDetail {
	l := lease(changes.LeaseActive)
	l.EndedAt = ago(time.Hour)

	return templates.LeaseDetail{Lease: l, Title: evil, Differences: differences(), Now: now}
}

func point() templates.PointDetail {
	failed := change()

	return templates.PointDetail{
		PointPlan: changes.PointPlan{
			Point: changes.Point{ID: 1, Name: evil, Actor: evil, Reason: evil, At: now}, Revision: evil, Confirm: evil,
			Sections: []changes.SectionPlan{{Title: evil, State: changes.PointDiffers, Differences: differences(), Error: evil, Change: &failed}},
		},
		Reason: evil, ReasonError: evil, Confirmed: evil, ConfirmError: evil, Problem: evil, RequestID: evil, Now: now,
	}
}

// pages are all pages, in the states that look different.
func pages() map[string]templ.Component {
	s := shell()
	trigger := templates.TriggerForm{Job: job(), Reason: evil, ReasonError: evil, Problem: evil, RequestID: evil, Now: now}
	receipt := templates.Receipt{
		JobTriggered: ops.JobTriggered{JobName: evil, TriggeredBy: evil, Reason: evil},
		Counters:     []templates.Counter{{Name: evil, Before: new(1.0)}}, Note: evil, URL: "/jobs/lifecycle/receipt/7", Now: now,
	}
	empty := templates.Config{Title: "Concurrency", Form: templates.Form{Section: "concurrency", Shut: true}}
	history := templates.History{
		Items: []changes.Change{change()}, Next: new(int64(48)), Total: 1204,
		Filter: templates.HistoryFilter{Actor: evil, Field: evil, Until: evil, Before: 9, Errors: map[string]string{"until": evil}},
	}
	detail := templates.ChangeDetail{Change: change(), Title: evil, Fields: fields(), Differences: differences(), NotRestorable: evil}

	all := map[string]templ.Component{
		"overview":         templates.OverviewPage(s, overview()),
		"overview, never":  templates.OverviewPage(s, templates.Overview{Freshness: neverRead()}),
		"health":           templates.HealthPage(s, templates.Health{Freshness: stale(), Overall: line(), Components: []templates.Component{component()}, Timeline: timeline()}),
		"health, empty":    templates.HealthPage(s, templates.Health{Freshness: fresh(), Overall: line()}),
		"capacity":         templates.CapacityPage(s, capacity()),
		"capacity, empty":  templates.CapacityPage(s, templates.Capacity{Freshness: fresh(), Overall: line()}),
		"jobs":             templates.JobsPage(s, templates.Jobs{Freshness: fresh(), Overall: line(), Jobs: []templates.Job{job(), {Name: "resource_monitor"}}}),
		"jobs, never":      templates.JobsPage(s, templates.Jobs{Freshness: neverRead()}),
		"trigger":          templates.TriggerPage(s, trigger),
		"receipt":          templates.ReceiptPage(s, receipt),
		"exports":          templates.ExportsPage(s, exports()),
		"exports, empty":   templates.ExportsPage(s, templates.Exports{Freshness: fresh(), Query: templates.ExportsQuery{Status: evil}}),
		"metrics":          templates.MetricsPage(s, metrics()),
		"metrics, empty":   templates.MetricsPage(s, templates.Metrics{Freshness: fresh(), Search: evil}),
		"config":           templates.ConfigPage(s, config()),
		"config, empty":    templates.ConfigPage(s, empty),
		"review":           templates.ReviewPage(s, review()),
		"review, the same": templates.ReviewPage(s, templates.Review{Title: "Concurrency", Edit: "/config/concurrency"}),
		"conflict":         templates.ConflictPage(s, conflict()),
		"history":          templates.HistoryPage(s, history),
		"history, empty":   templates.HistoryPage(s, templates.History{}),
		"change":           templates.ChangePage(s, detail),
		"compare":          templates.ComparePage(s, templates.Compare{A: change(), B: change(), Differences: differences(), Title: evil, Now: now}),
		"keep":             templates.KeepPage(s, templates.KeepForm{Change: change(), Title: evil, Differences: differences(), Reason: evil, ReasonError: evil}),
		"leases":           templates.LeasesPage(s, templates.Leases{Items: []changes.Lease{lease(changes.LeaseActive), lease(changes.LeaseHeld)}, Now: now}),
		"leases, over":     templates.LeasesPage(s, templates.Leases{Items: []changes.Lease{lease(changes.LeaseEnded)}, State: evil, Before: 7, Next: new(int64), Now: now}),
		"leases, none":     templates.LeasesPage(s, templates.Leases{State: evil, Now: now}),
		"lease, itself":    templates.LeasePage(s, leaseDetail()),
		"lease":            templates.LeaseFormPage(s, templates.LeaseForm{Lease: lease(changes.LeaseActive), Act: "extend", Title: evil, Reason: evil, ReasonError: evil, Problem: evil, Now: now}),
		"points":           templates.PointsPage(s, templates.Points{Items: []changes.Point{{ID: 1, Name: evil, Actor: evil, Reason: evil}}, Name: evil, NameError: evil, Reason: evil, ReasonError: evil, Problem: evil, Now: now}),
		"point":            templates.PointPage(s, point()),
		"audit":            templates.AuditPage(s, auditLog()),
		"audit, empty":     templates.AuditPage(s, templates.Audit{}),
		"problem, outside": templates.ProblemOutsidePage(s.Environment, s.Preferences, templates.Problem{Status: 500, Message: evil, RequestID: evil}),
		"problem":          templates.ProblemPage(s, templates.Problem{Status: 503, Message: evil, Advice: evil, Fields: []ops.FieldError{{Field: "query." + evil, Message: evil}}, RequestID: evil, LastGood: ago(time.Hour), Retry: "/jobs"}),
		"forbidden":        templates.ForbiddenPage(templates.Forbidden{Environment: s.Environment, User: s.User, Required: ops.RoleOps, RequestID: evil}),
		"sign in":          templates.SignInPage(templates.SignIn{Environment: s.Environment, Start: "/auth/start", Problem: evil, RequestID: evil}),
	}

	maps.Copy(all, maintenancePages(s))

	return all
}
