package handlers

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
)

// leases lists the temporary changes that have not ended, or those in the state that is
// asked for.
func (h *Handlers) leases(p *page) error {
	q := query{p: p, errs: map[string]string{}}
	state := q.oneOf("state", append(texts(lease.States()), templates.AnyLease))
	filter := lease.Filter{
		State: lease.State(strings.TrimPrefix(state, templates.AnyLease)), Before: q.cursor(), Limit: q.limit(),
	}

	if err := q.refusal(); err != nil {
		return err
	}

	shell := h.shell(p, "leases", "Temporary changes")

	if state == "" {
		view, err := h.leasesView(p.ctx(), p.now)
		if err != nil {
			return err
		}

		shell.Events = "/events?page=leases"

		return p.answer(answer{data: view, full: templates.LeasesPage(shell, view)})
	}

	found, err := h.Changes.LeaseHistory(p.ctx(), filter)
	if err != nil {
		return err
	}

	view := templates.Leases{
		Items: list(found.Items), Next: next(found.Next), State: state, Before: filter.Before, Tickets: h.Tickets, Now: p.now,
	}

	return p.answer(answer{data: view, full: templates.LeasesPage(shell, view)})
}

// leasesView is the temporary changes that have not ended.
func (h *Handlers) leasesView(ctx context.Context, now time.Time) (templates.Leases, error) {
	open, err := h.Changes.Leases(ctx)

	return templates.Leases{Items: list(open), Tickets: h.Tickets, Now: now}, err
}

func (h *Handlers) drawLeases(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.leasesView(ctx, now)

	return templates.LeasesLive(view), err
}

// leaseRegion begins the name of the live region of a temporary change; its id follows.
const leaseRegion = "lease-"

// showLease shows one temporary change, over or not.
func (h *Handlers) showLease(p *page) error {
	id, err := p.id("lease")
	if err != nil {
		return err
	}

	view, err := h.leaseView(p.ctx(), id, p.now)
	if err != nil {
		return err
	}

	shell := h.shell(p, "leases", "Temporary change "+strconv.FormatInt(id, 10))
	shell.Events = "/events?page=" + leaseRegion + strconv.FormatInt(id, 10)

	return p.answer(answer{data: view, full: templates.LeasePage(shell, view)})
}

func (h *Handlers) leaseView(ctx context.Context, id int64, now time.Time) (templates.LeaseDetail, error) {
	lease, err := h.Changes.Lease(ctx, id)
	if err != nil {
		return templates.LeaseDetail{}, err
	}

	section, err := ops.SectionOf(lease.Section)

	return templates.LeaseDetail{
		Lease: lease, Title: section.Title, Differences: section.Diff(lease.Before, lease.Set), Tickets: h.Tickets, Now: now,
	}, err
}

func (h *Handlers) drawLease(id int64) drawFunc {
	return func(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
		view, err := h.leaseView(ctx, id, now)

		return templates.LeaseLive(view), err
	}
}

