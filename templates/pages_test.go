package templates_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/templates/announcements"
	approvalsview "github.com/graph-olap/opsconsole/templates/approvals"
	leasesview "github.com/graph-olap/opsconsole/templates/leases"
	"github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/settings"
	"github.com/graph-olap/opsconsole/templates/shell"
)

func TestPagesKeepWhatTheSecurityPolicyForbids(t *testing.T) {
	t.Parallel()

	for name, page := range pages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			for node := range parse(t, page).Descendants() {
				if node.Type != html.ElementNode {
					continue
				}

				switch {
				case node.Data == "evil-element":
					t.Error("a text came out as an element")
				case node.Data == "style":
					t.Error("there is a style element")
				case node.Data == "script" && (attribute(node, "src") == "" || node.FirstChild != nil):
					t.Error("there is an inline script")
				}

				for _, a := range node.Attr {
					if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") {
						t.Errorf("%s has an attribute %s", node.Data, a.Key)
					}

					if strings.HasPrefix(strings.TrimSpace(strings.ToLower(a.Val)), "javascript:") || strings.HasPrefix(a.Val, "js:") {
						t.Errorf("%s runs a script from %s", node.Data, a.Key)
					}

					if a.Key == "hx-trigger" && strings.Contains(a.Val, "[") {
						t.Errorf("%s has a trigger that needs eval: %s", node.Data, a.Val)
					}
				}
			}
		})
	}
}

func TestPagesNameWhatTheyReferTo(t *testing.T) {
	t.Parallel()

	for name, page := range pages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			ids := map[string]int{}
			root := parse(t, page)

			for node := range root.Descendants() {
				if id := attribute(node, "id"); id != "" {
					ids[id]++
				}
			}

			for id, n := range ids {
				if n > 1 {
					t.Errorf("the id %s is there %d times, want once", id, n)
				}
			}

			for node := range root.Descendants() {
				for _, a := range node.Attr {
					switch a.Key {
					case "for", "aria-describedby", "aria-labelledby", "aria-controls", "popovertarget", "list":
						for id := range strings.FieldsSeq(a.Val) {
							// The dialog's title comes with its content.
							if ids[id] == 0 && id != "dialog-title" {
								t.Errorf("%s of %s refers to %s, which is not there", a.Key, node.Data, id)
							}
						}
					}
				}
			}
		})
	}
}

func TestEveryFieldHasALabelAndEveryTableACaption(t *testing.T) {
	t.Parallel()

	for name, page := range pages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			root := parse(t, page)
			labelled := map[string]bool{}

			for node := range root.Descendants() {
				if node.Data == "label" {
					labelled[attribute(node, "for")] = true
				}
			}

			for node := range root.Descendants() {
				switch node.Data {
				case "input", "select", "textarea":
					if attribute(node, "type") != "hidden" && attribute(node, "aria-label") == "" && !labelled[attribute(node, "id")] {
						t.Errorf("the field %s has no label", attribute(node, "name"))
					}
				case "table":
					if child := firstElement(node); child == nil || child.Data != "caption" {
						t.Error("a table has no caption")
					}
				}
			}
		})
	}
}

func TestThePageHoldsItsLiveRegionAsItIsPushed(t *testing.T) {
	t.Parallel()

	s := anyShell()
	jobs := platform.Jobs{Freshness: fresh(), Overall: line(), Jobs: []platform.Job{job()}}
	approvalList := approvalsview.List{Items: []approvals.Approval{approval(approvals.Waiting)}, Now: now}
	leases := leasesview.List{Items: []lease.Lease{sampleLease(lease.Active)}, Now: now}
	health := platform.Health{Freshness: fresh(), Overall: line(), Components: []platform.Component{component()}}

	for region, c := range map[string]struct{ page, live templ.Component }{
		platform.OverviewRegion:      {platform.OverviewPage(s, overview()), platform.OverviewLive(overview())},
		platform.HealthRegion:        {platform.HealthPage(s, health), platform.HealthLive(health)},
		platform.CapacityRegion:      {platform.CapacityPage(s, capacity()), platform.CapacityLive(capacity())},
		platform.JobsRegion:          {platform.JobsPage(s, jobs), platform.JobsLive(jobs)},
		platform.ExportsRegion:       {platform.ExportsPage(s, exports()), platform.ExportsLive(exports())},
		platform.MetricsRegion:       {platform.MetricsPage(s, metrics()), platform.MetricsLive(metrics())},
		settings.ConfigNowRegion:     {settings.ConfigPage(s, config()), settings.ConfigNow(config())},
		leasesview.ListRegion:        {leasesview.ListPage(s, leases), leasesview.ListLive(leases)},
		approvalsview.ListRegion:     {approvalsview.ListPage(s, approvalList), approvalsview.ListLive(approvalList)},
		approvalsview.Region:         {approvalsview.Page(s, approvalDetail(approvals.Waiting)), approvalsview.Live(approvalDetail(approvals.Waiting))},
		leasesview.Region:            {leasesview.Page(s, leaseDetail()), leasesview.Live(leaseDetail())},
		settings.ConfigHistoryRegion: {settings.ConfigPage(s, config()), settings.ConfigHistory(config())},
		shell.Region:                 {platform.JobsPage(s, jobs), shell.Live(s.Trouble, s.Approvals, s.Banner, s.Temporary, s.Now)},
	} {
		live := draw(t, c.live)
		if !strings.HasPrefix(live, `<div id="`+region+`"`) {
			t.Errorf("%s: the region begins with %.60s, want a div of that id", region, live)
		}

		if !strings.Contains(draw(t, c.page), live) {
			t.Errorf("%s: the page does not hold what is pushed", region)
		}

		push := draw(t, shell.Push(region, c.live))
		if !strings.HasPrefix(push, `<hx-partial hx-target="#`+region+`" hx-swap="outerMorph">`+live) {
			t.Errorf("%s: pushed as %.120s, want what is live in an hx-partial for that region", region, push)
		}
	}
}

