package windows

import (
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Window is the page of one maintenance window.
type Window struct {
	maintenance.Window

	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	// Announced is what users are told of it.
	Announced announce.Announcement `json:"-"`
	// Settings are what it sets, field by field, against what was before: for a window
	// that is over, or that has set them, in its report; else what is set now.
	Settings []Settings          `json:"-"`
	Events   []maintenance.Event `json:"-"`
	// Updates are what users were told while it was under way, oldest first.
	Updates []maintenance.Update `json:"updates"`
	// Acts are what people did about it, oldest first.
	Acts []audit.Act `json:"acts"`
	// Deliveries are what webhooks were told of it, newest first.
	Deliveries []webhooks.Delivery `json:"-"`
	// Way leads to what is in its way, if something is.
	Way components.Link `json:"-"`
	// Following are the other windows of its series that are to come.
	Following []maintenance.Window `json:"-"`
	Now       time.Time            `json:"-"`
}

// Settings is what a window sets in a section.
type Settings struct {
	Title       string
	Differences []ops.Difference
}

// step is a phase on the way of a window.
type step struct {
	Phase maintenance.Phase
	// At is when it was reached, or is to be; nil when nobody can know.
	At *time.Time
	// Place is done, now or next.
	Place string
}

// steps are the phases that the window was in and those still to come.
func (v Window) steps() []step {
	var out []step

	for _, s := range v.Steps {
		out = append(out, step{s.Phase, &s.At, "done"})
	}

	// The clock can be ahead of what was done.
	if n := len(out); n == 0 || out[n-1].Phase != v.Phase {
		out = append(out, step{v.Phase, &v.EndsAt, ""})
	}

	out[len(out)-1].Place = "now"

	if v.Phase.Final() {
		return out
	}

	planned := []step{
		{maintenance.Active, &v.StartsAt, "next"}, {maintenance.Verifying, &v.EndsAt, "next"}, {maintenance.Completed, nil, "next"},
	}

	switch {
	case v.Phase == maintenance.Active:
		planned = planned[1:]
	case v.StartedAt != nil || v.Phase == maintenance.Verifying || v.Phase == maintenance.Overrun:
		planned = planned[2:]
	}

	return append(out, planned...)
}

// untilDone says what a window waits for before it is completed.
func (v Window) untilDone() string {
	if v.Phase == maintenance.Held {
		return "once decided"
	}

	return "once the platform is healthy"
}

// act is something that can be done about a window.
type act struct {
	Name, Label string
	// Main is what one most likely comes for.
	Main bool
}

// soon is how long before its time a window is what one most likely comes to start.
const soon = time.Hour

// acts are what can be done about the window now.
func (v Window) acts() []act {
	var (
		change  = act{"edit", "Change", false}
		cancel  = act{"cancel", "Cancel window", false}
		extend  = act{"extend", "Extend", false}
		update  = act{"updates", "Tell users", false}
		keep    = act{"template", "Save as template", false}
		another = act{"again", "Announce again", false}
	)

	switch {
	case v.Phase == maintenance.Announced:
		return []act{{"start", "Start now", v.StartsAt.Sub(v.Now) < soon}, change, cancel}
	case v.Phase == maintenance.Active:
		return []act{{"end", "End now", true}, extend, update}
	case v.Phase == maintenance.Verifying || v.Phase == maintenance.Overrun:
		return []act{{"verify", "Declare over", true}, extend, update}
	case v.Phase == maintenance.Held && v.StartedAt == nil:
		return []act{{"takeover", "Take over", true}, change, cancel}
	case v.Phase == maintenance.Held && v.BackAt == nil:
		return []act{{"settle", "Decide what stays", true}, update}
	case v.Phase == maintenance.Held:
		return []act{{"settle", "Decide what stays", true}}
	default:
		return []act{another, keep}
	}
}

// Acts are what can be done about a window at its own address.
func Acts() []string {
	return []string{"start", "end", "verify", "extend", "cancel", "takeover", "settle", "rules"}
}

// Act asks why something is to be done about a window.
type Act struct {
	Window maintenance.Window `json:"window"`
	// Act is one of [Acts].
	Act string `json:"act"`
	// Effects say what follows.
	Effects []components.Line `json:"effects"`
	// EndsAt is as it was typed, on the clocks of the window's zone; Following and Keep
	// are choices.
	EndsAt    components.MomentInput `json:"-"`
	Following bool                   `json:"-"`
	Keep      bool                   `json:"-"`
	// Moment says that the old moment is chosen, of a window that new rules have moved.
	Moment bool   `json:"-"`
	Reason string `json:"-"`
	// Errors are by field, Problem is what is wrong with the whole; Way leads to what is in the way.
	Errors    map[string]string `json:"-"`
	Problem   string            `json:"-"`
	Way       components.Link   `json:"-"`
	RequestID string            `json:"-"`
	Now       time.Time         `json:"-"`
}

func (v Act) is(names ...string) bool { return slices.Contains(names, v.Act) }

func (v Act) heading() string {
	switch v.Act {
	case "start":
		return "Start now: " + v.Window.Title
	case "end":
		return "End now: " + v.Window.Title
	case "verify":
		return "Declare over: " + v.Window.Title
	case "extend":
		return "Extend: " + v.Window.Title
	case "cancel":
		return "Cancel: " + v.Window.Title
	case "takeover":
		return "Take over: " + v.Window.Title
	case "rules":
		return "Choose the time: " + v.Window.Title
	default:
		return "Decide: " + v.Window.Title
	}
}

func (v Act) button() string {
	switch v.Act {
	case "start":
		if v.Window.MaintenanceMode {
			return "Start now and turn maintenance mode on"
		}

		return "Start now"
	case "end":
		return "End now and restore everything"
	case "verify":
		return "Declare over and restore everything"
	case "extend":
		return "Change end time"
	case "cancel":
		return "Cancel window"
	case "takeover":
		return "Take over the window"
	case "rules":
		return "Use this start time"
	default:
		return "Settle the window"
	}
}
