// Package approvals shows what is waiting for another operator, and has it approved or not.
package approvals

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/approvals"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Handlers answers the pages of the approvals.
type Handlers struct {
	web.Frame

	Approvals *approvals.Approvals
	Platform  ops.Platform
	Changes   *changes.Changes
	PublicURL *url.URL
	// Replay sends what was held once more, behind the gate, and returns its answer.
	Replay func(p *web.Page, about approvals.Approval, gate audit.Gate) (status int, body []byte, err error)
	// Fresh is why an act needs a newer sign-in, nil when it does not.
	Fresh func(p *web.Page, act audit.Action) error
	// Tickets become links in reasons.
	Tickets format.Tickets
}

// person is who asks.
func (h *Handlers) person(p *web.Page) approvals.Person {
	return approvals.Person{Username: p.Who.Username, Issuer: p.Who.Issuer, Subject: p.Who.Subject}
}

// asked is the answer to what has to wait.
type asked struct {
	ID       int64              `json:"approval_id"`
	Approval approvals.Approval `json:"approval"`
}

// Ask keeps what was held, and says that it waits. Stand is how it stood before it was checked.
func (h *Handlers) Ask(p *web.Page, held *approvals.HeldError, stand string) error {
	body, err := p.Body()
	if err != nil {
		return err
	}

	if err := tellTerm(p, held); err != nil {
		return err
	}

	about, err := h.Approvals.Ask(p.Ctx(), h.person(p), p.Actor(), held, stand, approvals.Request{
		Method: p.Request().Method, Path: p.Request().URL.RequestURI(), Kind: p.Request().Header.Get("Content-Type"),
		Body: string(body), Zone: p.Location().String(), ByProgram: p.WantsJSON(),
	})
	if err != nil {
		return err
	}

	return sendAsked(p, about)
}

// tellTerm adds for how long something is asked for. A length counts from when it is carried out.
func tellTerm(p *web.Page, held *approvals.HeldError) error {
	if !strings.HasPrefix(string(held.Entry.Action), "config.") && held.Entry.Action != audit.LeaseExtend {
		return nil
	}

	f, err := p.Fields()
	if err != nil {
		return err
	}

	until := p.Until(f)

	switch duration, within := f.Text("duration"), f.Text("confirm_within"); {
	case duration != "":
		held.Entry.Message = "For " + duration + " from approval, then the previous values are restored."
	case within != "":
		held.Entry.Message = "To be confirmed within " + within + " of approval, or the previous values are restored."
	case until != "":
		held.Entry.Message = "Until " + until + ", then the previous values are restored."
	}

	return nil
}

// AskedAgain says once more that something waits, or what became of it.
func (h *Handlers) AskedAgain(p *web.Page, act audit.Entry) error {
	about, err := h.of(p.Ctx(), act)
	if err != nil {
		return err
	}

	return sendAsked(p, about)
}

func sendAsked(p *web.Page, about approvals.Approval) error {
	if !p.WantsJSON() {
		return p.SeeOther(approvals.Path(about.ID))
	}

	p.Response().Header().Set("Location", approvals.Path(about.ID))

	return p.JSON(http.StatusAccepted, asked{ID: about.ID, Approval: about})
}

func (h *Handlers) of(ctx context.Context, act audit.Entry) (approvals.Approval, error) {
	id, err := act.ObjectID()
	if err != nil {
		return approvals.Approval{}, err
	}

	return h.Approvals.Get(ctx, id)
}

// List lists what waits, and what became of the rest.
func (h *Handlers) List(p *web.Page) error {
	query, err := queryOf(p.QueryParams())
	if err != nil {
		return err
	}

	view, err := h.listView(p.Ctx(), query, p.Now)
	if err != nil {
		return err
	}

	shell := h.Shell(p, pageName, "Approvals")
	shell.Events = live.EventsFor(pageName, query.values())

	return p.Answer(web.Answer{Data: view, Full: pages.ListPage(shell, view)})
}

// Show shows one.
func (h *Handlers) Show(p *web.Page) error {
	id, err := p.ID("approval")
	if err != nil {
		return err
	}

	view, err := h.detailView(p.Ctx(), id, p.Now)
	if err != nil {
		return err
	}

	shell := h.Shell(p, pageName, fmt.Sprintf("Approval %d", id))
	shell.Events = live.EventsOf(kind, id)

	return p.Answer(web.Answer{Data: view, Full: pages.Page(shell, view)})
}

// differences are the fields of a section that differ; ok is false of what is no change of one.
func differences(about approvals.Approval) (out []ops.Difference, ok bool) {
	name, ok := strings.CutPrefix(about.Object, "config/")
	if !ok {
		return nil, false
	}

	section, err := ops.SectionOf(ops.SectionName(name))
	if err != nil {
		return nil, false
	}

	var before, after ops.Values
	if json.Unmarshal(about.Before, &before) != nil || json.Unmarshal(about.After, &after) != nil {
		return nil, false
	}

	return section.Diff(before, after), true
}
