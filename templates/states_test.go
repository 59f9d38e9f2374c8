package templates_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/leases"
	"github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/record"
	scheduledview "github.com/graph-olap/opsconsole/templates/scheduled"
	"github.com/graph-olap/opsconsole/templates/settings"
	webhooksview "github.com/graph-olap/opsconsole/templates/webhooks"
	windowsview "github.com/graph-olap/opsconsole/templates/windows"
)

// icons are the shapes of the states.
func icons() map[components.State]components.Icon {
	return map[components.State]components.Icon{
		components.OK: components.IconCircleCheck, components.Warn: components.IconTriangleAlert, components.Bad: components.IconOctagonX,
		components.Busy: components.IconCircleDotDashed, components.Idle: components.IconCircleMinus, components.Unknown: components.IconCircleQuestionMark,
	}
}

// stated is a thing that stands somewhere, the state in which it is drawn, and every page that
// draws it.
type stated struct {
	thing, name string
	state, want components.State
	pages       []templ.Component
}

// everything is every state of everything that pages show.
func everything() []stated {
	s, all := anyShell(), []stated{}

	add := func(thing, name string, state, want components.State, pages ...templ.Component) {
		all = append(all, stated{thing, name, state, want, pages})
	}

	health := map[ops.HealthStatus]components.State{ops.Healthy: components.OK, ops.Degraded: components.Warn, ops.Unhealthy: components.Bad, "odd": components.Unknown}
	for status, want := range health {
		overall := components.Line{State: components.OfHealth(status), Text: "The platform"}
		add("platform", string(status), components.OfHealth(status), want,
			platform.HealthPage(s, platform.Health{Freshness: fresh(), Overall: overall}), platform.OverviewPage(s, platform.Overview{Freshness: fresh(), Overall: overall}))
	}

	parts := map[ops.ComponentStatus]components.State{
		ops.ComponentConnected: components.OK, ops.ComponentSlow: components.Warn, ops.ComponentUnreachable: components.Bad,
		ops.ComponentNotConfigured: components.Idle, "odd": components.Unknown,
	}
	for status, want := range parts {
		c := component()
		c.Status = status
		add("component", string(status), components.OfComponent(status), want,
			platform.HealthPage(s, platform.Health{Freshness: fresh(), Components: []platform.Component{c}}),
			platform.OverviewPage(s, platform.Overview{Freshness: fresh(), Health: &platform.OverviewHealth{Components: []platform.Component{c}}}))
	}

	instances := map[ops.InstanceStatus]components.State{
		ops.InstanceRunning: components.OK, ops.InstanceWaitingForSnapshot: components.Busy, ops.InstanceStarting: components.Busy,
		ops.InstanceStopping: components.Busy, ops.InstanceResuming: components.Busy, ops.InstanceSuspended: components.Idle, ops.InstanceFailed: components.Bad,
	}
	for _, status := range ops.InstanceStatuses() {
		add("instance", string(status), components.OfInstance(status), instances[status],
			platform.CapacityPage(s, platform.Capacity{Freshness: fresh(), ByStatus: []platform.StatusCount{{Status: string(status), Count: 1}}, Total: 1}))
	}

	exports := map[ops.ExportJobStatus]components.State{
		ops.ExportCompleted: components.OK, ops.ExportClaimed: components.Busy, ops.ExportSubmitted: components.Busy,
		ops.ExportPending: components.Idle, ops.ExportFailed: components.Bad,
	}
	for _, status := range ops.ExportJobStatuses() {
		add("export", string(status), components.OfExport(status), exports[status], platform.ExportsPage(s, platform.Exports{
			Freshness: fresh(), Jobs: []platform.ExportJob{{ExportJob: ops.ExportJob{ID: 1, Status: status}}}, Found: 1,
		}))
	}

	outcomes := map[changes.Outcome]components.State{
		changes.Applied: components.OK, changes.Failed: components.Bad, changes.Pending: components.Busy, changes.Unknown: components.Unknown,
	}
	for outcome, want := range outcomes {
		c := change()
		c.Outcome = outcome

		config := settings.Config{Title: "Concurrency", Form: settings.Form{Section: "concurrency"}, History: []changes.Change{c}, Now: now}
		if c.Open() {
			config.Open = &c
		}

		pages := []templ.Component{record.ChangePage(s, record.ChangeDetail{Change: c})}
		if outcome != changes.Applied { // Lists leave out what is the rule.
			pages = append(pages, settings.ConfigPage(s, config), record.HistoryPage(s, record.History{Items: []changes.Change{c}}))
		}

		add("change", string(outcome), components.OfChange(outcome), want, pages...)
	}

	acts := map[audit.Outcome]components.State{
		audit.Done: components.OK, audit.Refused: components.Warn, audit.Failed: components.Bad, audit.Intent: components.Idle, audit.Unknown: components.Unknown,
	}

	for _, outcome := range audit.Outcomes() {
		var pages []templ.Component
		if outcome != audit.Done { // as above
			pages = append(pages, record.AuditPage(s, record.Audit{Items: []audit.Entry{{Seq: 1, Outcome: outcome}}}))
		}

		add("act", string(outcome), components.OfAudit(outcome), acts[outcome], pages...)
	}

	for name, test := range map[string]struct {
		chain audit.State
		want  components.State
	}{
		"whole": {audit.State{UpTo: 7, At: now}, components.OK}, "broken": {audit.State{At: now, Broken: "at 3"}, components.Bad}, "not verified": {audit.State{}, components.Unknown},
	} {
		add("chain", name, test.want, test.want, record.AuditPage(s, record.Audit{Chain: test.chain}))
	}

	return append(all, temporaries()...)
}

