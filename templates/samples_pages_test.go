package templates_test

import (
	"maps"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/asof"
	incidentview "github.com/graph-olap/opsconsole/templates/incident"
	"github.com/graph-olap/opsconsole/templates/leases"
	"github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/record"
	scheduledview "github.com/graph-olap/opsconsole/templates/scheduled"
	"github.com/graph-olap/opsconsole/templates/session"
	"github.com/graph-olap/opsconsole/templates/settings"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// pages are all pages, in the states that look different.
func pages() map[string]templ.Component {
	s := anyShell()
	trigger := platform.TriggerForm{Job: job(), Reason: evil, ReasonError: evil, Problem: evil, RequestID: evil, Now: now}
	receipt := platform.Receipt{
		JobTriggered: ops.JobTriggered{JobName: evil, TriggeredBy: evil, Reason: evil},
		Counters:     []platform.Counter{{Name: evil, Before: new(1.0)}}, Note: evil, URL: "/jobs/lifecycle/receipt/7", Now: now,
	}
	failed := receipt
	failed.Run, failed.Settled = jobRuns(runs.FromRecords).LastFailed, true
	empty := settings.Config{Title: "Concurrency", Form: settings.Form{Section: "concurrency", Shut: true}}
	history := record.History{
		Items: []changes.Change{change()}, Next: new(int64(48)), Total: 1204,
		Filter: record.HistoryFilter{Actor: evil, Field: evil, Until: evil, Before: 9, Errors: map[string]string{"until": evil}},
	}
	detail := record.ChangeDetail{Change: change(), Title: evil, Fields: fields(), Differences: differences(), NotRestorable: evil}

	all := map[string]templ.Component{
		"overview":         platform.OverviewPage(s, overview()),
		"overview, never":  platform.OverviewPage(s, platform.Overview{Freshness: neverRead()}),
		"health":           platform.HealthPage(s, platform.Health{Freshness: stale(), Overall: line(), Components: []platform.Component{component()}, Timeline: timeline()}),
		"health, empty":    platform.HealthPage(s, platform.Health{Freshness: fresh(), Overall: line()}),
		"capacity":         platform.CapacityPage(s, capacity()),
		"capacity, empty":  platform.CapacityPage(s, platform.Capacity{Freshness: fresh(), Overall: line()}),
		"jobs":             platform.JobsPage(s, platform.Jobs{Freshness: fresh(), Overall: line(), Jobs: []platform.Job{job(), {Name: "resource_monitor"}}}),
		"job":              platform.RunsPage(s, jobRuns(runs.FromRecords)),
		"job, counted":     platform.RunsPage(s, jobRuns(runs.FromMetrics)),
		"job, never run":   platform.RunsPage(s, platform.Runs{Freshness: neverRead(), Job: job(), Source: runs.FromRecords}),
		"job, unread":      platform.RunsPage(s, platform.Runs{Freshness: stale(), Job: job(), Missing: true}),
		"jobs, never":      platform.JobsPage(s, platform.Jobs{Freshness: neverRead()}),
		"trigger":          platform.TriggerPage(s, trigger),
		"receipt":          platform.ReceiptPage(s, receipt),
		"receipt, failed":  platform.ReceiptPage(s, failed),
		"exports":          platform.ExportsPage(s, exports()),
		"exports, empty":   platform.ExportsPage(s, platform.Exports{Freshness: fresh(), Query: platform.ExportsQuery{Status: evil}}),
		"metrics":          platform.MetricsPage(s, metrics()),
		"metrics, empty":   platform.MetricsPage(s, platform.Metrics{Freshness: fresh(), Search: evil}),
		"config":           settings.ConfigPage(s, config()),
		"config, empty":    settings.ConfigPage(s, empty),
		"review":           settings.ReviewPage(s, review()),
		"review, the same": settings.ReviewPage(s, settings.Review{Title: "Concurrency", Edit: "/config/concurrency"}),
		"conflict":         settings.ConflictPage(s, conflict()),
		"history":          record.HistoryPage(s, history),
		"history, empty":   record.HistoryPage(s, record.History{}),
		"history, cut":     record.HistoryPage(s, record.History{Cut: true, Next: new(int64(7)), Filter: record.HistoryFilter{Text: evil}}),
		"incident":         incidentview.IncidentPage(s, incidentPage()),
		"as it was":        asof.AsOfPage(s, pageAsItWas()),
		"as it was, empty": asof.AsOfPage(s, asof.View{At: now, Path: "/", Now: now, Section: &asof.Section{}}),
		"incident, empty":  incidentview.IncidentPage(s, incidentview.Page{From: now.Add(-time.Hour), To: now, Now: now}),
		"change":           record.ChangePage(s, detail),
		"compare":          record.ComparePage(s, record.Compare{A: change(), B: change(), Differences: differences(), Title: evil, Now: now}),
		"compare entries":  record.CompareEntriesPage(s, record.CompareEntries{A: audit.Entry{Seq: 7, Actor: evil, Reason: evil}, B: audit.Entry{Seq: 9, Object: evil, Message: evil}, Now: now}),
		"keep":             record.KeepPage(s, record.KeepForm{Change: change(), Leases: []int64{3}, GoOn: []int64{4}, Title: evil, Differences: differences(), Reason: evil, ReasonError: evil}),
		"leases":           leases.ListPage(s, leases.List{Items: []lease.Lease{sampleLease(lease.Active), sampleLease(lease.Held)}, Now: now}),
		"leases, over":     leases.ListPage(s, leases.List{Items: []lease.Lease{sampleLease(lease.Ended)}, State: evil, Before: 7, Next: new(int64), Now: now}),
		"leases, none":     leases.ListPage(s, leases.List{State: evil, Now: now}),
		"scheduled":        scheduledview.ListPage(s, scheduledview.List{Items: []scheduled.Change{sampleScheduled(scheduled.Scheduled), sampleScheduled(scheduled.Held)}, Now: now}),
		"scheduled, over":  scheduledview.ListPage(s, scheduledview.List{Items: []scheduled.Change{sampleScheduled(scheduled.Applied)}, State: evil, Before: 7, Next: new(int64), Now: now}),
		"scheduled, none":  scheduledview.ListPage(s, scheduledview.List{State: evil, Now: now}),
		"scheduled, one": scheduledview.Page(s, scheduledview.Detail{
			Scheduled: sampleScheduled(scheduled.Held), Title: evil, Differences: differences(), Current: differences(), Now: now,
		}),
		"scheduled, moved": scheduledview.FormPage(s, scheduledview.Form{
			Scheduled: sampleScheduled(scheduled.Held), Act: "move", Title: evil, Reason: evil, ReasonError: evil, Problem: evil,
			Differences: differences(), Confirm: evil, Confirmed: evil, ConfirmError: evil, Now: now,
		}),
		"lease, itself":    leases.Page(s, leaseDetail()),
		"lease":            leases.FormPage(s, leases.Form{Lease: sampleLease(lease.Active), Act: "extend", Title: evil, Reason: evil, ReasonError: evil, Problem: evil, Now: now}),
		"lease, kept":      leases.FormPage(s, leases.Form{Lease: sampleLease(lease.Held), Act: "confirm", Keeps: []int64{7}, Title: evil, Now: now}),
		"points":           record.PointsPage(s, record.Points{Items: []changes.Point{{ID: 1, Name: evil, Actor: evil, Reason: evil}}, Name: evil, NameError: evil, Reason: evil, ReasonError: evil, Problem: evil, Now: now}),
		"point":            record.PointPage(s, point()),
		"audit":            record.AuditPage(s, auditLog()),
		"audit, empty":     record.AuditPage(s, record.Audit{}),
		"audit, cut":       record.AuditPage(s, record.Audit{Cut: true, Next: new(int64(7)), Filter: record.AuditFilter{Text: evil}}),
		"problem, outside": shell.ProblemOutsidePage(s.Environment, anyViewer().Preferences, shell.Problem{Status: 500, Message: evil, RequestID: evil}),
		"problem":          shell.ProblemPage(s, shell.Problem{Status: 503, Message: evil, Advice: evil, Fields: []ops.FieldError{{Field: "query." + evil, Message: evil}}, RequestID: evil, LastGood: ago(time.Hour), Retry: "/jobs"}),
		"sessions":         session.ListPage(s, session.List{Items: []session.Session{sampleSession(true), sampleSession(false), {Username: evil}}, Total: 3, Now: now}),
		"sessions, none":   session.ListPage(s, session.List{Now: now}),
		"session, end":     session.EndPage(s, session.End{Items: []session.Session{sampleSession(false)}, Reason: evil, ReasonError: evil, Problem: evil, RequestID: evil, Now: now}),
		"session, end all": session.EndPage(s, session.End{Items: []session.Session{sampleSession(true), sampleSession(false)}, All: true, Now: now}),
		"forbidden":        session.ForbiddenPage(session.Forbidden{Environment: s.Environment, User: anyViewer().User, Required: ops.RoleOps, RequestID: evil}),
		"signed in":        session.CurrentPage(s.Environment, anyViewer().Preferences, session.Current{Username: evil, Role: ops.RoleOps}),
		"sign in":          session.SignInPage(session.SignIn{Environment: s.Environment, Start: "/auth/start", Problem: evil, RequestID: evil}),
	}

	maps.Copy(all, maintenancePages(s))
	maps.Copy(all, approvalPages(s))
	maps.Copy(all, instancePages(s))

	return all
}