func TestTheShellShowsWhereOneIs(t *testing.T) {
	t.Parallel()

	s := anyShell()
	s.Environment = shell.Environment{Name: "staging", Color: "crimson"}
	text := draw(t, platform.JobsPage(s, platform.Jobs{Freshness: fresh()}))

	for _, want := range []string{
		`href="/jobs" aria-current="page"`, `data-theme="dark"`, `class="env-grey"`, `data-events="/events?page=jobs"`,
		`<form method="post" action="/logout">`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not there", want)
		}
	}

	if n := strings.Count(text, `aria-current="page"`); n != 1 {
		t.Errorf("%d entries are current, want 1", n)
	}

	s.Events = ""
	if text := draw(t, platform.JobsPage(s, platform.Jobs{})); strings.Contains(text, "data-events") || strings.Contains(text, "live-mark") {
		t.Error("a page without events has a live mark")
	}
}

func TestANeverReadPartIsCalledUnknown(t *testing.T) {
	t.Parallel()

	text := draw(t, platform.OverviewLive(platform.Overview{Freshness: shell.Freshness{Now: now}}))
	if n := strings.Count(text, "Not known yet"); n != 4 {
		t.Errorf("%d parts are not known yet, want 4: %s", n, text)
	}

	if strings.Contains(text, "None") || strings.Contains(text, ">0<") {
		t.Error("what is not known is drawn as nothing")
	}
}

func TestAnOpenOutcomeShutsTheForm(t *testing.T) {
	t.Parallel()

	v := config()
	if text := draw(t, settings.ConfigPanel(v)); strings.Contains(text, "/restore") || !strings.Contains(text, "<button class=\"btn\" disabled") {
		t.Error("a section with an open change can be changed")
	}

	v.Open = nil
	if text := draw(t, settings.ConfigPanel(v)); !strings.Contains(text, "/history/48/restore") || strings.Contains(text, "<button class=\"btn\" disabled") {
		t.Error("a section without an open change cannot be changed")
	}
}

func TestAReviewWithoutADifferenceCannotBeSaved(t *testing.T) {
	t.Parallel()

	text := draw(t, settings.ReviewPanel(settings.Review{Title: "Concurrency", Action: "/config/concurrency", Edit: "/config/concurrency"}))
	if strings.Contains(text, "<form") || !strings.Contains(text, "Nothing would change") {
		t.Error(text)
	}
}

func draw(t *testing.T, c templ.Component) string {
	t.Helper()

	var out bytes.Buffer
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}

	return string(anyViewer().Fill(out.Bytes()))
}

func parse(t *testing.T, c templ.Component) *html.Node {
	t.Helper()

	root, err := html.Parse(strings.NewReader(draw(t, c)))
	if err != nil {
		t.Fatal(err)
	}

	return root
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}

	return ""
}

func firstElement(node *html.Node) *html.Node {
	for child := range node.ChildNodes() {
		if child.Type == html.ElementNode {
			return child
		}
	}

	return nil
}

func TestASeriesTellsUsersOnceWhatItMeans(t *testing.T) {
	t.Parallel()

	series := []maintenance.Phase{maintenance.Announced, maintenance.Announced, maintenance.Announced}

	page := draw(t, announcements.Page(anyShell().Environment, announcements.Feeds{}, announcementsOf(series...)))
	if n := strings.Count(page, `class="message"`); n != 1 {
		t.Errorf("the message is there %d times, want once", n)
	}

	if n := strings.Count(page, "<article"); n != len(series) {
		t.Errorf("%d windows are there, want %d", n, len(series))
	}
}