// id is the number in the path, of a kind of thing.
func (p *page) id(kind string) (int64, error) {
	id, err := strconv.ParseInt(p.Param("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, ops.NotFound(kind, p.Param("id"))
	}

	return id, nil
}

// lease is the one in the path.
func (h *Handlers) lease(p *page) (lease.Lease, error) {
	id, err := p.id("lease")
	if err != nil {
		return lease.Lease{}, err
	}

	l, err := h.Changes.Lease(p.ctx(), id)
	if err == nil && l.Kind == lease.ByHolder {
		err = &ops.Error{
			Code: ops.CodeConflict, Message: "This temporary change belongs to a maintenance window: extend or end the window.",
		}
	}

	return l, err
}

// leaseForm asks for the reason of what is to be done.
func (h *Handlers) leaseForm(p *page) error {
	if !slices.Contains(templates.LeaseActs(), p.Param("act")) {
		return ops.NotFound("act", p.Param("act"))
	}

	lease, err := h.lease(p)
	if err != nil {
		return err
	}

	return h.showLeaseForm(p, http.StatusOK, templates.LeaseForm{Lease: lease})
}

func (h *Handlers) showLeaseForm(p *page, status int, view templates.LeaseForm) error {
	section, err := ops.SectionOf(view.Lease.Section)
	if err != nil {
		return err
	}

	view.Act, view.Title, view.Fields = p.Param("act"), section.Title, section.Fields
	view.RequestID, view.Now = p.requestID(), p.now

	send := sending{
		path: []string{"leases", strconv.FormatInt(view.Lease.ID, 10), view.Act}, asked: []string{"reason"},
		typed: url.Values{"reason": {view.Reason}, "duration": {view.Term.Duration}, "until": {view.Term.Until}},
	}
	if view.Act == "extend" {
		send.optional = []string{"duration", "until"}
	}

	view.Snippets = h.snippets(send)
	shell := h.shell(p, "leases", "Temporary change "+strconv.FormatInt(view.Lease.ID, 10))

	return p.answer(answer{status: status, data: view, full: templates.LeaseFormPage(shell, view)})
}

// leaseAct extends, ends or confirms a lease.
func (h *Handlers) leaseAct(p *page) error {
	if !slices.Contains(templates.LeaseActs(), p.Param("act")) {
		return ops.NotFound("act", p.Param("act"))
	}

	in, err := p.input()
	if err != nil {
		return h.refused(p, leaseEntry(p, ""), err)
	}

	l, err := h.lease(p)
	if err != nil {
		return h.refused(p, leaseEntry(p, in.reason()), err)
	}

	after, err := h.actOnLease(p, l, in)
	h.Monitor.Wake()

	switch {
	case err != nil:
		return h.leaseRefused(p, l, in, err)
	case p.wantsJSON():
		return p.json(http.StatusOK, map[string]lease.Lease{"lease": after})
	default:
		return p.seeOther(templates.LeasePath(after.ID))
	}
}

// leaseEntry is what the audit log says of the act in the path.
func leaseEntry(p *page, reason string) audit.Entry {
	actions := map[string]audit.Action{"extend": audit.LeaseExtend, "end": audit.LeaseEnd, "confirm": audit.LeaseConfirm}

	return p.entry(actions[p.Param("act")], "leases", reason)
}

func (h *Handlers) actOnLease(p *page, l lease.Lease, in input) (lease.Lease, error) {
	allowed := []string{"reason"}
	if p.Param("act") == "extend" {
		allowed = append(allowed, "duration", "until")
	}

	if errs := in.only(allowed...); len(errs) > 0 {
		return lease.Lease{}, h.refused(p, leaseEntry(p, in.reason()), ops.Invalid(errs))
	}

	switch p.Param("act") {
	case "extend":
		term, errs := h.Changes.ParseTerm(in.aside["duration"], in.aside["until"], "")
		if len(errs) > 0 {
			return lease.Lease{}, h.refused(p, leaseEntry(p, in.reason()), ops.Invalid(errs))
		}

		if term != nil {
			if err := h.Windows.CheckAgainstWindows(p.ctx(), l.Section, slices.Collect(maps.Keys(l.Set)), term.EndsAt); err != nil {
				return lease.Lease{}, h.refused(p, leaseEntry(p, in.reason()), err)
			}
		}

		return h.Changes.Extend(p.ctx(), p.actor(), l.ID, term, in.reason())
	case "end":
		return h.Changes.End(p.ctx(), h.service(p), p.actor(), l.ID, in.reason())
	default:
		return h.Changes.Confirm(p.ctx(), p.actor(), l.ID, in.reason())
	}
}

// leaseRefused shows the form again with what was typed.
func (h *Handlers) leaseRefused(p *page, l lease.Lease, in input, cause error) error {
	e := ops.AsError(cause)
	if p.wantsJSON() || e.Code == ops.CodeInternal {
		return cause
	}

	view := templates.LeaseForm{
		Lease: l, Reason: in.reason(),
		Term: templates.TermInput{Duration: in.aside["duration"], Until: in.aside["until"]},
	}

	fields := ops.FieldErrors(cause)
	if len(fields) == 0 {
		view.Problem = e.Message
	}

	for _, f := range fields {
		switch strings.TrimPrefix(f.Field, "body.") {
		case "reason":
			view.ReasonError = sentenceOf(f.Message)
		case "duration":
			view.Term.DurationError = sentenceOf(f.Message)
		case "until":
			view.Term.UntilError = sentenceOf(f.Message)
		default:
			view.Problem = sentenceOf(f.Message)
		}
	}

	return h.showLeaseForm(p, e.Code.HTTPStatus(), view)
}