// temporaries is every state of leases, points, windows and what is told of them.
func temporaries() []stated {
	s, all := anyShell(), []stated{}

	add := func(thing, name string, state, want components.State, pages ...templ.Component) {
		all = append(all, stated{thing, name, state, want, pages})
	}

	states := map[lease.State]components.State{
		lease.Pending: components.Busy, lease.Active: components.Busy, lease.Overdue: components.Warn, lease.Held: components.Warn,
		lease.Ended: components.OK, lease.Confirmed: components.OK, lease.Void: components.Idle,
	}

	for _, state := range lease.States() {
		l := sampleLease(state)
		c := change()
		c.Lease = &l
		c.Outcome = changes.Applied
		add("lease", string(state), components.OfLease(state), states[state], leases.Page(s, leases.Detail{Lease: l, Now: now}),
			leases.ListPage(s, leases.List{Items: []lease.Lease{l}, Now: now}), record.HistoryPage(s, record.History{Items: []changes.Change{c}}),
			settings.ConfigPage(s, settings.Config{Temporary: []lease.Lease{l}, Form: settings.Form{Section: "maintenance"}, Now: now}))
	}

	later := map[scheduled.State]components.State{
		scheduled.Scheduled: components.Busy, scheduled.Overdue: components.Warn, scheduled.Held: components.Warn,
		scheduled.Applied: components.OK, scheduled.Cancelled: components.Idle,
	}

	for _, state := range scheduled.States() {
		one := sampleScheduled(state)
		add("scheduled change", string(state), components.OfScheduled(state), later[state],
			scheduledview.Page(s, scheduledview.Detail{Scheduled: one, Now: now}),
			scheduledview.ListPage(s, scheduledview.List{Items: []scheduled.Change{one}, Now: now}))
	}

	points := map[changes.PointState]components.State{
		changes.PointUnchanged: components.OK, changes.PointRestored: components.OK, changes.PointDiffers: components.Idle,
		changes.PointFailed: components.Bad, changes.PointUnknown: components.Unknown,
	}
	for state, want := range points {
		add("point", string(state), components.OfPoint(state), want, record.PointPage(s, record.PointDetail{
			PointPlan: changes.PointPlan{Sections: []changes.SectionPlan{{Title: "Export", State: state}}},
		}))
	}

	phases := map[maintenance.Phase]components.State{
		maintenance.Announced: components.Idle, maintenance.Active: components.Busy, maintenance.Verifying: components.Busy,
		maintenance.Overrun: components.Warn, maintenance.Held: components.Warn, maintenance.Completed: components.OK,
		maintenance.Cancelled: components.Idle, maintenance.Missed: components.Bad,
	}

	for _, phase := range maintenance.Phases() {
		w := window(phase)
		w.Overdue, w.Report = false, nil
		view := windowView(phase)
		view.Window = w
		add("window", string(phase), components.OfWindow(w), phases[phase], windowsview.Page(s, view),
			windowsview.ListPage(s, windowsview.List{Items: []maintenance.Window{w}, Now: now}))
	}

	late, half := window(maintenance.Announced), window(maintenance.Completed)
	late.Overdue = true
	add("window", "overdue", components.OfWindow(late), components.Warn, windowsview.ListPage(s, windowsview.List{Items: []maintenance.Window{late}, Now: now}))
	add("window", "not restored", components.OfWindow(half), components.Warn, windowsview.ListPage(s, windowsview.List{Items: []maintenance.Window{half}, Now: now}))

	sent := map[webhooks.State]components.State{
		webhooks.Pending: components.Busy, webhooks.Delivered: components.OK, webhooks.Failed: components.Bad, webhooks.Dropped: components.Idle,
	}

	for _, state := range webhooks.States() {
		d := delivery()
		d.State, d.Log = state, nil
		add("delivery", string(state), components.OfDelivery(state), sent[state], webhooksview.DeliveryPage(s, webhooksview.Delivery{Delivery: d, Now: now}),
			webhooksview.DeliveriesPage(s, webhooksview.Deliveries{Items: []webhooks.Delivery{d}, Now: now}))
	}

	effects := map[changes.EffectKind]components.State{
		changes.EffectNote: components.Idle, changes.EffectWarning: components.Warn, changes.EffectUnknown: components.Unknown, "odd": components.Unknown,
	}
	for kind, want := range effects {
		lines := components.EffectLines([]changes.Effect{{Kind: kind, Text: "Something follows."}})
		r := windowReview()
		r.Effects = lines
		add("effect", string(kind), components.OfEffect(kind), want, windowsview.ReviewPage(s, r),
			settings.ReviewPage(s, settings.Review{Differences: differences(), Effects: lines}))
	}

	return all
}

