package templates

import (
	"strings"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// jobTitle is a job's name in words: export reconciliation.
func jobTitle(name ops.JobName) string { return strings.ReplaceAll(string(name), "_", " ") }

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

// roleTitle is a role as it is written in a sentence.
func roleTitle(r ops.Role) string {
	if r == "" {
		return "no role"
	}

	return components.Word(r)
}
