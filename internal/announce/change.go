package announce

import (
	"fmt"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/ops"
)

// change is something that happened to a window, as users are told of it once.
type change struct {
	maintenance.Event

	// window is what users were told of it then.
	window Announcement
}

// changesOf are the changes of a window, oldest first.
func changesOf(events []maintenance.Event) []change {
	out := make([]change, 0, len(events))
	for _, e := range events {
		out = append(out, change{Event: e, window: Of(e.Window, nil, e.At, nil)})
	}

	return out
}

// moved reports whether the times are other ones since.
func (c change) moved() bool { return c.WasStartsAt != nil && c.WasEndsAt != nil }

// movedByRules reports whether new rules of the zone moved it: the clocks there showed what they show now, so that
// the times before can be told in UTC alone.
func (c change) movedByRules() bool {
	m := c.Window.RulesMove

	return c.moved() && m != nil && m.StartsAt.Equal(*c.WasStartsAt)
}

// recurs says when the windows of the series recur that it is about; "" where it is about one window.
func (c change) recurs() string {
	if !c.Following || c.Window.Recurrence == nil {
		return ""
	}

	rule, err := calendar.ParseRule(*c.Window.Recurrence)
	if err != nil { // it was one when it was announced
		return *c.Window.Recurrence
	}

	return rule.Words(c.Window.StartsAt, c.Window.TimeZone)
}

// label says what happened in a word or two.
func (c change) label() string {
	switch c.Kind { // without a default: lint wants every kind here
	case maintenance.EventAnnounced:
		return "Announced"
	case maintenance.EventChanged:
		if c.moved() {
			return "Moved"
		}

		return "Changed"
	case maintenance.EventStarted:
		return "Under way"
	case maintenance.EventExtended:
		return "Extended"
	case maintenance.EventOverrun:
		return "Taking longer than planned"
	case maintenance.EventUpdated:
		return severityWords(c.Severity)
	case maintenance.EventEnded:
		return "Completed"
	case maintenance.EventCancelled:
		return "Cancelled"
	}

	return string(c.Kind)
}

// title is a line that tells all of it: what happened, to what, and when that is now.
func (c change) title() string {
	return c.label() + ": " + c.Window.Title + ", " + c.now()
}

// now is when the window is since, or what was said of it.
func (c change) now() string {
	const shown = 120

	recurs := c.recurs()

	switch {
	case c.Kind == maintenance.EventUpdated:
		line, _, _ := strings.Cut(Render(c.Text).Text, "\n")

		return ops.Shorten(line, shown)
	case recurs != "" && c.Kind == maintenance.EventCancelled:
		return c.window.When() + " and all that follow"
	case recurs != "":
		return recurs + ", from " + c.window.momentWords(c.Window.StartsAt) + " on"
	case c.moved():
		return "now " + c.window.When()
	case c.Kind == maintenance.EventEnded && c.window.EndedAt != nil:
		really := c.window
		really.EndsAt = c.window.EndedAt.UTC()

		return really.When()
	default:
		return c.window.When()
	}
}

// sentence says what changed, for a list of all that did.
func (c change) sentence() string {
	switch {
	case c.Kind == maintenance.EventUpdated:
		return c.label() + ": " + Render(c.Text).Text
	case c.movedByRules():
		return fmt.Sprintf("%s from %s UTC to %s UTC: the rules of %s have changed, and it keeps its time on the clocks there",
			c.label(), span(c.WasStartsAt.UTC(), c.WasEndsAt.UTC()), span(c.window.StartsAt, c.window.EndsAt), c.window.TimeZone)
	case c.moved():
		was := c.window
		was.StartsAt, was.EndsAt = *c.WasStartsAt, *c.WasEndsAt

		return fmt.Sprintf("%s from %s to %s", c.label(), was.When(), c.window.When())
	case c.Kind == maintenance.EventAnnounced || c.Kind == maintenance.EventEnded:
		return c.label() + ": " + c.now()
	default:
		return c.label()
	}
}

// severityWords say how much an update matters.
func severityWords(s maintenance.Severity) string {
	switch s {
	case maintenance.SeverityInfo:
		return "Update"
	case maintenance.SeverityWarning:
		return "Warning"
	case maintenance.SeverityCritical:
		return "Critical"
	}

	return string(s)
}

// Update is what operators told users while a window was under way.
type Update struct {
	At       time.Time            `json:"at"`
	Severity maintenance.Severity `json:"severity"`
	// Label says the severity in a word.
	Label string `json:"label"`
	HTML  HTML   `json:"html"`
	Text  string `json:"text"`
}

// updatesOf are the updates among the events, oldest first.
func updatesOf(events []maintenance.Event) []Update {
	updates := []Update{} // no updates are a list in JSON too

	for _, u := range maintenance.Updates(events) {
		text := Render(u.Text)
		updates = append(updates, Update{
			At: u.At.UTC(), Severity: u.Severity, Label: severityWords(u.Severity), HTML: text.HTML, Text: text.Text,
		})
	}

	return updates
}

// Update is what the event told of the window as an update, nil for any other event.
func (a Announcement) Update(event maintenance.Event) *Update {
	if event.Kind != maintenance.EventUpdated || len(a.Updates) == 0 {
		return nil
	}

	return &a.Updates[len(a.Updates)-1]
}