// TestEveryStateOfEveryPage: each state has the look that it has everywhere, and every page
// that shows it draws it so.
func TestEveryStateOfEveryPage(t *testing.T) {
	t.Parallel()

	for _, test := range everything() {
		if test.state != test.want {
			t.Errorf("a %s that is %s looks %s, want %s", test.thing, test.name, test.state, test.want)
		}

		for i, page := range test.pages {
			found := looks(t, fmt.Sprintf("%s, %s, page %d", test.thing, test.name, i), page)
			if !slices.Contains(found, test.want) {
				t.Errorf("page %d of a %s that is %s shows %v, want %s among them", i, test.thing, test.name, found, test.want)
			}
		}
	}
}

// TestAnIconSaysWhatItsColorSays on every page, in every sample.
func TestAnIconSaysWhatItsColorSays(t *testing.T) {
	t.Parallel()

	for name, page := range pages() {
		looks(t, name, page)
	}
}

// looks are the states that the page shows; an element of which the icon is another state's fails.
func looks(t *testing.T, name string, page templ.Component) []components.State {
	t.Helper()

	var found []components.State

	for node := range parse(t, page).Descendants() {
		want, stateful := icons()[components.State(attribute(node, "data-state"))]
		if !stateful {
			continue
		}

		found = append(found, components.State(attribute(node, "data-state")))

		if icon := iconOf(node); icon != "" && icon != want {
			t.Errorf("%s: an element with state %s has the icon %s, want %s", name, attribute(node, "data-state"), icon, want)
		}
	}

	return found
}

// iconOf is the icon that an element begins with, "" when it begins with something else.
func iconOf(node *html.Node) components.Icon {
	first := firstElement(node)
	if first == nil || first.Data != "svg" {
		return ""
	}

	use := firstElement(first)
	if use == nil || use.Data != "use" {
		return ""
	}

	_, icon, _ := strings.Cut(attribute(use, "href"), "#")

	return components.Icon(icon)
}

// TestNobodyIsNamedNobody: who left no name stands in no sentence as nothing, and a reason that
// was not given is no empty quotation.
func TestNobodyIsNamedNobody(t *testing.T) {
	t.Parallel()

	s := anyShell()
	c := changes.Change{
		ID: 4, Section: ops.SectionConcurrency, At: now, Source: changes.SourceExternal, Outcome: changes.Applied, Since: ago(time.Hour),
		Before: ops.Values{"per_analyst": int64(5)}, After: ops.Values{"per_analyst": int64(8)}, Fields: []string{"per_analyst"},
	}

	for name, page := range map[string]templ.Component{
		"history":  record.HistoryPage(s, record.History{Items: []changes.Change{c}, Unreviewed: []int64{4}, Now: now}),
		"change":   record.ChangePage(s, record.ChangeDetail{Change: c, Unreviewed: true, Now: now}),
		"compare":  record.ComparePage(s, record.Compare{A: c, B: c, Now: now}),
		"section":  settings.ConfigPage(s, settings.Config{Outside: []changes.Change{c}, History: []changes.Change{c}, Now: now}),
		"conflict": settings.ConflictPage(s, settings.Conflict{Changes: []changes.Change{c}, Now: now}),
		"overview": platform.OverviewPage(s, platform.Overview{Freshness: fresh(), Changes: []changes.Change{c}}),
		"audit":    record.AuditPage(s, record.Audit{Items: []audit.Entry{{Seq: 1, Action: audit.AccessRefused, Outcome: audit.Refused}}}),
	} {
		text := draw(t, page)
		if !strings.Contains(text, "somebody unknown") {
			t.Errorf("%s: nobody is named", name)
		}

		if strings.Contains(text, "<q></q>") || strings.Contains(text, "by ,") {
			t.Errorf("%s: somebody without a name, or a reason of nothing, is in\n%s", name, text)
		}
	}
}
