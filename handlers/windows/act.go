package windows

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// windowInPath is the window of an act that there is.
func (h *Handlers) windowInPath(p *web.Page) (maintenance.Window, error) {
	if !slices.Contains(pages.Acts(), p.Param("act")) {
		return maintenance.Window{}, ops.NotFound("act", ops.Clip(p.Param("act")))
	}

	return h.windowOf(p)
}

// ActForm asks for the reason of what is to be done.
func (h *Handlers) ActForm(p *web.Page) error {
	w, err := h.windowInPath(p)
	if err != nil {
		return err
	}

	if err := nothingToDecide(p, w); err != nil {
		return err
	}

	view := pages.Act{Window: w, Keep: true}
	if at := w.EndsAt.Add(time.Hour); p.Param("act") == "extend" {
		view.EndsAt = momentInput("ends_at", humantime.Format(at, w.Location()), "", w.TimeZone, p.Now, nil)
	}

	return h.showAct(p, http.StatusOK, view)
}

// nothingToDecide is why there is no form: a choice about rules that nobody has to make.
func nothingToDecide(p *web.Page, w maintenance.Window) error {
	if p.Param("act") != "rules" {
		return nil
	}

	return w.CheckRulesMove()
}

func (h *Handlers) showAct(p *web.Page, status int, view pages.Act) error {
	lines := actEffects(p.Param("act"), view.Window)

	if p.Param("act") == "extend" {
		beyond, err := h.Windows.Beyond(p.Ctx(), view.Window)
		if err != nil {
			return err
		}

		lines = append(components.EffectLines(beyond), lines...)
	}

	view.Act, view.Effects = p.Param("act"), web.List(lines)
	view.RequestID, view.Now = p.RequestID(), p.Now

	shell := h.Shell(p, "maintenance", view.Window.Title)
	shell.Events = live.EventsOf(formKind, view.Window.ID)

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.ActPage(shell, view)})
}

// actEffects say what follows.
func actEffects(act string, w maintenance.Window) []components.Line {
	info := func(text string) components.Line { return components.Line{State: components.Idle, Text: text} }
	goesOn := info("Subscribers are told.")

	switch act {
	case "start":
		lines := append(startEffects(w), info("Its settings are applied now and restored at its end, "+
			w.EndsAt.UTC().Format("Mon 2 January 15:04 UTC")+"."))
		if len(w.AlertMatchers) > 0 {
			lines = append(lines, info("Alerts are silenced that match "+strings.Join(w.AlertMatchers, ", ")+"."))
		}

		return append(lines, goesOn)
	case "end":
		return []components.Line{info("The platform's health is checked, and everything is restored once it is healthy."), goesOn}
	case "verify":
		return []components.Line{
			{
				State: components.Warn,
				Text:  "Everything is restored even though the platform is not healthy, or does not report that it is.",
			}, goesOn,
		}
	case "extend":
		end := w.EndsAt.In(w.Location()).Format("Mon 2 January 2006 15:04 MST")

		return []components.Line{info("It currently ends at " + end + "."), goesOn}
	case "cancel":
		return []components.Line{info("It will not take place."), goesOn}
	case "rules":
		if w.RulesMove == nil || w.RulesMove.Stays != "" {
			return nil // there is nothing that subscribers would be told
		}

		return []components.Line{info("Subscribers are told if the earlier time is used again.")}
	case "takeover":
		return []components.Line{info("It runs in your name from then on, and starts at its time.")}
	default:
		return nil
	}
}

// Act starts, ends, extends or cancels a window, or settles what it waits for.
func (h *Handlers) Act(p *web.Page) error {
	w, err := h.windowInPath(p)
	if err != nil {
		return err
	}

	f, err := read(p)
	if err != nil {
		return err
	}

	after, err := h.act(p, w, f)
	if err != nil {
		return h.actRefused(p, w, f, err)
	}

	return sendWindow(p, http.StatusOK, after)
}

// What is taken of a window that new rules have moved.
const (
	takeClock  = "clock"
	takeMoment = "moment"
)

// asked is what an act comes with.
type asked struct {
	maintenance.Act

	name   string
	endsAt time.Time
	scope  maintenance.Scope
	keep   bool
	moment bool
}

