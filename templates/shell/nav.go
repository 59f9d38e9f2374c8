package shell

import (
	"slices"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// navItem is an entry of the navigation: a page that is built.
type navItem struct {
	ID    string
	Label string
	Path  string
	Icon  components.Icon
	// Group is the heading it stands under, "" for none.
	Group string
}

// navigation is the one list of pages, in their order.
func navigation() []navItem {
	return []navItem{
		{"overview", "Overview", "/", components.IconLayoutDashboard, ""},
		{"health", "Health", "/health", components.IconHeartPulse, ""},
		{"capacity", "Capacity", "/capacity", components.IconGauge, ""},
		{"instances", "Instances", InstancesPath, components.IconWaypoints, ""},
		{"jobs", "Jobs", "/jobs", components.IconListChecks, ""},
		{"exports", "Exports", "/exports", components.IconDatabaseZap, ""},
		{"maintenance", "Maintenance", "/maintenance", components.IconWrench, ""},
		{"lifecycle", "Lifecycle", "/config/lifecycle", components.IconClock, "Configuration"},
		{"concurrency", "Concurrency", "/config/concurrency", components.IconSlidersHorizontal, "Configuration"},
		{"export", "Export", "/config/export", components.IconDatabaseZap, "Configuration"},
		{"leases", "Temporary changes", "/leases", components.IconTimer, "Configuration"},
		{"scheduled", "Scheduled changes", "/scheduled", components.IconClock, "Configuration"},
		{"points", "Named points", "/points", components.IconGitCommitHorizontal, "Configuration"},
		{"history", "History", "/history", components.IconHistory, "Record"},
		{"incident", "Incident", "/incident", components.IconTriangleAlert, "Record"},
		{approvalsID, "Approvals", "/approvals", components.IconUserRound, "Record"},
		{"audit", "Audit", "/audit", components.IconScrollText, "Record"},
		{"sessions", "Sessions", "/sessions", components.IconMonitor, "Record"},
		{"metrics", "Metrics", "/metrics", components.IconActivity, "Record"},
	}
}

// approvalsID is the entry that is there only where something needs a second person.
const approvalsID = "approvals"

// pages are the pages of the navigation, as far as they are there.
func (s Shell) pages() []navItem {
	all := navigation()
	if s.Approvals == nil {
		all = slices.DeleteFunc(all, func(item navItem) bool { return item.ID == approvalsID })
	}

	return all
}

// navGroup is entries under one heading.
type navGroup struct {
	Title string
	Items []navItem
}

func (s Shell) navigationGroups() []navGroup {
	var groups []navGroup

	for _, item := range s.pages() {
		if len(groups) == 0 || groups[len(groups)-1].Title != item.Group {
			groups = append(groups, navGroup{Title: item.Group})
		}

		last := &groups[len(groups)-1]
		last.Items = append(last.Items, item)
	}

	return groups
}

// action is something to do from the command palette. One with Dialog asks there what
// its page would ask.
type action struct {
	Label  string
	Path   string
	Icon   components.Icon
	Dialog bool
}

func actions() []action {
	var runs []action

	for _, job := range ops.Jobs() {
		if job.Triggerable {
			runs = append(runs, action{
				Label: "Run " + JobTitle(job.Name) + " now", Path: TriggerPath(job.Name), Icon: components.IconPlay, Dialog: true,
			})
		}
	}

	return append([]action{
		{Label: "Change the concurrency limits", Path: "/config/concurrency", Icon: components.IconPencil},
		{Label: "Change the lifecycle", Path: "/config/lifecycle", Icon: components.IconPencil},
		{Label: "Change the export limits", Path: "/config/export", Icon: components.IconPencil},
		{Label: "Raise or lower the limit of instances", Path: "/config/concurrency", Icon: components.IconPencil},
		{Label: "Turn maintenance mode on or off", Path: MaintenanceModePath, Icon: components.IconWrench},
		{Label: "Announce a window", Path: "/maintenance/windows/new", Icon: components.IconWrench},
		{Label: "Add a webhook", Path: WebhooksPath + "/new", Icon: components.IconWrench},
		onPage("points", "Save a named point"),
	}, runs...)
}

// onPage is an action that is done on the page itself, under its icon.
func onPage(id, label string) action {
	pages := navigation()
	page := pages[slices.IndexFunc(pages, func(item navItem) bool { return item.ID == id })]

	return action{Label: label, Path: page.Path, Icon: page.Icon}
}
