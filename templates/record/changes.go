package record

import (
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/templates/components"
)

// ChangePath is the page of a change.
func ChangePath(id int64) string { return "/history/" + strconv.FormatInt(id, 10) }

// RestorePath is where the restore of what a change replaced is reviewed.
func RestorePath(id int64) string { return ChangePath(id) + "/restore" }

// ChangeTitle says what a change was about: Concurrency: Per analyst 5 → 3 instances.
func ChangeTitle(c changes.Change) string {
	if steps := ChangeSteps(c); steps != "" {
		return components.Word(c.Section) + ": " + steps
	}

	return components.Word(c.Section)
}

// ChangeSteps says what became of each field: Per analyst 5 → 3 instances.
func ChangeSteps(c changes.Change) string {
	parts := make([]string, 0, len(c.Fields))

	for _, name := range c.Fields {
		label, field := labelOf(c.Section, name)
		parts = append(parts, label+" "+components.Arrow(field, c.Before[name], c.After[name]))
	}

	return strings.Join(parts, ", ")
}

// restores says how much of another change a restore brought back.
func restores(c changes.Change) string {
	if c.RestoresPart {
		return "restores a part of"
	}

	return "restores"
}

// who is the actor of a change, and how it came when that was not by this console.
func who(c changes.Change) string {
	if c.Source == changes.SourceConsole {
		return c.Who()
	}

	return c.Who() + " (" + sourceWord(c.Source) + ")"
}

// sourceWord says how a change came about.
func sourceWord(s changes.Source) string {
	switch s {
	case changes.SourceConsole:
		return "this console"
	case changes.SourceAPI:
		return "JSON interface"
	case changes.SourceSchedule:
		return "schedule"
	case changes.SourceRestore:
		return "restore"
	case changes.SourceLeaseEnd:
		return "end of a temporary change"
	case changes.SourceExternal:
		return "outside this console"
	default:
		return components.Word(s)
	}
}

// ChangeNote says how a change belongs to others, "" where it stands alone.
func ChangeNote(c changes.Change) string {
	var notes []string

	if c.Restores != nil {
		notes = append(notes, restores(c)+" change "+strconv.FormatInt(*c.Restores, 10))
	}

	if c.Source != changes.SourceConsole && c.Source != changes.SourceExternal && c.Restores == nil {
		notes = append(notes, "by "+sourceWord(c.Source))
	}

	if c.Lease != nil {
		notes = append(notes, "temporary")
	}

	if c.Error != nil {
		notes = append(notes, *c.Error)
	}

	return strings.Join(notes, "; ")
}
