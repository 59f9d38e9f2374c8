package windows

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// rulesWords says what new rules did to a window.
func rulesWords(w maintenance.Window) string {
	m := w.RulesMove
	from := m.FromRules

	if from == "" {
		from = "older rules"
	}

	if m.Stays != "" {
		return "By IANA " + m.ToRules + " (before: " + from + ") it should have moved, and could not. " + m.Stays
	}

	return "By IANA " + m.ToRules + " (before: " + from + ") its time on the clocks of " + w.TimeZone + " is another moment."
}

// utcSpan writes a span in UTC.
func utcSpan(from, until time.Time) string { return moments(from, until, time.UTC) + " UTC" }
