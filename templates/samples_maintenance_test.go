package templates_test

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/announcements"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/settings"
	"github.com/graph-olap/opsconsole/templates/shell"
	webhooksview "github.com/graph-olap/opsconsole/templates/webhooks"
	windowsview "github.com/graph-olap/opsconsole/templates/windows"
)

// evilURL leads where no link may.
const evilURL = "javascript:alert(1)"

func window(phase maintenance.Phase) maintenance.Window {
	w := maintenance.Window{
		Plan: maintenance.Plan{
			Title: evil, Message: evil + " [x](" + evilURL + ")", MaintenanceMode: true,
			Settings: maintenance.Settings{ops.SectionConcurrency: {"per_analyst": int64(3)}}, AlertMatchers: []string{evil},
		},
		ID: 7, UID: evil + string(phase), Revision: 3, Phase: phase, StartsAt: now.Add(-time.Hour), EndsAt: now.Add(time.Hour),
		PlannedStartsAt: now.Add(-2 * time.Hour), PlannedEndsAt: now, TimeZone: "Europe/Berlin",
		Recurrence: new("FREQ=WEEKLY"), Series: new(int64(2)), Occurrence: 4,
		Reason: evil, AnnouncedBy: evil, AnnouncedAt: now, ActsFor: evil, UpdatedAt: now, Overdue: !phase.Final(), Note: evil,
		Steps: []maintenance.Step{{Phase: maintenance.Announced, At: now.Add(-2 * time.Hour)}, {Phase: phase, At: now}},
	}

	if phase != maintenance.Announced && phase != maintenance.Missed && phase != maintenance.Cancelled {
		w.StartedAt = ago(time.Hour)
		w.Silence = &maintenance.Silence{
			State: maintenance.SilenceActive, IDs: []string{evil}, ActiveSince: ago(time.Hour), EndsAt: ago(0), Problem: evil, ClockSkewSeconds: -60,
		}
	}

	if phase.Final() {
		w.EndedAt = ago(time.Minute)
		w.Report = &maintenance.Report{
			Phases: []maintenance.PhaseSpan{{Phase: maintenance.Active, From: now.Add(-time.Hour), Until: now, Seconds: 3600}},
			Sections: []maintenance.SectionReport{{
				Section: ops.SectionConcurrency, Before: ops.Values{"message": evil}, Set: ops.Values{"message": evil},
				After: ops.Values{"message": ""}, Differences: differences(), Others: differences(), Change: 48, EndChange: new(int64(49)), Note: evil,
			}},
			Jobs:    []maintenance.JobRun{{JobName: evil, At: now, Actor: evil, Reason: evil}},
			Updates: maintenance.Updates(updates()), Health: ops.Unhealthy, VerifiedBy: evil, VerifyReason: evil,
		}
	}

	return w
}

func announced(w maintenance.Window) announce.Announcement {
	return announce.Of(w, nil, now, &url.URL{Scheme: "https", Host: "ops.example.com", Path: "/announcements"})
}

// updates are events of the kind, of every severity.
func updates() []maintenance.Event {
	var out []maintenance.Event
	for i, severity := range maintenance.Severities() {
		out = append(out, maintenance.Event{ID: int64(4 + i), Kind: maintenance.EventUpdated, At: now, Actor: evil, Severity: severity, Text: evil + " [x](" + evilURL + ")"})
	}

	return out
}

func windowView(phase maintenance.Phase) windowsview.Window {
	w := window(phase)

	return windowsview.Window{
		Window: w, Announced: announce.Of(w, updates(), now, nil), Updates: maintenance.Updates(updates()), Settings: []windowsview.Settings{{Title: evil, Differences: differences()}},
		Events: []maintenance.Event{
			{ID: 1, Kind: maintenance.EventExtended, At: now, Actor: evil, Reason: evil, Window: w, WasStartsAt: &w.StartsAt, WasEndsAt: &w.EndsAt},
			{ID: 2, Kind: maintenance.EventUpdated, At: now, Actor: evil, Window: w, Severity: maintenance.SeverityCritical, Text: evil},
		},
		Deliveries: []webhooks.Delivery{delivery()}, Following: []maintenance.Window{window(maintenance.Announced)}, Now: now,
	}
}

