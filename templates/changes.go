package templates

import (
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

func changePath(id int64) string { return "/history/" + strconv.FormatInt(id, 10) }

func restorePath(id int64) string { return changePath(id) + "/restore" }

func configPath(section ops.SectionName) string { return "/config/" + string(section) }

// changeTitle says what a change was about: Concurrency: per_analyst 5 → 3.
func changeTitle(c changes.Change) string {
	if steps := changeSteps(c); steps != "" {
		return components.Word(c.Section) + ": " + steps
	}

	return components.Word(c.Section)
}

// changeSteps says what became of each field: per_analyst 5 → 3.
func changeSteps(c changes.Change) string {
	parts := make([]string, 0, len(c.Fields))

	for _, name := range c.Fields {
		parts = append(parts, name+" "+short(c.Before[name])+" → "+short(c.After[name]))
	}

	return strings.Join(parts, ", ")
}

// who is the actor of a change, and how it came when that was not by this console.
func who(c changes.Change) string {
	if c.Source == changes.SourceConsole {
		return c.Actor
	}

	return c.Actor + " (" + sourceWord(c.Source) + ")"
}

// short is a value for a line of a list.
func short(value any) string {
	const most = 40

	switch v := value.(type) {
	case nil:
		return "none"
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		if v {
			return "on"
		}

		return "off"
	case string:
		runes := []rune(v)
		if len(runes) > most {
			return "“" + string(runes[:most]) + "…”"
		}

		if v == "" {
			return "empty"
		}

		return v
	default:
		return "?"
	}
}
