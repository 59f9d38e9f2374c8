package windows

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/templates/components"
)

// Updates are what users were told of a window while it was under way, and what they are to be told.
type Updates struct {
	Window maintenance.Window `json:"-"`
	// Items are oldest first.
	Items []maintenance.Update `json:"items"`
	// Next is always null: updates are few.
	Next *string `json:"next"`

	Text     string               `json:"-"`
	Severity maintenance.Severity `json:"-"`
	// Errors are by field, Problem is what is wrong with the whole; Way leads to what is in the way.
	Errors    map[string]string `json:"-"`
	Problem   string            `json:"-"`
	Way       components.Link   `json:"-"`
	RequestID string            `json:"-"`
	Now       time.Time         `json:"-"`
}

// Forms are all forms in which users read what an operator typed.
type Forms struct {
	announce.Message

	// Typed is as it was typed: maintenance mode tells it so.
	Typed string `json:"typed"`
}

// formsOf are those of a text.
func formsOf(text string) Forms { return Forms{Message: announce.Render(text), Typed: text} }

// severityHelp says what a severity is for.
func severityHelp(s maintenance.Severity) string {
	switch s {
	case maintenance.SeverityInfo:
		return "Information: going as planned"
	case maintenance.SeverityWarning:
		return "Warning: something is not going as planned"
	case maintenance.SeverityCritical:
		return "Critical: users must act or may lose something"
	}

	return string(s)
}