func momentInput() components.MomentInput {
	return components.MomentInput{
		Text: evil, Error: evil, Zone: evil, Understood: evil, Note: evil, Choices: []components.MomentChoice{{Value: evil, Label: evil}},
	}
}

func windowFields() windowsview.Fields {
	errs := map[string]string{}
	for _, name := range []string{
		"title", "message", "starts_at", "ends_at", "length", "time_zone", "recurrence", "maintenance_mode", "settings", "alert_matchers", "reason", "confirm", "name", "scope",
	} {
		errs[name] = evil
	}

	return windowsview.Fields{
		Title: evil, Message: evil, StartsAt: momentInput(), EndsAt: momentInput(), Length: evil, TimeZone: evil, Recurrence: evil, MaintenanceMode: true,
		Silences: true, AlertMatchers: evil,
		Settings: []windowsview.SettingsFields{{
			Section: ops.Section{Name: "concurrency", Title: evil},
			Fields:  []settings.FormField{{Field: fields()[0], Typed: evil, Current: evil, Error: evil}},
		}},
		Errors: errs,
	}
}

func windowReview() windowsview.Review {
	w := window(maintenance.Announced)

	return windowsview.Review{
		Preview: maintenance.Preview{
			Window: w, Words: evil, Confirm: evil, Notes: []string{evil},
			Dates: []calendar.Occurrence{{StartsAt: now, Wall: evil, Note: evil}, {StartsAt: now.Add(time.Hour), Wall: evil}},
		},
		Announced: announced(w), Settings: []windowsview.Settings{{Title: evil, Differences: differences()}},
		Alerts:  &windowsview.AlertsNow{Problem: evil},
		Effects: []components.Line{line()}, Typed: []settings.TypedField{{Name: "title", Value: evil}},
		Reason: evil, ReasonError: evil, Confirmed: evil, ConfirmError: evil, RequestID: evil, Now: now,
		Snippets: []components.Snippet{{Language: components.Curl, Parts: []components.SnippetPart{{Text: evil}, {Text: evil, Field: "reason", Kind: ops.KindText}}}},
	}
}

func windowTemplate() maintenance.Template {
	return maintenance.Template{
		Plan: window(maintenance.Announced).Plan, ID: 5, Name: evil, LengthSeconds: 7200, TimeZone: "Europe/Berlin",
		Recurrence: "FREQ=MONTHLY;BYDAY=1TU", CreatedBy: evil, CreatedAt: now,
	}
}

func endpoint() webhooks.Endpoint {
	return webhooks.Endpoint{
		ID: 4, Revision: 2, Name: evil, Kind: webhooks.Generic, Address: evil, Events: webhooks.Events()[:2], CreatedBy: evil, CreatedAt: now,
		UpdatedAt: now,
	}
}

func delivery() webhooks.Delivery {
	attempt := webhooks.Attempt{Number: 1, At: now, Status: 500, DurationMS: 12, Error: evil}

	return webhooks.Delivery{
		ID: "01K0A3ZQ6T9D5Y1F7M8V2B4C6E", Webhook: webhooks.Receiver{ID: 4, Name: evil, Kind: webhooks.Slack, Deleted: true},
		Event: maintenance.EventOverrun, EventID: new(int64(9)), WindowID: new(int64(7)), Title: evil, State: webhooks.Pending, Note: evil, Attempts: 1,
		CreatedAt: now, NextTryAt: &now, Last: &attempt, Log: []webhooks.Attempt{attempt}, Body: json.RawMessage(`{"x":"<evil-element>"}`),
	}
}

