package find

import (
	"context"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/find"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Handlers answers searches.
type Handlers struct {
	web.Frame

	Search   *search.Index
	Changes  *changes.Changes
	Audit    *audit.Log
	Windows  *maintenance.Windows
	Webhooks *webhooks.Webhooks
	Monitor  *monitor.Monitor
	// Platform is asked for instances.
	Platform ops.InstancesPlatform
	// Tickets become links in what is noted.
	Tickets format.Tickets

	turns turns
}

// Params are the names that the address of a search may have.
func Params() []string { return []string{"q", "in"} }

const (
	// shown is how much is shown of a kind.
	shown = 5
	// within is how long a search may take.
	within = 5 * time.Second
)

// Find shows what a text finds.
func (h *Handlers) Find(p *web.Page) error {
	q := p.Query()
	view := pages.Results{Query: q.Search(), Groups: []pages.Group{}, Tickets: h.Tickets, Now: p.Now}
	instances := q.OneOf("in", []string{pages.InInstances}) != ""

	view.Error = q.Errors["q"]

	status, err := q.Refused()
	if err != nil {
		return err
	}

	surround := h.Shell(p, "find", "Find")

	if status == 0 && view.Query != "" {
		if view.Groups, err = h.groups(p, surround, view.Query, instances); err != nil {
			return err
		}

		if view.Incomplete, err = h.incomplete(p.Ctx()); err != nil {
			return err
		}
	}

	if !instances {
		view.Instances = pages.InstancesAddress(view.Query)
	}

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.FindPage(surround, view)})
}

func (h *Handlers) incomplete(ctx context.Context) (bool, error) {
	complete, err := h.Search.Complete(ctx)

	return !complete, err
}

// groups are those in which something was found, in the order in which they are shown.
func (h *Handlers) groups(p *web.Page, surround shell.Shell, text string, instances bool) ([]pages.Group, error) {
	leave, err := h.turns.take(p.Ctx())
	if err != nil {
		return nil, err
	}
	defer leave()

	ctx, cancel := context.WithTimeout(p.Ctx(), within)
	defer cancel()

	looks := []func(context.Context, string) (pages.Group, error){
		func(context.Context, string) (pages.Group, error) {
			return places(surround.Pages, "page", "Pages", text), nil
		},
		func(context.Context, string) (pages.Group, error) {
			return places(shell.Actions, "action", "Actions", text), nil
		},
		h.exports, h.owners, h.windows, h.changes, h.points, h.webhooks, h.entries,
	}

	if instances {
		service := p.Instances(h.Platform)
		looks = []func(context.Context, string) (pages.Group, error){
			func(_ context.Context, text string) (pages.Group, error) { return instancesOf(p.Ctx(), service, text) },
		}
	}

	groups := []pages.Group{}

	for _, look := range looks {
		group, err := look(ctx, text)
		if err != nil {
			return nil, err
		}

		if len(group.Items) > 0 || group.Cut {
			groups = append(groups, group)
		}
	}

	return groups, nil
}

// places are pages or actions whose name has all the words.
func places(of func(wanted func(string) bool) []shell.Target, kind, title, text string) pages.Group {
	words := strings.Fields(search.Fold(text))
	group := pages.Group{Kind: kind, Title: title}

	for _, target := range of(func(label string) bool {
		label = search.Fold(label)

		for _, word := range words {
			if !strings.Contains(label, word) {
				return false
			}
		}

		return true
	}) {
		group.Items = append(group.Items, pages.Item{Title: target.Label, Path: target.Path})
	}

	return group
}
