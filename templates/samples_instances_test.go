package templates_test

import (
	"encoding/json"
	"time"

	"github.com/a-h/templ"

	acts "github.com/graph-olap/opsconsole/internal/instances"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/find"
	"github.com/graph-olap/opsconsole/templates/instances"
	"github.com/graph-olap/opsconsole/templates/shell"
)

func sampleInstance() ops.Instance {
	at := func(d time.Duration) *ops.Time { return new(ops.At(now.Add(d))) }

	return ops.Instance{
		ID: 7, SnapshotID: new(int64(3)), OwnerUsername: evil, WrapperType: evil, Name: evil, Description: new(evil), InstanceURL: new("https://graph.example/" + evil),
		PodName: new(evil), Status: ops.InstanceStatus(evil), ErrorCode: new(evil), ErrorMessage: new(evil), StackTrace: new(evil),
		CreatedAt: ops.At(now.Add(-time.Hour)), UpdatedAt: ops.At(now), StartedAt: at(-time.Hour), LastActivityAt: at(-4 * time.Minute),
		ExpiresAt: at(2 * time.Hour), TTL: new("PT3H"), InactivityTimeout: new(evil), MemoryUsageBytes: new(int64(5 << 30)),
		DiskUsageBytes: new(int64(12)), CPUCores: new(2), Progress: json.RawMessage(`"<evil-element>"`),
	}
}

func instancePages(s shell.Shell) map[string]templ.Component {
	one := sampleInstance()
	ended := one
	ended.ID = 10
	ended.ExpiresAt = new(ops.At(now.Add(-time.Minute)))

	list := instances.List{
		Items: []ops.Instance{one, ended, {ID: 8, TTL: new(evil)}, {ID: 9}}, Total: 104, Pages: 3, PageSize: 50, Now: now,
		Query: instances.Query{Owner: evil, Status: evil, Search: evil, Page: 2, All: true}, Errors: map[string]string{"status": evil},
	}
	detail := instances.Detail{
		Instance: one, Now: now,
		Events: []ops.InstanceEvent{{ID: 1, EventType: evil, Details: json.RawMessage(`"<evil-element>"`), CreatedAt: ops.At(now)}},
		Acts:   []instances.Act{{Act: acts.Terminate}, {Act: acts.Resume, Why: evil}},
	}
	form := func(act acts.Act) instances.Form {
		return instances.Form{
			Instance: one, Act: act, Why: evil, Limit: evil, Longest: evil, TTL: evil, TTLError: evil, Reason: evil, ReasonError: evil,
			Problem: evil, RequestID: evil, Now: now,
			Snippets: []components.Snippet{{Language: evil, Parts: []components.SnippetPart{{Text: evil}}}},
		}
	}

	group := find.Group{Title: evil, More: "/history?q=" + evil, Items: []find.Item{{Title: evil, Note: evil, Path: "/history/7", At: &now}}}

	return map[string]templ.Component{
		"find":                          find.FindPage(s, find.Results{Query: evil, Groups: []find.Group{group}, Incomplete: true, Instances: "/find", Now: now}),
		"find, nothing":                 find.FindPage(s, find.Results{Query: evil, Instances: "/find?q=" + evil, Now: now}),
		"find, no instance":             find.FindPage(s, find.Results{Query: evil, Now: now}),
		"find, refused":                 find.FindPage(s, find.Results{Query: evil, Error: evil, Now: now}),
		"instances":                     instances.ListPage(s, list),
		"instances, none":               instances.ListPage(s, instances.List{Query: instances.Query{Page: 1}, Now: now}),
		"instances, none found":         instances.ListPage(s, instances.List{Query: instances.Query{Owner: evil, Page: 1}, Now: now}),
		"instances, past the last page": instances.ListPage(s, instances.List{Total: 3, Pages: 1, Query: instances.Query{Page: 4}, Now: now}),
		"instance":                      instances.Page(s, detail),
		"instance, quiet":               instances.Page(s, instances.Detail{Instance: ops.Instance{ID: 9}, Events: []ops.InstanceEvent{}, Now: now}),
		"instance, unread events":       instances.Page(s, instances.Detail{Instance: ops.Instance{ID: 9}, EventsError: evil, Now: now}),
		"instance, terminate":           instances.FormPage(s, form(acts.Terminate)),
		"instance, resume":              instances.FormPage(s, form(acts.Resume)),
		"instance, extend":              instances.FormPage(s, form(acts.Extend)),
		"instances, terminate": instances.ReviewPage(s, instances.Review{
			Items: []instances.Ask{{Instance: one}, {Instance: ops.Instance{ID: 8}, Problem: evil}}, Reason: evil, ReasonError: evil, Problem: evil,
			RequestID: evil, Now: now,
		}),
		"instances, results": instances.ResultsPage(s, instances.Results{Entry: 3, Now: now, Items: []instances.Result{
			{Result: acts.Result{ID: 7, Outcome: acts.Terminated}, Subject: acts.Subject{ID: 7, Name: evil, Owner: evil}},
			{Result: acts.Result{ID: 8, Outcome: acts.Refused, Code: evil, Message: evil}, Subject: acts.Subject{ID: 8}},
			{Result: acts.Result{ID: 9, Outcome: acts.Unknown, Message: evil}, Since: evil},
		}}),
	}
}
