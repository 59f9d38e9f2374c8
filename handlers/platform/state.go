package platform

import (
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit/anchor"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// said is a sentence of state, and how it is put once nobody knows whether it still holds:
// "The platform was healthy".
type said struct {
	components.Line

	was string
}

// asKnown is the one place where the sentence of a page becomes what is known: how things are,
// how they were when they were last read, or that nobody knows.
func asKnown(s *monitor.Snapshot, fresh shell.Freshness, line said) components.Line {
	switch {
	case !fresh.Known():
		return notKnown(fresh.StaleReason)
	case !fresh.Stale:
		return line.Line
	}

	return components.Line{
		State: components.Unknown, URL: line.URL,
		Text: line.was + whenLast(s) + format.Relative(*fresh.AsOf, fresh.Now) + ".",
		Then: &components.Then{State: line.State, At: *fresh.AsOf, Now: fresh.Now},
	}
}

// whenLast goes before how long ago it is that something was known.
func whenLast(s *monitor.Snapshot) string {
	if s.ControlPlane.Answers() { // It answers, but not this.
		return " when that was last read, "
	}

	return " when the control plane last answered, "
}

func notKnown(reason string) components.Line {
	if reason == "" {
		return components.Line{State: components.Unknown, Text: "Not read yet: waiting for the control plane's first answer."}
	}

	return components.Line{State: components.Unknown, Text: reason}
}

// readAt is the moment of which a part of a snapshot tells: what came later is not known.
func readAt[T any](part monitor.Part[T], now time.Time) time.Time {
	if part.Stale() && part.Known() {
		return part.AsOf
	}

	return now
}

// controlPlane is how the control plane answers this console, as data and as a component.
func controlPlane(s *monitor.Snapshot) (pages.SeenHere, pages.Component) {
	card := ownComponent(monitor.ControlPlane, "control_plane", s.ControlPlane)
	card.Check = map[ops.ComponentStatus]string{
		ops.ComponentSlow: "Check the load on the control plane and its database, and the network between it and this console.",
		monitor.NotAnswering: "Check that it is running and reachable from where this console runs. " +
			"The platform is shown as last reported; nothing can be changed until the control plane answers.",
		monitor.Refused: "It does not accept this console's identity or requests: have --control-plane-auth and " +
			"--control-plane-url checked.",
	}[card.Status]

	return seenHere(card), card
}

func seenHere(card pages.Component) pages.SeenHere {
	return pages.SeenHere{Status: card.Status, Since: card.Since, LatencyMS: card.LatencyMS, Error: card.Error}
}

// withDatabase adds how the console's own database does: as it is now, with what was seen before.
func (h *Handlers) withDatabase(view pages.Health, s *monitor.Snapshot) pages.Health {
	now := h.Database.Condition()

	card := ownComponent(monitor.Database, "database", s.Database)
	card.Title, card.Status, card.LatencyMS, card.Error = "This console's database", now.Status, now.LatencyMS, now.Error
	card.Since, card.Check = web.When(!now.Since.IsZero(), now.Since), web.Sentences(now.Meaning, now.Advice)

	view.ConsoleDatabase, view.Own = seenHere(card), append(view.Own, card)
	view.ConsoleDatabase.MemoryAsOf = h.MemoryAsOf()

	return view
}

// auditLog is how the audit log does.
func (h *Handlers) auditLog(now time.Time) pages.Record {
	record := pages.Record{Chain: h.Audit.State(), SignedHeads: []anchor.State{}, Now: now}
	if h.SignedHeads != nil {
		record.SignedHeads = h.SignedHeads.States()
	}

	return record
}

// backup is how scheduled backups do, nil where none are made.
func (h *Handlers) backup(now time.Time) *pages.Backup {
	if h.Backups == nil {
		return nil
	}

	status := h.Backups()

	return &pages.Backup{LastAt: status.LastAt, Error: status.Error, Now: now}
}

// databaseLine says what is wrong with the console's own database; ok is false when nothing is.
func databaseLine(own pages.SeenHere) (line components.Line, ok bool) {
	line = components.Line{State: components.OfComponent(own.Status), URL: "/health#console-database"}

	switch {
	case own.Error != nil:
		line.Text = *own.Error
	case own.Status == ops.ComponentSlow:
		line.Text = "This console's own database answers slowly: it took " + format.Millis(*own.LatencyMS) + "."
	default:
		return line, false
	}

	return line, true
}

// ownComponent is a component that this console sees itself; key is under what it keeps it.
func ownComponent(key, name string, own monitor.Own) pages.Component {
	component := pages.Component{
		Own: key, Name: name, Status: own.Status, LatencyMS: own.LatencyMS, Latency: own.Latency,
		Error: web.When(own.Err != "", own.Err), Since: web.When(!own.Since.IsZero(), own.Since),
	}

	return component
}

// controlPlaneLine says what is wrong with the control plane; ok is false when nothing is.
func controlPlaneLine(own monitor.Own) (line components.Line, ok bool) {
	line = components.Line{State: components.OfComponent(own.Status), URL: "/health#console-control_plane"}

	switch own.Status {
	case ops.ComponentSlow:
		line.Text = own.Err
		if !own.Overdue {
			line.Text = "The control plane answers slowly: it took " + format.Millis(*own.LatencyMS) + "."
		}
	case monitor.NotAnswering:
		line.Text = web.Sentences("The control plane does not answer", own.Err)
	case monitor.Refused:
		line.Text = web.Sentences("The control plane refuses this console", own.Err)
	case monitor.NotAsked:
		line.Text = web.Sentences("The control plane is not being asked", own.Err)

		return line, own.Err != ""
	default:
		return line, false
	}

	return line, true
}
