// Package snippet writes what a form would send, for whoever would rather send it themselves.
package snippet

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// Form is what a form would send to the console.
type Form struct {
	// Path is that of the form: config, concurrency.
	Path []string
	// Fields are those of a section, Typed is what is typed in them and in the rest.
	Fields []ops.Field
	Typed  url.Values
	// Asked are what is always sent beside them, Optional what is sent when something is
	// typed in it.
	Asked, Optional []string
	// IDs are what a form that acts on several has ticked, as a JSON array; "" where a form has none.
	IDs string
	// Only are the fields that a restore is restricted to, none for all.
	Only []string
	// Revision is that which the form was filled from, "" where a form has none.
	Revision string
}

// Terms are the fields with which a change is temporary or confirmed.
func Terms() []string { return []string{"at", "duration", "until", "confirm_within", "confirm"} }

// Section is a form that changes a section, or the review of one, as snippets, and what does
// the same without this console, whose address is public.
func Section(public *url.URL, section ops.Section, revision string, typed url.Values) []components.Snippet {
	form := Form{
		Path: []string{"config", string(section.Name)}, Fields: section.Fields, Typed: typed,
		Asked: []string{"reason"}, Optional: Terms(), Revision: revision,
	}

	return append(form.Snippets(public), sdkCall(section, typed))
}

// Snippets are what the form would send to this console, whose address is public.
func (s Form) Snippets(public *url.URL) []components.Snippet {
	address := public.JoinPath(s.Path...).String()

	curl := components.Snippet{Language: components.Curl}
	curl.Textf("curl -X POST %s \\\n  -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json'", address)
	curl.Once()
	curl.Textf(" \\\n  -d '")
	curl.Parts = append(curl.Parts, s.object(components.Curl)...)
	curl.Textf("'")

	python := components.Snippet{Language: components.Python}
	python.Textf("import json, os, urllib.request\n\nurllib.request.urlopen(urllib.request.Request(\n    %q, method=\"POST\",\n"+
		"    headers={\"Authorization\": \"Bearer \" + os.environ[\"TOKEN\"], \"Content-Type\": \"application/json\"", address)
	python.Once()
	python.Textf("},\n    data=json.dumps(")
	python.Parts = append(python.Parts, s.object(components.Python)...)
	python.Textf(").encode()))")

	return []components.Snippet{curl, python}
}

// object is what is sent, as an object of JSON or of Python.
func (s Form) object(language components.Language) []components.SnippetPart {
	out := components.Snippet{Language: language}
	separator := "{"

	if s.IDs != "" {
		out.Textf(`{"ids": %s`, s.IDs)

		separator = ", "
	}

	for _, field := range s.Fields {
		out.Textf("%s%q: ", separator, field.Name)
		out.Field(field.Name, field.Kind, s.Typed.Get(field.Name))

		separator = ",\n    "
	}

	for _, name := range s.Asked {
		out.Textf("%s%q: ", separator, name)
		out.Field(name, ops.KindText, s.Typed.Get(name))

		separator = ", "
	}

	if len(s.Only) > 0 {
		out.Textf(", \"fields\": [\"%s\"]", strings.Join(s.Only, `", "`))
	}

	for _, name := range s.Optional {
		out.Optional(name, s.Typed.Get(name))
	}

	if s.Revision != "" {
		out.Textf(", %q: ", "revision")
		out.Field("revision", ops.KindText, s.Revision)
	}

	out.Textf("}")

	return out.Parts
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
