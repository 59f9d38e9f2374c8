package handlers

import (
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/templates/components"
)

// snippets are what the form would send: to this console, which keeps the history, and
// as the call of the platform's Python SDK, which does not.
func (h *Handlers) snippets(section changes.Section, revision string, values changes.Values) []components.Snippet {
	if section.Name != changes.Concurrency {
		return nil
	}

	curl := []components.SnippetPart{{Text: fmt.Sprintf(
		"curl -X POST %s \\\n  -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n  -d '{",
		h.PublicURL.JoinPath("config", string(section.Name)))}}
	python := []components.SnippetPart{{Text: "client.ops.update_" + string(section.Name) + "_config("}}

	for i, field := range section.Fields {
		value := components.Raw(values[field.Name])
		curl = append(curl, components.SnippetPart{Text: fmt.Sprintf("%q: ", field.Name)},
			components.SnippetPart{Text: value, Field: field.Name}, components.SnippetPart{Text: ", "})
		python = append(python, components.SnippetPart{Text: strings.Repeat(", ", min(i, 1)) + field.Name + "="},
			components.SnippetPart{Text: value, Field: field.Name})
	}

	curl = append(curl, components.SnippetPart{Text: fmt.Sprintf("\"revision\": %q, \"reason\": \"…\"}'", revision)})
	python = append(python, components.SnippetPart{Text: ")"})

	return []components.Snippet{{Label: "curl", Parts: curl}, {Label: "Python", Parts: python}}
}
