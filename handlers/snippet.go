package handlers

import (
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/templates/components"
)

// snippets are what the form would send: to this console, which keeps the history, and
// as the call of the platform's Python SDK, which does not know of reasons.
func (h *Handlers) snippets(section changes.Section, revision string, values changes.Values) []components.Snippet {
	return []components.Snippet{h.curl(section, revision, values), pythonCall(section, values)}
}

func (h *Handlers) curl(section changes.Section, revision string, values changes.Values) components.Snippet {
	s := components.Snippet{Language: components.Curl}
	text := func(format string, args ...any) {
		s.Parts = append(s.Parts, components.SnippetPart{Text: fmt.Sprintf(format, args...)})
	}

	text("curl -X POST %s \\\n  -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n  -d '{",
		h.PublicURL.JoinPath("config", string(section.Name)))

	for _, field := range section.Fields {
		text("%q: ", field.Name)
		s.Parts = append(s.Parts, value(s.Language, field, values))

		text(",\n    ")
	}

	text("%q: ", "reason")

	s.Parts = append(s.Parts, components.SnippetPart{Text: `""`, Field: "reason", Kind: changes.KindText})

	text(", %q: %q}'", "revision", revision)

	return s
}

// pythonCall is the SDK's method for the section; where fields nest, so do its arguments.
func pythonCall(section changes.Section, values changes.Values) components.Snippet {
	s := components.Snippet{Language: components.Python}
	text := func(text string) { s.Parts = append(s.Parts, components.SnippetPart{Text: text}) }

	method := "update_" + string(section.Name) + "_config"
	if section.Name == changes.Maintenance {
		method = "set_maintenance_mode"
	}

	text("client.ops." + method + "(")

	group := ""

	for i, field := range section.Fields {
		outer, name, nested := strings.Cut(field.Name, ".")
		separator := strings.Repeat(", ", min(i, 1))

		switch {
		case !nested:
			text(separator + outer + "=")
		case outer != group:
			text(strings.Repeat("}, ", min(i, 1)) + outer + `={"` + name + `": `)
		default:
			text(separator + `"` + name + `": `)
		}

		if nested {
			group = outer
		}

		s.Parts = append(s.Parts, value(s.Language, field, values))
	}

	if group != "" {
		text("}")
	}

	text(")")

	return s
}

// value is a field's, which follows what is typed.
func value(language components.Language, field changes.Field, values changes.Values) components.SnippetPart {
	return components.SnippetPart{
		Text: language.Literal(field.Kind, components.Raw(values[field.Name])), Field: field.Name, Kind: field.Kind,
	}
}
