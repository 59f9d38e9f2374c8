package platform

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/audit/anchor"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Record is how the audit log does.
type Record struct {
	Chain audit.State `json:"chain"`
	// SignedHeads are the places to which heads of the log are sent.
	SignedHeads []anchor.State `json:"signed_heads"`

	Now time.Time `json:"-"`
}

func (r Record) state() components.State {
	worst := components.Chain(r.Chain).State

	for _, to := range r.SignedHeads {
		if state := headState(to); state.Severity() > worst.Severity() {
			worst = state
		}
	}

	return worst
}

func (r Record) word() string {
	switch components.Chain(r.Chain).State {
	case components.Bad:
		return "Broken"
	case components.OK:
		if r.state() != components.OK {
			return "Heads waiting"
		}

		return "Whole"
	default:
		return "Not verified"
	}
}

func headState(to anchor.State) components.State {
	switch {
	case to.Error != "":
		return components.Warn
	case to.At.IsZero():
		return components.Busy
	default:
		return components.OK
	}
}

func headWord(to anchor.State) string {
	switch headState(to) {
	case components.Warn:
		return "Not sent"
	case components.Busy:
		return "None sent yet"
	default:
		return "Sent"
	}
}

// waiting says what did not come to its place yet, and what never will; "" for nothing.
func waiting(to anchor.State) string {
	text := ""

	if to.Waiting > 0 {
		text = format.Plural(to.Waiting, "head is waiting", "heads are waiting") + " and will be sent when it takes them."
	}

	if to.Lost > 0 {
		text += " " + format.Plural(to.Lost, "older one was", "older ones were") + " given up; the newer ones vouch for the same entries."
	}

	return text
}
