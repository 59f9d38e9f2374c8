package approvals

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/approvals"
	"github.com/graph-olap/opsconsole/templates/components"
)

// stateOf is what an act makes of an approval.
func stateOf(act string) (approvals.State, error) {
	switch act {
	case pages.Approve:
		return approvals.Approved, nil
	case pages.Reject:
		return approvals.Rejected, nil
	case pages.BreakGlass:
		return approvals.BrokenGlass, nil
	default:
		return "", ops.NotFound("act", ops.Clip(act))
	}
}

// Form asks why something is approved, rejected, or carried out without a second person.
func (h *Handlers) Form(p *web.Page) error {
	if _, err := stateOf(p.Param("act")); err != nil {
		return err
	}

	return h.showForm(p, http.StatusOK, pages.Form{})
}

func (h *Handlers) showForm(p *web.Page, status int, view pages.Form) error {
	id, err := p.ID("approval")
	if err != nil {
		return err
	}

	if view.Detail, err = h.detailView(p.Ctx(), id, p.Now); err != nil {
		return err
	}

	view.Act, view.RequestID = p.Param("act"), p.RequestID()
	view.Own = h.person(p).Is(view.RequestedBy)

	if view.Open {
		view.Effects = h.effects(p, view.Approval)
	}

	view.Snippets = snippet.Form{
		Path:  []string{"approvals", strconv.FormatInt(id, 10), view.Act},
		Typed: url.Values{"reason": {view.Reason}}, Asked: []string{"reason"},
	}.Snippets(h.PublicURL)

	shell := h.Shell(p, pageName, fmt.Sprintf("Approval %d", id))
	shell.Events = live.EventsOf(formKind, id)

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.FormPage(shell, view)})
}

// effects are what follows from a change of a section, as its review says; none where that is not
// known.
func (h *Handlers) effects(p *web.Page, about approvals.Approval) []components.Line {
	diff, ok := differences(about)
	if !ok {
		return nil
	}

	section, _ := ops.SectionOf(ops.SectionName(about.Object[len("config/"):]))
	values := ops.Values{}

	for _, d := range diff {
		values[d.Field.Name] = d.After
	}

	known, err := h.Changes.Known(p.Ctx(), section.Name)
	if err != nil {
		return nil
	}

	plan, err := h.Changes.Preview(p.Ctx(), p.Service(h.Platform), changes.Request{
		Section: section.Name, Revision: known.Revision, Values: values, Source: changes.SourceConsole,
	})
	if err != nil {
		return nil
	}

	return components.WorstFirst(components.EffectLines(plan.Effects))
}

// Act approves what waits, rejects it, or has it carried out without a second person.
func (h *Handlers) Act(p *web.Page) error {
	to, err := stateOf(p.Param("act"))
	if err != nil {
		return err
	}

	id, err := p.ID("approval")
	if err != nil {
		return err
	}

	f, err := p.Fields()
	if err != nil {
		return err
	}

	// A form says what it was filled from; what no longer waits is refused whatever it says.
	_ = f.Number("revision")
	d := approvals.Decision{ID: id, To: to, By: h.person(p), Reason: f.Text("reason"), Actor: p.Actor()}

	if err = f.Done(); err == nil {
		if to == approvals.Rejected {
			err = h.Approvals.Reject(p.Ctx(), d)
		} else {
			err = h.carryOut(p, d)
		}
	}

	if err != nil {
		return p.Refused(err, web.Has("reason"), func(status int, wrong web.Wrong) error {
			return h.showForm(p, status, pages.Form{
				Reason: d.Reason, ReasonError: wrong.Fields["reason"], Problem: wrong.Problem, Way: wrong.Way,
			})
		})
	}

	return h.sendDecided(p, id)
}

// Again tells once more what was decided.
func (h *Handlers) Again(p *web.Page, _ audit.Entry) error {
	id, err := p.ID("approval")
	if err != nil {
		return err
	}

	return h.sendDecided(p, id)
}

func (h *Handlers) sendDecided(p *web.Page, id int64) error {
	p.TellAnew()

	if !p.WantsJSON() {
		return p.SeeOther(approvals.Path(id))
	}

	about, err := h.Approvals.Get(p.Ctx(), id)
	if err != nil {
		return err
	}

	return p.JSON(http.StatusOK, map[string]approvals.Approval{"approval": about})
}

// carryOut does what was asked for. Its error says that nothing was done.
func (h *Handlers) carryOut(p *web.Page, d approvals.Decision) error {
	about, err := h.Approvals.Check(p.Ctx(), d)
	if err != nil {
		return err
	}

	if err := h.Fresh(p, about.Action); err != nil {
		return err
	}

	status, body, err := h.Replay(p, about, h.Approvals.Carry(d, about))
	h.Approvals.LookAgain(p.Ctx())

	if taken, ok := errors.AsType[*approvals.TakenError](err); ok {
		return taken.Cause
	}

	now, getErr := h.Approvals.Get(p.Ctx(), d.ID)

	switch {
	case getErr != nil:
		return errors.Join(err, getErr)
	case now.Intent != nil: // it was begun, and how it ended stands in its page
		return nil
	case err == nil:
		err = refusal(status, body)
	}

	return h.notBegun(p, now, err)
}

// notBegun is why nothing was done. What will never be done does not go on waiting.
func (h *Handlers) notBegun(p *web.Page, about approvals.Approval, cause error) error {
	if about.State == approvals.Void {
		return &ops.Error{Code: ops.CodeConflict, Message: about.Note, Details: map[string]any{"url": approvals.Path(about.ID)}}
	}

	e := ops.AsError(cause)
	if !slices.Contains([]int{http.StatusNotFound, http.StatusUnprocessableEntity}, e.Code.HTTPStatus()) {
		return cause
	}

	note := web.Sentences("It can no longer be carried out", e.Message+ops.FieldText(e))
	if err := h.Approvals.Drop(p.Ctx(), about.ID, note); err != nil {
		return errors.Join(cause, err)
	}

	return &ops.Error{Code: ops.CodeConflict, Message: note, Details: map[string]any{"url": approvals.Path(about.ID)}}
}

// refusal is the error that an answer tells of.
func refusal(status int, body []byte) error {
	var told web.Envelope
	if json.Unmarshal(body, &told) != nil || told.Error.Code == "" {
		return fmt.Errorf("what was approved changed nothing, and was answered with %s", strconv.Itoa(status))
	}

	return &ops.Error{Code: told.Error.Code, Message: told.Error.Message, Details: told.Error.Details}
}
