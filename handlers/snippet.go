package handlers

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// sending is what a form would send to the console.
type sending struct {
	// path is that of the form: config, concurrency.
	path []string
	// fields are those of a section, with what is typed in them.
	fields []ops.Field
	typed  url.Values
	// asked are the asides that are always sent, optional those that are sent when something
	// is typed in them; both follow what is typed.
	asked, optional []string
	// revision is that which the form was filled from, "" where a form has none.
	revision string
}

// sectionSending is a form that changes a section, or the review of one, with what is typed.
func sectionSending(section ops.Section, revision string, typed url.Values) sending {
	return sending{
		path: []string{"config", string(section.Name)}, fields: section.Fields, typed: typed,
		asked: []string{"reason"}, optional: terms(), revision: revision,
	}
}

// terms are the asides with which a change is temporary or confirmed.
func terms() []string { return []string{"duration", "until", "confirm_within", "confirm"} }

// typedOf is what a form that holds the values and the asides would send.
func typedOf(section ops.Section, values ops.Values, in input) url.Values {
	typed := url.Values{}

	for _, field := range section.Fields {
		typed.Set(field.Name, components.Raw(values[field.Name]))

		if in.typed.Has(field.Name) {
			typed.Set(field.Name, in.typed.Get(field.Name))
		}
	}

	for name, value := range in.aside {
		typed.Set(name, value)
	}

	return typed
}

// snippets are what the form would send to this console, which keeps the history.
func (h *Handlers) snippets(s sending) []components.Snippet {
	address := h.PublicURL.JoinPath(s.path...).String()

	curl := components.Snippet{Language: components.Curl}
	curl.Textf("curl -X POST %s \\\n  -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n  -d '", address)
	curl.Parts = append(curl.Parts, s.object(components.Curl)...)
	curl.Textf("'")

	python := components.Snippet{Language: components.Python}
	python.Textf("import json, os, urllib.request\n\nurllib.request.urlopen(urllib.request.Request(\n    %q, method=\"POST\",\n"+
		"    headers={\"Authorization\": \"Bearer \" + os.environ[\"TOKEN\"], \"Content-Type\": \"application/json\"},\n"+
		"    data=json.dumps(", address)
	python.Parts = append(python.Parts, s.object(components.Python)...)
	python.Textf(").encode()))")

	return []components.Snippet{curl, python}
}

// object is what is sent, as an object of JSON or of Python.
func (s sending) object(language components.Language) []components.SnippetPart {
	out := components.Snippet{Language: language}
	separator := "{"

	for _, field := range s.fields {
		out.Textf("%s%q: ", separator, field.Name)
		out.Field(field.Name, field.Kind, s.typed.Get(field.Name))

		separator = ",\n    "
	}

	for _, name := range s.asked {
		out.Textf("%s%q: ", separator, name)
		out.Field(name, ops.KindText, s.typed.Get(name))

		separator = ", "
	}

	for _, name := range s.optional {
		out.Optional(name, s.typed.Get(name))
	}

	if s.revision != "" {
		out.Textf(", %q: %q", "revision", s.revision)
	}

	out.Textf("}")

	return out.Parts
}

// sectionSnippets are what a form of a section would send, and what does the same
// without this console.
func (h *Handlers) sectionSnippets(section ops.Section, revision string, typed url.Values) []components.Snippet {
	return append(h.snippets(sectionSending(section, revision, typed)), sdkCall(section, typed))
}

// sdkCall is the method of the platform's Python SDK for the section; where fields nest,
// so do its arguments. It goes past this console: it knows of no reason and no end.
func sdkCall(section ops.Section, typed url.Values) components.Snippet {
	s := components.Snippet{Language: components.PythonSDK}
	method := "update_" + string(section.Name) + "_config"

	if section.Name == ops.SectionMaintenance {
		method = "set_maintenance_mode"
	}

	s.Textf("# Straight to the control plane: without reason, and found here as a change from outside.\nclient.ops.%s(", method)

	group := ""

	for i, field := range section.Fields {
		outer, name, nested := strings.Cut(field.Name, ".")
		separator := strings.Repeat(", ", min(i, 1))

		switch {
		case !nested:
			s.Textf("%s", separator+outer+"=")
		case outer != group:
			s.Textf("%s", strings.Repeat("}, ", min(i, 1))+fmt.Sprintf("%s={%q: ", outer, name))
		default:
			s.Textf("%s%q: ", separator, name)
		}

		if nested {
			group = outer
		}

		s.Field(field.Name, field.Kind, typed.Get(field.Name))
	}

	if group != "" {
		s.Textf("}")
	}

	s.Textf(")")

	return s
}
