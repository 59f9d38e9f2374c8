package leases

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/leases"
)

// The acts of which a form asks or says more.
const (
	extend  = "extend"
	confirm = "confirm"
)

// find finds the one in the path.
func (h *Handlers) find(p *web.Page) (lease.Lease, error) {
	id, err := p.ID("lease")
	if err != nil {
		return lease.Lease{}, err
	}

	l, err := h.Changes.Lease(p.Ctx(), id)
	if err == nil && l.Kind == lease.ByHolder {
		err = &ops.Error{
			Code: ops.CodeConflict, Message: "This temporary change belongs to a maintenance window. Extend or end the window instead.",
		}
	}

	return l, err
}

// Form asks for the reason of what is to be done.
func (h *Handlers) Form(p *web.Page) error {
	if !slices.Contains(pages.Acts(), p.Param("act")) {
		return ops.NotFound("act", p.Param("act"))
	}

	l, err := h.find(p)
	if err != nil {
		return err
	}

	return h.showForm(p, http.StatusOK, pages.Form{Lease: l, Term: components.TermInput{Until: p.UntilInput("", "")}})
}

func (h *Handlers) showForm(p *web.Page, status int, view pages.Form) error {
	section, err := ops.SectionOf(view.Lease.Section)
	if err != nil {
		return err
	}

	if view.Revision, err = h.Changes.LeaseRevision(p.Ctx(), view.Lease); err != nil {
		return err
	}

	view.Act, view.Title, view.Fields = p.Param("act"), section.Title, section.Fields
	view.RequestID, view.Now = p.RequestID(), p.Now

	if view.Act == confirm {
		keeps, err := h.Changes.KeptWith(p.Ctx(), view.Lease)
		if err != nil {
			return err
		}

		for _, change := range keeps {
			view.Keeps = append(view.Keeps, change.ID)
		}
	}

	if view.Act == extend {
		beyond, err := h.Changes.LeaseBeyond(p.Ctx(), view.Lease)
		if err != nil {
			return err
		}

		view.Ahead = components.EffectLines(beyond)
	}

	form := snippet.Form{
		Path: []string{"leases", strconv.FormatInt(view.Lease.ID, 10), view.Act}, Asked: []string{"reason"},
		Typed: url.Values{"reason": {view.Reason}, "duration": {view.Term.Duration}, "until": {p.FixedMoment(view.Term.Until.Text)}},
	}
	if view.Act == extend {
		form.Optional = []string{"duration", "until"}
	}

	view.Snippets = form.Snippets(h.PublicURL)
	shell := h.Shell(p, "leases", "Temporary change "+strconv.FormatInt(view.Lease.ID, 10))
	shell.Events = live.EventsOf(formKind, view.Lease.ID)

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.FormPage(shell, view)})
}

// sent is what was sent with an act.
type sent struct {
	reason, term, duration, until, typedUntil, chosen string
	// revision is the one that was seen; 0 takes the lease as it is.
	revision int64
}

// Act extends, ends or confirms a lease.
func (h *Handlers) Act(p *web.Page) error {
	act := p.Param("act")
	if !slices.Contains(pages.Acts(), act) {
		return ops.NotFound("act", act)
	}

	f, err := p.Fields()
	if err != nil {
		return h.refused(p, "", err)
	}

	in := sent{reason: f.Text("reason"), revision: f.Number("revision")}
	if act == extend {
		in.term = f.Term()
		in.duration, in.until, in.typedUntil = f.Text("duration"), p.Until(f), f.Text("until")
		in.chosen = f.Text("until" + web.ChoiceSuffix)
	}

	l, err := h.find(p)
	if err != nil {
		return h.refused(p, in.reason, err)
	}

	after := l

	if err = f.Done(); err != nil {
		err = h.refused(p, in.reason, err)
	} else {
		after, err = h.act(p, l, in)
	}

	if err != nil {
		return h.actRefused(p, l, in, err)
	}

	return sendLease(p, after)
}

// sendLease answers an act on a lease.
func sendLease(p *web.Page, l lease.Lease) error {
	if l.Open() && !l.Settled() {
		p.TellAnew()
	}

	if p.WantsJSON() {
		return p.JSON(http.StatusOK, map[string]lease.Lease{"lease": l})
	}

	return p.SeeOther(pages.Path(l.ID))
}

// Again answers an act on a lease once more.
func (h *Handlers) Again(p *web.Page, act audit.Entry) error {
	l, err := h.find(p)
	if err != nil {
		return err
	}

	if p.Param("act") == "end" {
		after, err := h.Changes.EndedLease(p.Ctx(), l.ID, act)
		if err != nil {
			return h.actRefused(p, l, sent{reason: act.Reason}, err)
		}

		l = after
	}

	return sendLease(p, l)
}

func (h *Handlers) act(p *web.Page, l lease.Lease, in sent) (lease.Lease, error) {
	if err := h.checkRevision(p, l, in.revision); err != nil {
		return lease.Lease{}, h.refused(p, in.reason, err)
	}

	switch p.Param("act") {
	case extend:
		return h.extend(p, l, in)
	case "end":
		ended, err := h.Changes.End(p.Ctx(), p.Service(h.Platform), p.Actor(), l.ID, in.reason)
		web.WakeUnlessRefused(h.Monitor, err)

		return ended, err
	default:
		return h.Changes.Confirm(p.Ctx(), p.Actor(), l.ID, in.reason)
	}
}

// checkRevision refuses a revision that is not the lease's; 0 is any. Of two who send at the same
// moment the second may pass here, and meets what the first has done to the lease.
func (h *Handlers) checkRevision(p *web.Page, l lease.Lease, seen int64) error {
	revision, err := h.Changes.LeaseRevision(p.Ctx(), l)
	if err != nil || seen == 0 || seen == revision {
		return err
	}

	return &ops.Error{
		Code: ops.CodeConflict, Details: map[string]any{"revision": revision},
		Message: "Temporary change " + strconv.FormatInt(l.ID, 10) + " has changed since you opened it. " + pages.Stands(l) +
			" Check it, then try again.",
	}
}

// extend puts the end off.
func (h *Handlers) extend(p *web.Page, l lease.Lease, in sent) (lease.Lease, error) {
	term, errs := h.Changes.ParseTerm(in.duration, in.until, "")
	if len(errs) > 0 {
		return lease.Lease{}, h.refused(p, in.reason, ops.Invalid(errs))
	}

	return h.Changes.Extend(p.Ctx(), p.Actor(), l.ID, term, in.reason)
}

// refused keeps in the audit log what is refused before it is tried, and returns the cause.
func (h *Handlers) refused(p *web.Page, reason string, cause error) error {
	action := map[string]audit.Action{extend: audit.LeaseExtend, "end": audit.LeaseEnd, confirm: audit.LeaseConfirm}[p.Param("act")]

	return h.Changes.Refuse(p.Ctx(), p.Actor(), p.Entry(action, "leases", reason), cause)
}

// actRefused shows the form again with what was typed.
func (h *Handlers) actRefused(p *web.Page, l lease.Lease, in sent, cause error) error {
	return p.Refused(cause, web.Has("reason", "duration", "until"), func(status int, wrong web.Wrong) error {
		until := p.UntilInput(in.typedUntil, in.chosen)
		until.Refuse(wrong.Fields["until"])

		return h.showForm(p, status, pages.Form{
			Lease: l, Reason: in.reason, ReasonError: wrong.Fields["reason"], Problem: wrong.Problem, Way: wrong.Way,
			Term: components.TermInput{
				Chosen: in.term, Duration: in.duration, DurationError: wrong.Fields["duration"], Until: until,
			},
		})
	})
}