// act does what is asked for, and has the control plane looked at where it set something.
func (h *Handlers) act(p *web.Page, w maintenance.Window, f fields) (maintenance.Window, error) {
	in, err := h.asked(p, w, f)
	if err != nil {
		return maintenance.Window{}, err
	}

	after, err := h.carryOut(p, w, in)

	// What has not started has set nothing, and putting off an end sets nothing either.
	if err != nil || in.name != "extend" && (w.Phase != maintenance.Announced || after.Running()) {
		web.WakeUnlessRefused(h.Monitor, err)
	}

	return after, err
}

func (h *Handlers) asked(p *web.Page, w maintenance.Window, f fields) (asked, error) {
	act := p.Param("act")
	in := asked{
		Act: maintenance.Act{Revision: f.Number("revision"), Reason: f.Text("reason")}, name: act, scope: maintenance.This,
	}

	switch act {
	case "start": // it was confirmed when it was announced; a pipeline may say so again
		if name := f.Text("confirm"); name != "" && name != h.Environment.Name {
			f.Refuse("confirm", "confirm", "is not the name of this environment")
		}
	case "extend":
		var note string

		// What is done at once is asked about first.
		if in.endsAt, note = f.moment("ends_at", w.TimeZone, p.Now); note != "" {
			f.Refuse("ends_at", "datetime", note)
		}

		if in.endsAt.IsZero() && f.OK() {
			f.Refuse("ends_at", "required", "is required")
		}
	case "cancel":
		if f.Given("scope") {
			in.scope = maintenance.Scope(f.Text("scope"))
		}

		if in.scope != maintenance.This && in.scope != maintenance.Following {
			f.Refuse("scope", "enum", "must be this or following")
		}
	case "rules":
		if in.moment = f.Text("take") == takeMoment; !in.moment && f.Text("take") != takeClock {
			f.Refuse("take", "enum", "must be clock, to keep the local time, or moment, to keep the moment before")
		}
	case "settle":
		if in.keep = f.Bool("keep"); !f.Given("keep") {
			f.Refuse("keep", "required", "Choose whether to keep the current values.")
		}
	}

	return in, f.Done()
}

func (h *Handlers) carryOut(p *web.Page, w maintenance.Window, in asked) (maintenance.Window, error) {
	ctx, as, who := p.Ctx(), p.Service(h.Platform), p.Actor()

	switch in.name {
	case "start":
		return h.Windows.Start(ctx, as, who, w.ID, in.Act)
	case "end":
		return h.Windows.End(ctx, as, who, w.ID, in.Act)
	case "verify":
		return h.Windows.Verify(ctx, as, who, w.ID, in.Act)
	case "extend":
		return h.Windows.Extend(ctx, who, w.ID, in.Act, in.endsAt)
	case "cancel":
		return h.Windows.Cancel(ctx, as, who, w.ID, in.Act, in.scope)
	case "rules":
		return h.Windows.DecideRules(ctx, who, w.ID, in.Act, in.moment)
	case "takeover":
		return h.Windows.TakeOver(ctx, as, who, w.ID, in.Act)
	default:
		return h.Windows.Settle(ctx, as, who, w.ID, in.Act, in.keep)
	}
}

// actRefused shows the form again with what was typed.
func (h *Handlers) actRefused(p *web.Page, w maintenance.Window, f fields, cause error) error {
	if err := nothingToDecide(p, w); err != nil {
		return cause
	}

	return p.Refused(cause, has, func(status int, wrong web.Wrong) error {
		typed := f.Form()
		view := pages.Act{
			Window: w, Following: typed.Get("scope") == string(maintenance.Following),
			Keep: typed.Get("keep") != "false", Moment: typed.Get("take") == takeMoment, Reason: typed.Get("reason"),
			Errors: wrong.Fields, Problem: wrong.Problem, Way: wrong.Way,
		}

		view.EndsAt = momentInput("ends_at", typed.Get("ends_at"), typed.Get("ends_at"+web.ChoiceSuffix), w.TimeZone, p.Now, cause)
		view.EndsAt.Error = wrong.Fields["ends_at"]

		return h.showAct(p, status, view)
	})
}
