package scheduled

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/scheduled"
)

// act is what is asked for in the path.
func act(p *web.Page) (string, error) {
	if name := p.Param("act"); slices.Contains(pages.Acts(), name) {
		return name, nil
	}

	return "", ops.NotFound("act", p.Param("act"))
}

// Form asks for the reason of what is to be done.
func (h *Handlers) Form(p *web.Page) error {
	if _, err := act(p); err != nil {
		return err
	}

	id, err := p.ID("scheduled change")
	if err != nil {
		return err
	}

	s, err := h.Changes.ScheduledChange(p.Ctx(), id)
	if err != nil {
		return err
	}

	if !s.Movable() {
		return s.Closed()
	}

	return h.showForm(p, http.StatusOK, pages.Form{Scheduled: s, At: p.UntilInput("", "")})
}

func (h *Handlers) showForm(p *web.Page, status int, view pages.Form) error {
	plan, err := h.Changes.ScheduledPlan(p.Ctx(), view.Scheduled)
	if err != nil {
		return err
	}

	if view.Revision, err = h.Changes.ScheduledRevision(p.Ctx(), view.Scheduled); err != nil {
		return err
	}

	if p.Param("act") == pages.Apply {
		preview, err := h.Changes.Preview(p.Ctx(), p.Service(h.Platform), changes.Request{
			Section: view.Scheduled.Section, Revision: plan.Current.Revision, Values: view.Scheduled.Set, Source: changes.SourceConsole,
		})
		if err == nil { // else applying it says why it cannot be
			view.Effects = slices.DeleteFunc(components.EffectLines(preview.Effects), func(l components.Line) bool {
				return l.URL == pages.Path(view.Scheduled.ID) // it is no obstacle to itself
			})
		}
	}

	id := view.Scheduled.ID
	view.Act, view.Title, view.RequestID, view.Now = p.Param("act"), plan.Current.Section.Title, p.RequestID(), p.Now
	view.Differences, view.Confirm = plan.Differences, plan.Confirm

	form := snippet.Form{
		Path: []string{"scheduled", strconv.FormatInt(id, 10), view.Act}, Asked: []string{"reason"},
		Typed: url.Values{"reason": {view.Reason}, "confirm": {view.Confirmed}, web.AtField: {p.FixedMoment(view.At.Text)}},
	}

	if view.Act != pages.Cancel {
		form.Optional = []string{"confirm"}
		form.Revision = strconv.FormatInt(view.Revision, 10)
	}

	if view.Act == pages.Move {
		form.Optional = append(form.Optional, web.AtField)
	}

	view.Snippets = form.Snippets(h.PublicURL)
	shell := h.Shell(p, "scheduled", "Scheduled change "+strconv.FormatInt(id, 10))
	shell.Events = live.EventsOf(formKind, id)

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.FormPage(shell, view)})
}

// sent is what was sent with an act.
type sent struct {
	changes.ScheduleAct

	name, typedAt, chosen string
}

func (h *Handlers) sent(p *web.Page, f *web.Fields, name string, id int64) sent {
	in := sent{name: name, ScheduleAct: changes.ScheduleAct{
		ID: id, Reason: f.Text("reason"), Revision: f.Number("revision"), Source: changes.SourceConsole,
	}}
	if p.ByProgram() {
		in.Source = changes.SourceAPI
	}

	if name != pages.Cancel {
		in.Confirm = f.Text("confirm")
	}

	if name == pages.Move {
		in.typedAt, in.chosen = f.Text(web.AtField), f.Text(web.AtField+web.ChoiceSuffix)

		at, errs := h.Changes.ParseAt(p.Moment(f, web.AtField))
		f.RefuseAll(errs)

		in.At = at
	}

	return in
}

