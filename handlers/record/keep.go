package record

import (
	"net/http"
	"strconv"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/record"
)

// KeepForm asks why an outside change may stand.
func (h *Handlers) KeepForm(p *web.Page) error {
	id, err := p.ID("change")
	if err != nil {
		return err
	}

	change, err := h.Changes.Get(p.Ctx(), id)
	if err != nil {
		return err
	}

	return h.showKeepForm(p, http.StatusOK, pages.KeepForm{Change: change})
}

func (h *Handlers) showKeepForm(p *web.Page, status int, view pages.KeepForm) error {
	section, err := ops.SectionOf(view.Change.Section)
	if err != nil {
		return err
	}

	over, goOn, err := h.Changes.DecidedWith(p.Ctx(), view.Change)
	if err != nil {
		return err
	}

	view.Leases, view.GoOn = idsOf(over), idsOf(goOn)

	view.Title, view.Differences, view.Now = section.Title, section.Diff(view.Change.Before, view.Change.After), p.Now

	return p.Answer(web.Answer{
		Status: status, Data: view, Full: pages.KeepPage(h.Shell(p, "history", "Keep a change from outside"), view),
	})
}

func idsOf(leases []lease.Lease) []int64 {
	var ids []int64
	for _, l := range leases {
		ids = append(ids, l.ID)
	}

	return ids
}

// Keep lets an outside change stand.
func (h *Handlers) Keep(p *web.Page) error {
	id, err := p.ID("change")
	if err != nil {
		return err
	}

	f, err := p.Fields()
	if err != nil {
		return h.refused(p, "", err)
	}

	var change changes.Change

	reason := f.Text("reason")

	if err = f.Done(); err != nil {
		err = h.refused(p, reason, err)
	} else {
		change, err = h.Changes.KeepExternal(p.Ctx(), p.Actor(), id, reason)
	}

	switch {
	case len(ops.FieldErrors(err)) > 0:
		return h.keepRefused(p, id, reason, err)
	case err != nil:
		return err
	default:
		return sendKept(p, change)
	}
}

// sendKept answers a change that somebody let stand.
func sendKept(p *web.Page, change changes.Change) error {
	if p.WantsJSON() {
		return p.JSON(http.StatusOK, map[string]changes.Change{"change": change})
	}

	return p.SeeOther("/history/" + strconv.FormatInt(change.ID, 10))
}

// KeptAgain answers once more that a change stands.
func (h *Handlers) KeptAgain(p *web.Page, act audit.Entry) error {
	change, err := h.Changes.Get(p.Ctx(), act.Change)
	if err != nil {
		return err
	}

	return sendKept(p, change)
}

// refused keeps in the audit log what is refused before it is tried, and returns the cause.
func (h *Handlers) refused(p *web.Page, reason string, cause error) error {
	return h.Changes.Refuse(p.Ctx(), p.Actor(), p.Entry(audit.ChangeKeep, "history", reason), cause)
}

// keepRefused shows the form again with what was typed.
func (h *Handlers) keepRefused(p *web.Page, id int64, reason string, cause error) error {
	return p.Refused(cause, web.Has("reason"), func(status int, wrong web.Wrong) error {
		change, err := h.Changes.Get(p.Ctx(), id)
		if err != nil {
			return err
		}

		return h.showKeepForm(p, status, pages.KeepForm{
			Change: change, Reason: reason, ReasonError: web.Sentences(wrong.Fields["reason"], wrong.Problem),
		})
	})
}
