package instances

import (
	"math"
	"net/http"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/instances"
)

// ListParams are the names that the address of the list may have.
func ListParams() []string { return []string{"owner", "status", "q", "page", "tick"} }

const (
	// textMost bounds the text of a filter, in characters: as much as a name has.
	textMost = 255
	pageMost = math.MaxInt32 / pages.PageSize
)

// List lists instances, the newest first.
func (h *Handlers) List(p *web.Page) error {
	q := p.Query()
	view := pages.List{Items: []ops.Instance{}, PageSize: pages.PageSize, Errors: q.Errors, Now: p.Now}
	view.Query = queryOf(q)

	status, err := q.Refused()
	if err != nil {
		return err
	}

	if status == 0 {
		found, err := p.Instances(h.Platform).ListInstances(p.Ctx(), selected(view.Query))
		if err != nil {
			return err
		}

		view = filled(view, found)
	}

	shell := h.Shell(p, "instances", "Instances")
	if status == 0 && !view.Query.All { // all that were there are ticked, and none that comes
		shell.Events = live.EventsFor(pageName, view.Query.Values())
	}

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.ListPage(shell, view)})
}

func selected(q pages.Query) ops.InstancesQuery {
	return ops.InstancesQuery{
		Owner: q.Owner, Status: q.Status, Search: q.Search, Offset: (q.Page - 1) * pages.PageSize, Limit: pages.PageSize,
	}
}

func filled(view pages.List, found ops.InstancesPage) pages.List {
	view.Items, view.Total = append(view.Items, found.Instances...), found.Total
	view.Pages = (found.Total + pages.PageSize - 1) / pages.PageSize

	return view
}

func queryOf(q *web.Query) pages.Query {
	query := pages.Query{
		Owner: q.Text("owner"), Status: ops.InstanceStatus(q.OneOf("status", components.Plain(ops.InstanceStatuses()))),
		Search: q.Text("q"), Page: 1, All: q.OneOf("tick", []string{"all"}) != "",
	}

	for name, value := range map[string]*string{"owner": &query.Owner, "q": &query.Search} {
		if len(ops.CheckText(name, *value, textMost)) > 0 {
			q.Errors[name], *value = "At most 255 characters.", ""
		}
	}

	if n := q.Number("page"); n > pageMost {
		q.Errors["page"] = "There is no such page."
	} else if n > 0 {
		query.Page = int(n)
	}

	return query
}

// Show shows one instance.
func (h *Handlers) Show(p *web.Page) error {
	id, err := p.ID("instance")
	if err != nil {
		return err
	}

	service := p.Instances(h.Platform)

	instance, err := service.GetInstance(p.Ctx(), id)
	if err != nil {
		return err
	}

	h.askWhatIsLacking(p)
	view := h.detail(p.Now, instance)

	switch events, err := service.GetInstanceEvents(p.Ctx(), id, ops.InstanceEventsQuery{}); {
	case err == nil:
		view.Events = append([]ops.InstanceEvent{}, events...)
	case ops.AsError(err).Code != ops.CodeNotSupported: // the rest is known all the same
		view.EventsError = web.Sentences(ops.AsError(err).Message)
	}

	shell := h.Shell(p, "instances", view.Title())
	shell.Events = live.EventsOf(kind, id)

	return p.Answer(web.Answer{Status: http.StatusOK, Data: view, Full: pages.Page(shell, view)})
}

func (h *Handlers) detail(now time.Time, instance ops.Instance) pages.Detail {
	return pages.Detail{Instance: instance, Acts: h.actsOn(now, instance), Now: now}
}
