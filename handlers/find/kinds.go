package find

import (
	"context"
	"iter"
	"net/url"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/find"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/record"
	"github.com/graph-olap/opsconsole/templates/shell"
	hooks "github.com/graph-olap/opsconsole/templates/webhooks"
)

func (h *Handlers) found(ctx context.Context, kind search.Kind, text string) iter.Seq2[int64, error] {
	return h.Search.Found(ctx, search.Query{Kind: kind, Text: text})
}

// of is a group of at most as many items as are shown; more is where all are.
func of(kind, title, page string, items []pages.Item, more string) pages.Group {
	return searched(kind, title, page, items, more, false)
}

// searched is [of] what a search found that may not have looked at all: there is more then where it goes on.
func searched(kind, title, page string, items []pages.Item, more string, cut bool) pages.Group {
	if len(items) <= shown && !cut {
		more = ""
	}

	return pages.Group{Kind: kind, Title: title, Items: web.List(items[:min(len(items), shown)]), More: more, Cut: cut, Page: page}
}

// address is that of a page with a name in its query.
func address(page, name, value string) string { return page + "?" + url.Values{name: {value}}.Encode() }

// changes have the words in their reason, actor, fields or values.
func (h *Handlers) changes(ctx context.Context, text string) (pages.Group, error) {
	found, err := h.Changes.History(ctx, changes.Filter{Text: text, Limit: shown + 1})

	var items []pages.Item
	for _, c := range found.Items {
		items = append(items, pages.Item{
			Title: record.ChangeTitle(c), Note: said(c.Who(), c.Reason), Path: record.ChangePath(c.ID), At: &c.At,
		})
	}

	return searched("change", "Changes", "/history", items, address("/history", "q", text), found.Cut), err
}

// said is what somebody gave as their reason.
func said(who, reason string) string {
	if reason == "" {
		return who
	}

	return who + ": " + reason
}

// entries are acts that have the words in an entry of theirs: each once, by the newest.
func (h *Handlers) entries(ctx context.Context, text string) (pages.Group, error) {
	found, err := h.Audit.List(ctx, audit.Filter{Text: text, Limit: 2*shown + 1})

	var (
		items []pages.Item
		acts  []int64
	)

	for _, e := range found.Items {
		act := e.Seq
		if e.Intent != 0 {
			act = e.Intent
		}

		if slices.Contains(acts, act) {
			continue
		}

		acts = append(acts, act)
		items = append(items, pages.Item{
			Title: action.Said(string(e.Action), e.Object), Note: said(audit.Who(e.Actor), e.Reason),
			Path: address("/audit", "entry", format.ID(e.Seq)), At: &e.At,
		})
	}

	return searched("audit", "Audit", "/audit", items, address("/audit", "q", text), found.Cut), err
}

// windows have the words in their title or what they say.
func (h *Handlers) windows(ctx context.Context, text string) (pages.Group, error) {
	found, err := search.Load(h.found(ctx, search.Window, text), shown, each(func(id int64) (maintenance.Window, error) {
		return h.Windows.Get(ctx, id)
	}))

	var items []pages.Item
	for _, w := range found {
		items = append(items, pages.Item{Title: w.Title, Note: components.Word(w.Phase), Path: shell.WindowPath(w.ID), At: &w.StartsAt})
	}

	return of("window", "Maintenance windows", "/maintenance", items, ""), err
}

// points have the words in their name or reason.
func (h *Handlers) points(ctx context.Context, text string) (pages.Group, error) {
	found, err := search.Load(h.found(ctx, search.Point, text), shown, each(func(id int64) (changes.Point, error) {
		return h.Changes.Point(ctx, id)
	}))

	var items []pages.Item
	for _, point := range found {
		items = append(items, pages.Item{
			Title: point.Name, Note: said(point.Actor, point.Reason), Path: "/points/" + format.ID(point.ID), At: &point.At,
		})
	}

	return of("point", "Named points", "/points", items, ""), err
}

// webhooks have the words in their name.
func (h *Handlers) webhooks(ctx context.Context, text string) (pages.Group, error) {
	found, err := search.Load(h.found(ctx, search.Webhook, text), shown, each(func(id int64) (webhooks.Endpoint, error) {
		return h.Webhooks.Endpoint(ctx, id)
	}))

	var items []pages.Item
	for _, e := range found {
		items = append(items, pages.Item{Title: e.Name, Note: e.Address, Path: hooks.Path(e.ID)})
	}

	return of("webhook", "Webhooks", shell.WebhooksPath, items, ""), err
}

// each loads one after the other; one that was deleted meanwhile is left out.
func each[T any](get func(id int64) (T, error)) func(ids []int64) ([]T, error) {
	return func(ids []int64) ([]T, error) {
		var out []T

		for _, id := range ids {
			one, err := get(id)

			switch {
			case err == nil:
				out = append(out, one)
			case ops.AsError(err).Code != ops.CodeNotFound:
				return nil, err
			}
		}

		return out, nil
	}
}

// owners have the words in their name, and have or had instances.
func (h *Handlers) owners(ctx context.Context, text string) (pages.Group, error) {
	owners, err := h.Search.FindOwners(ctx, text, shown)
	held := h.Monitor.Snapshot().Instances

	var items []pages.Item

	for _, owner := range owners {
		item := pages.Item{Title: owner.Username, Path: address(shell.InstancesPath, "owner", owner.Username)}
		i := slices.IndexFunc(held.Value.ByOwner, func(o ops.OwnerCount) bool { return o.OwnerUsername == owner.Username })

		switch {
		case !held.Known():
		case i >= 0:
			item.Note = format.Plural(held.Value.ByOwner[i].Count, "instance", "instances")
		case owner.Last.IsZero():
			item.Note = "No instances"
		default:
			item.Note, item.At = "No instances; last seen with one", &owner.Last
		}

		items = append(items, item)
	}

	return of("owner", "Owners", shell.InstancesPath, items, ""), err
}

// exports are those of that number, as far as they were read last.
func (h *Handlers) exports(_ context.Context, text string) (pages.Group, error) {
	var items []pages.Item

	for _, job := range h.Monitor.Snapshot().Exports.Value.Jobs {
		if number := format.ID(job.ID); strings.HasPrefix(number, text) {
			items = append(items, pages.Item{
				Title: "Export " + number, Note: components.Word(job.Status) + ", " + job.EntityName,
				Path: address("/exports", "q", number),
			})
		}
	}

	return of("export", "Exports", "/exports", items, address("/exports", "q", text)), nil
}

// instancesOf asks the control plane, once.
func instancesOf(ctx context.Context, service ops.Instances, text string) (pages.Group, error) {
	found, err := service.ListInstances(ctx, ops.InstancesQuery{Search: text, Limit: shown + 1})

	var items []pages.Item
	for _, i := range found.Instances {
		items = append(items, pages.Item{
			Title: i.Name, Note: components.Word(i.Status) + ", " + i.OwnerUsername, Path: shell.InstancePath(i.ID),
		})
	}

	return of("instance", "Instances", shell.InstancesPath, items, address(shell.InstancesPath, "q", text)), err
}
