package scheduled

import (
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// List is the page of the scheduled changes that may still be made, the first one first; or, newest
// first, of those in a state.
type List struct {
	Items []scheduled.Change `json:"items"`
	// Next is the value of before for the next page; null on the last one, and for open ones.
	Next *int64 `json:"next"`
	// State is "" for those that may still be made.
	State   string         `json:"-"`
	Before  int64          `json:"-"`
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

func (v List) url(before int64) string {
	return components.PageURL("/scheduled", components.NonEmpty(map[string]string{"state": v.State}), before)
}

// Detail is the page of one scheduled change.
type Detail struct {
	Scheduled scheduled.Change `json:"scheduled"`
	// Revision grows with everything that is done to it, and with every change of its section.
	Revision int64 `json:"revision"`
	// Differences are what it sets, from what was reviewed.
	Differences []ops.Difference `json:"differences"`
	// Current are what it would set now, where it waits for a decision.
	Current []ops.Difference `json:"differences_now,omitempty"`
	// Acts are what was done about it since it was scheduled, oldest first.
	Acts  []audit.Act `json:"acts"`
	Title string      `json:"-"`
	// Tickets become links in the reason.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// Form asks for the reason of what is to be done about a scheduled change, and for its new time where it is moved.
type Form struct {
	Scheduled scheduled.Change `json:"scheduled"`
	Revision  int64            `json:"revision"`
	// Act is apply, move or cancel.
	Act string `json:"act"`
	// Differences are what it would set on top of the current values.
	Differences []ops.Difference `json:"differences"`
	// Effects are what follows of it, where it is applied now.
	Effects      []components.Line      `json:"effects,omitempty"`
	Title        string                 `json:"-"`
	At           components.MomentInput `json:"-"`
	Reason       string                 `json:"-"`
	ReasonError  string                 `json:"-"`
	Confirm      string                 `json:"confirm,omitempty"`
	Confirmed    string                 `json:"-"`
	ConfirmError string                 `json:"-"`
	Problem      string                 `json:"-"`
	Way          components.Link        `json:"-"`
	RequestID    string                 `json:"-"`

	Snippets []components.Snippet `json:"-"`
	Now      time.Time            `json:"-"`
}

// The acts.
const (
	Apply  = "apply"
	Move   = "move"
	Cancel = "cancel"
)

// Acts are what can be done about a scheduled change.
func Acts() []string { return []string{Apply, Move, Cancel} }

// Path is the address of a scheduled change.
func Path(id int64) string { return "/" + scheduled.Object(id) }

// Stands says where a scheduled change stands by now.
func Stands(s scheduled.Change) string {
	text := "Now: " + components.Word(s.State)
	if s.State.Open() {
		text += ", due at " + s.At.UTC().Format("15:04 UTC, Mon 2 January 2006")
	}

	return strings.TrimSuffix(text+". "+s.Note, " ")
}

// Text says what a scheduled change sets, and what was there when it was reviewed.
func Text(s scheduled.Change) string {
	var parts []string

	for _, d := range differences(s) {
		parts = append(parts, d.Field.Label+" "+components.Arrow(d.Field, d.Before, d.After))
	}

	if len(parts) == 0 {
		return string(s.Section)
	}

	return strings.Join(parts, ", ")
}

func differences(s scheduled.Change) []ops.Difference {
	section, err := ops.SectionOf(s.Section)
	if err != nil {
		return nil
	}

	before := ops.Values{}
	for name := range s.Set {
		before[name] = s.Before[name]
	}

	return section.Diff(before, s.Set)
}

// Of returns the state of a scheduled change.
func Of(s scheduled.Change) components.State {
	switch {
	case s.Unknown:
		return components.Unknown
	case s.Applying:
		return components.Busy
	}

	return components.OfScheduled(s.State)
}

// word is the state of a scheduled change in words.
func word(s scheduled.Change) string {
	if s.Applying && s.State.Open() {
		return "Being applied"
	}

	return components.Word(s.State)
}

// lasts says what becomes of it once it was made: "Permanent", "Ends", "Undone unless confirmed by".
func lasts(s scheduled.Change) string {
	switch s.Kind {
	case "":
		return "Permanent"
	case lease.Confirm:
		return "Undone unless confirmed by"
	case lease.Until, lease.ByHolder:
		return "Ends"
	default:
		return "Ends"
	}
}

// The live regions: of the list, and of one scheduled change.
const (
	ListRegion = "live-scheduled-changes"
	Region     = "live-scheduled"
)
