package handlers

import (
	"net/http"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/shell"
	"github.com/graph-olap/opsconsole/templates/windows"
)

// windowInPath is the window of an act that there is.
func (h *Handlers) windowInPath(p *page) (maintenance.Window, error) {
	if !slices.Contains(windows.Acts(), p.Param("act")) {
		return maintenance.Window{}, ops.NotFound("act", ops.Clip(p.Param("act")))
	}

	return h.windowOf(p)
}

// windowActForm asks for the reason of what is to be done.
func (h *Handlers) windowActForm(p *page) error {
	w, err := h.windowInPath(p)
	if err != nil {
		return err
	}

	view := windows.Act{Window: w, Keep: true}
	if at := w.EndsAt.Add(time.Hour); p.Param("act") == "extend" {
		view.EndsAt = typedMoment(at, w.TimeZone)
	}

	return h.showWindowAct(p, http.StatusOK, view)
}

func (h *Handlers) showWindowAct(p *page, status int, view windows.Act) error {
	view.Act, view.Effects = p.Param("act"), list(actEffects(p.Param("act"), view.Window))
	view.RequestID, view.Now = p.requestID(), p.now

	return p.answer(answer{
		status: status, data: view, full: windows.ActPage(h.shell(p, "maintenance", view.Window.Title), view),
	})
}

// actEffects say what follows.
func actEffects(act string, w maintenance.Window) []components.Line {
	info := func(text string) components.Line { return components.Line{State: components.Idle, Text: text} }
	goesOn := info("Those who subscribe are told.")

	switch act {
	case "start":
		return append(startEffects(w), info("Its settings are applied now, and put back at its end, "+
			w.EndsAt.UTC().Format("Mon 2 January 15:04 UTC")+"."), goesOn)
	case "end":
		return []components.Line{info("The platform's health is read, and everything is put back when it is healthy."), goesOn}
	case "verify":
		return []components.Line{
			{State: components.Warn, Text: "Everything is put back although the platform is not healthy, or does not say so."}, goesOn,
		}
	case "extend":
		return []components.Line{info("It ends now at " + w.EndsAt.In(w.Location()).Format("Mon 2 January 2006 15:04 MST") + "."), goesOn}
	case "cancel":
		return []components.Line{info("It will not take place."), goesOn}
	case "takeover":
		return []components.Line{info("It acts in your name from then on, and starts when its time has come.")}
	default:
		return nil
	}
}

// windowAct starts, ends, extends or cancels a window, or settles what it waits for.
func (h *Handlers) windowAct(p *page) error {
	w, err := h.windowInPath(p)
	if err != nil {
		return err
	}

	f, err := p.fields()
	if err != nil {
		return err
	}

	after, err := h.actOnWindow(p, w, f)
	h.Monitor.Wake()

	if err != nil {
		return h.windowActRefused(p, w, f, err)
	}

	return p.window(http.StatusOK, after)
}

func (h *Handlers) actOnWindow(p *page, w maintenance.Window, f *fields) (maintenance.Window, error) {
	var (
		ctx, as, who = p.ctx(), h.service(p), p.actor()
		name         = p.Param("act")
		act          = maintenance.Act{Revision: f.number("revision"), Reason: f.text("reason")}
		endsAt       time.Time
		scope        = maintenance.This
		keep         bool
	)

	switch name {
	case "start": // it was confirmed when it was announced; a pipeline may say so again
		if name := f.text("confirm"); name != "" && name != h.Environment.Name {
			f.refuse("confirm", "confirm", "is not the name of this environment")
		}
	case "extend":
		endsAt, _ = f.wallOrMoment("ends_at", w.TimeZone)
		if endsAt.IsZero() && len(f.errs) == 0 {
			f.refuse("ends_at", "required", "is required")
		}
	case "cancel":
		if f.given("scope") {
			scope = maintenance.Scope(f.text("scope"))
		}

		if scope != maintenance.This && scope != maintenance.Following {
			f.refuse("scope", "enum", "must be this or following")
		}
	case "settle":
		if keep = f.yes("keep"); !f.given("keep") {
			f.refuse("keep", "required", "Say whether to keep what is set now.")
		}
	}

	if err := f.done(); err != nil {
		return maintenance.Window{}, err
	}

	switch name {
	case "start":
		return h.Windows.Start(ctx, as, who, w.ID, act)
	case "end":
		return h.Windows.End(ctx, as, who, w.ID, act)
	case "verify":
		return h.Windows.Verify(ctx, as, who, w.ID, act)
	case "extend":
		return h.Windows.Extend(ctx, who, w.ID, act, endsAt)
	case "cancel":
		return h.Windows.Cancel(ctx, as, who, w.ID, act, scope)
	case "takeover":
		return h.Windows.TakeOver(ctx, as, who, w.ID, act)
	default:
		return h.Windows.Settle(ctx, as, who, w.ID, act, keep)
	}
}

// windowActRefused shows the form again with what was typed.
func (h *Handlers) windowActRefused(p *page, w maintenance.Window, f *fields, cause error) error {
	e := ops.AsError(cause)
	if p.wantsJSON() || e.Code == ops.CodeInternal {
		return cause
	}

	view := windows.Act{
		Window: w, EndsAt: f.form.Get("ends_at"), Following: f.form.Get("scope") == string(maintenance.Following),
		Keep: f.form.Get("keep") != "false", Reason: f.form.Get("reason"),
	}
	view.Errors, view.Problem = beside(cause, windowKnown)

	if url := collision(cause); url != shell.WindowPath(w.ID) {
		view.ProblemURL = url
	}

	return h.showWindowAct(p, e.Code.HTTPStatus(), view)
}