// announcementsOf are those of windows in every phase.
func announcementsOf(phases ...maintenance.Phase) announce.Announcements {
	windows := make([]maintenance.Window, 0, len(phases))
	for _, phase := range phases {
		windows = append(windows, window(phase))
	}

	v := announce.View(windows, nil, ops.Degraded, now, &url.URL{Scheme: "https", Host: "ops.example.com", Path: "/announcements"})
	v.Uptimes = uptimes()

	return v
}

// uptimes are days of each kind.
func uptimes() announce.Uptimes {
	u := announce.Uptime{Name: evil, Days: []announce.UptimeDay{{}}}

	for i, share := range []announce.Share{
		{UpSeconds: 86400},
		{UpSeconds: 86340, DownSeconds: 60},
		{DownSeconds: 3600, UpSeconds: 3600},
		{UpSeconds: 3600, MaintenanceSeconds: 3600},
		{UnknownSeconds: 86400},
	} {
		day := announce.UptimeDay{Share: announce.Share{}.Plus(share), Date: evil, Start: now.AddDate(0, 0, i)}
		u.Days, u.Share = append(u.Days, day), u.Plus(share)
	}

	return announce.Uptimes{AsOf: now, TimeZone: evil, Components: []announce.Uptime{u}}
}

// maintenancePages are those of windows, announcements and webhooks.
func maintenancePages(s shell.Shell) map[string]templ.Component {
	w, kept, hook := window(maintenance.Announced), windowTemplate(), endpoint()
	everything := windowsview.Recent{
		Running: []maintenance.Window{window(maintenance.Overrun)}, Upcoming: []maintenance.Window{w, window(maintenance.Held)},
		Past: []maintenance.Window{window(maintenance.Missed)}, MorePast: true, Now: now,
	}
	form := windowsview.Form{
		Fields: windowFields(), Reason: evil, Confirmed: evil, Problem: evil, Way: components.Link{Text: evil, URL: "/leases"}, RequestID: evil, Now: now,
	}
	edit := form
	edit.Window, edit.Confirm, edit.Preview = &w, evil, &maintenance.Preview{Window: w, Words: evil, Notes: []string{evil}}
	template := windowsview.TemplateForm{
		Fields: windowFields(), Template: &kept, Name: evil, Reason: evil, Problem: evil, RequestID: evil, Now: now,
	}
	hookForm := webhooksview.Form{
		Webhook: &hook, Hosts: []string{evil}, Name: evil, Kind: webhooks.Generic, URL: evil, Events: hook.Events, Reason: evil, Problem: evil,
		Errors: map[string]string{"name": evil, "kind": evil, "url": evil, "events": evil, "reason": evil}, RequestID: evil, Now: now,
	}
	filter := windowsview.Filter{
		Phase: evil, Actor: evil, Text: evil, Series: evil, From: evil, Until: evil, Errors: map[string]string{"from": evil},
	}
	sent := webhooksview.DeliveryFilter{Webhook: evil, Window: evil, State: evil, Event: evil, Errors: map[string]string{"state": evil}}
	feeds := announcements.FeedsOf(&url.URL{Scheme: "https", Host: "ops.example.com"})
	mode := settings.Config{Title: evil, Form: settings.Form{Section: "maintenance", Shut: true}}

	out := map[string]templ.Component{
		"maintenance": windowsview.MaintenancePage(s, windowsview.Maintenance{
			Config: mode, Recent: everything, Templates: []maintenance.Template{kept},
		}),
		"maintenance, empty": windowsview.MaintenancePage(s, windowsview.Maintenance{Config: mode, Recent: windowsview.Recent{Now: now}}),
		"windows": windowsview.ListPage(s, windowsview.List{
			Items: []maintenance.Window{w, window(maintenance.Completed)}, Next: new(evil), Total: 12, Filter: filter, Now: now,
		}),
		"windows, empty":    windowsview.ListPage(s, windowsview.List{Now: now}),
		"windows, none":     windowsview.ListPage(s, windowsview.List{Filter: filter, Now: now}),
		"window form":       windowsview.FormPage(s, form),
		"window form, edit": windowsview.FormPage(s, edit),
		"updates": windowsview.UpdatesPage(s, windowsview.Updates{
			Window: window(maintenance.Active), Items: maintenance.Updates(updates()), Text: evil, Severity: maintenance.SeverityWarning,
			Errors: map[string]string{"text": evil, "severity": evil}, Problem: evil, Way: components.Link{Text: evil, URL: "/leases"}, RequestID: evil, Now: now,
		}),
		"updates, none":      windowsview.UpdatesPage(s, windowsview.Updates{Window: window(maintenance.Completed), Now: now}),
		"text forms":         windowsview.FormsOf(windowsview.Forms{Message: announce.Render("![" + evil + "](" + evilURL + ")"), Typed: evil}),
		"window review":      windowsview.ReviewPage(s, windowReview()),
		"templates":          windowsview.TemplatesPage(s, windowsview.Templates{Items: []maintenance.Template{kept}, Now: now}),
		"templates, empty":   windowsview.TemplatesPage(s, windowsview.Templates{Now: now}),
		"template":           windowsview.TemplateFormPage(s, template),
		"template, delete":   windowsview.TemplateDeletePage(s, template),
		"webhooks":           webhooksview.ListPage(s, webhooksview.List{Items: []webhooks.Endpoint{hook}, Hosts: []string{evil}, Now: now}),
		"webhooks, empty":    webhooksview.ListPage(s, webhooksview.List{Hosts: []string{evil}, Now: now}),
		"webhooks, off":      webhooksview.ListPage(s, webhooksview.List{Now: now}),
		"webhook form":       webhooksview.FormPage(s, webhooksview.Form{Kind: webhooks.Slack, Now: now}),
		"webhook form, edit": webhooksview.FormPage(s, hookForm),
		"deliveries":         webhooksview.DeliveriesPage(s, webhooksview.Deliveries{Items: []webhooks.Delivery{delivery()}, Next: new(evil), Total: 9, Filter: sent, Now: now}),
		"deliveries, empty":  webhooksview.DeliveriesPage(s, webhooksview.Deliveries{Now: now}),
		"delivery":           webhooksview.DeliveryPage(s, webhooksview.Delivery{Delivery: delivery(), Problem: evil, Now: now}),
		"announcements":      announcements.Page(s.Environment, feeds, announcementsOf(maintenance.Phases()...)),
		"announcements, now": announcements.Page(s.Environment, feeds, announce.Announcements{
			Current: []announce.Announcement{announce.Of(window(maintenance.Active), updates(), now, nil)}, Now: now,
		}),
		"announcements, none": announcements.Page(s.Environment, feeds, announcementsOf()),
		"webhook": webhooksview.Page(s, webhooksview.Webhook{
			Endpoint: hook, Secret: evil, Deliveries: []webhooks.Delivery{delivery()}, Total: 3, Problem: evil, Now: now,
		}),
	}

	for _, phase := range maintenance.Phases() {
		out["window, "+string(phase)] = windowsview.Page(s, windowView(phase))
	}

	for _, name := range windowsview.Acts() {
		out["window act, "+name] = windowsview.ActPage(s, windowsview.Act{
			Window: window(maintenance.Active), Act: name, Effects: []components.Line{line()}, EndsAt: momentInput(), Following: true, Keep: true, Reason: evil,
			Errors: windowFields().Errors, Problem: evil, Way: components.Link{Text: evil, URL: "/leases"}, RequestID: evil, Now: now,
		})
	}

	for _, name := range []string{"delete", "rotate"} {
		out["webhook act, "+name] = webhooksview.ActPage(s, webhooksview.Act{
			Webhook: hook, Act: name, Reason: evil, Errors: map[string]string{"reason": evil}, Problem: evil, RequestID: evil, Now: now,
		})
	}

	return out
}
