package session

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/monitor"
	pages "github.com/graph-olap/opsconsole/templates/session"
)

// ownParam names, to the live updates, the session of whoever looks.
const ownParam = "own"

// List lists the sessions of everybody.
func (h *Handlers) List(p *web.Page) error {
	list, total, err := h.Auth.Sessions(p.Ctx())
	if err != nil {
		return err
	}

	isOwn := func(one auth.Session) bool { return one.IsOf(p.Who) }
	view := listView(list, total, p.Now, isOwn)
	shell := h.Shell(p, "sessions", "Sessions")
	query := url.Values{}

	for _, one := range view.Items {
		if one.Own && one.ID != "" {
			query.Set(ownParam, one.ID)
		}
	}

	shell.Events = live.EventsFor("sessions", query)

	return p.Answer(web.Answer{Data: view, Full: pages.ListPage(shell, view)})
}

// Views are the list as it changes.
func (h *Handlers) Views() []live.View {
	return []live.View{{Page: "sessions", Element: pages.ListRegion, Params: []string{ownParam}, Of: h.listOf}}
}

func (h *Handlers) listOf(values url.Values) (live.Draw, error) {
	own := values.Get(ownParam)

	return func(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
		list, total, err := h.Auth.Sessions(ctx)
		isOwn := func(one auth.Session) bool { return own != "" && one.ID == own }

		return pages.ListLive(listView(list, total, now, isOwn)), err
	}, nil
}

func listView(list []auth.Session, total int, now time.Time, isOwn func(auth.Session) bool) pages.List {
	view := pages.List{Items: make([]pages.Session, len(list)), Total: total, Now: now}
	each := map[string]int{}

	for i, one := range list {
		view.Items[i] = viewOf(one, isOwn(one))
		each[one.Subject]++
	}

	for i := range view.Items {
		view.Items[i].OfPerson = each[view.Items[i].Subject]
	}

	return view
}

func viewOf(one auth.Session, own bool) pages.Session {
	return pages.Session{
		ID: one.ID, Own: own, Username: one.Username, Role: one.Role, Issuer: one.Issuer, Subject: one.Subject,
		SignedInAt: one.SignedInAt, LastSeenAt: one.LastSeenAt, IdleAt: one.IdleAt, ExpiresAt: one.ExpiresAt,
		Address: one.Address, UserAgent: one.UserAgent, Client: pages.ClientOf(one.UserAgent),
	}
}