// Act applies, moves or cancels a scheduled change.
func (h *Handlers) Act(p *web.Page) error {
	name, err := act(p)
	if err != nil {
		return err
	}

	id, err := p.ID("scheduled change")
	if err != nil {
		return err
	}

	f, err := p.Fields()
	if err != nil {
		return h.refused(p, sent{name: name, ScheduleAct: changes.ScheduleAct{ID: id}}, err)
	}

	in := h.sent(p, f, name, id)
	if err := f.Done(); err != nil {
		return h.actRefused(p, in, h.refused(p, in, err))
	}

	var (
		s      scheduled.Change
		result *changes.Result
	)

	switch name {
	case pages.Apply:
		var made changes.Result
		if made, err = h.Changes.ApplyScheduled(p.Ctx(), p.Service(h.Platform), p.Actor(), in.ScheduleAct); err == nil {
			result = &made
			s, err = h.Changes.ScheduledChange(p.Ctx(), id)
		}

		web.WakeUnlessRefused(h.Monitor, err)
	case pages.Move:
		s, err = h.Changes.MoveScheduled(p.Ctx(), p.Service(h.Platform), p.Actor(), in.ScheduleAct)
	default:
		s, err = h.Changes.CancelScheduled(p.Ctx(), p.Actor(), in.ScheduleAct)
	}

	if err != nil {
		return h.actRefused(p, in, err)
	}

	return h.answer(p, s, result)
}

// answered is an act on a scheduled change, in JSON.
type answered struct {
	Scheduled scheduled.Change `json:"scheduled"`
	Revision  int64            `json:"revision"`
	// Change is what it came to, and Lease what that began.
	Change *changes.Change `json:"change,omitempty"`
	Lease  *lease.Lease    `json:"lease,omitempty"`
}

// failed is the error envelope with what failed beside it.
type failed struct {
	web.Envelope
	answered
}

// answer answers an act, whatever became of it.
func (h *Handlers) answer(p *web.Page, s scheduled.Change, result *changes.Result) error {
	if !p.WantsJSON() && result != nil {
		return p.SeeOther("/history/" + strconv.FormatInt(result.Change.ID, 10))
	}

	if !p.WantsJSON() {
		return p.SeeOther(pages.Path(s.ID))
	}

	revision, err := h.Changes.ScheduledRevision(p.Ctx(), s)
	if err != nil {
		return err
	}

	data := answered{Scheduled: s, Revision: revision}
	if result == nil {
		return p.JSON(http.StatusOK, data)
	}

	data.Change, data.Lease = &result.Change, result.Lease

	switch result.Change.Outcome {
	case changes.Applied:
		return p.JSON(http.StatusOK, data)
	case changes.Failed:
		cause := result.Change.Err()

		return p.JSON(cause.Code.HTTPStatus(), failed{Envelope: p.Envelope(cause), answered: data})
	case changes.Pending, changes.Unknown:
	}

	return p.JSON(http.StatusAccepted, data)
}

// Again answers an act once more.
func (h *Handlers) Again(p *web.Page, act audit.Entry) error {
	id, err := p.ID("scheduled change")
	if err != nil {
		return err
	}

	s, err := h.Changes.ScheduledChange(p.Ctx(), id)
	if err != nil || act.Outcome != audit.Intent {
		return h.told(p, s, nil, err)
	}

	made, err := h.Changes.Made(p.Ctx(), act)

	return h.told(p, s, &made, err)
}

func (h *Handlers) told(p *web.Page, s scheduled.Change, result *changes.Result, err error) error {
	if err != nil {
		return err
	}

	return h.answer(p, s, result)
}

// refused keeps in the audit log what is refused before it is tried, and returns the cause.
func (h *Handlers) refused(p *web.Page, in sent, cause error) error {
	action := map[string]audit.Action{
		pages.Apply: audit.ConfigSave, pages.Move: audit.ScheduleMove, pages.Cancel: audit.ScheduleCancel,
	}[in.name]

	return h.Changes.Refuse(p.Ctx(), p.Actor(), p.Entry(action, "scheduled", in.Reason), cause)
}

// actRefused shows the form again with what was typed.
func (h *Handlers) actRefused(p *web.Page, in sent, cause error) error {
	return p.Refused(cause, web.Has("reason", web.AtField, "confirm"), func(status int, wrong web.Wrong) error {
		s, err := h.Changes.ScheduledChange(p.Ctx(), in.ID)
		if err != nil {
			return err
		}

		at := p.UntilInput(in.typedAt, in.chosen)
		at.Refuse(wrong.Fields[web.AtField])

		return h.showForm(p, status, pages.Form{
			Scheduled: s, At: at, Reason: in.Reason, ReasonError: wrong.Fields["reason"], Confirmed: in.Confirm,
			ConfirmError: wrong.Fields["confirm"], Problem: wrong.Problem, Way: wrong.Way,
		})
	})
}
