package components

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/ops"
)

// Snippet is what a form would send, as a command or a call.
type Snippet struct {
	Language Language
	Parts    []SnippetPart
}

// Language is what a snippet is written in.
type Language string

// The languages. Curl is JSON between the single quotes of a shell; the SDK is the
// platform's own for Python.
const (
	Curl      Language = "curl"
	Python    Language = "Python"
	PythonSDK Language = "Python SDK"
)

// SnippetPart is a piece of a snippet. One with a Field is the value of that field as
// it is typed at the moment, written as its Kind: Text is replaced while the operator types.
type SnippetPart struct {
	Text  string
	Field string
	Kind  ops.Kind
	// Optional is a field that stands in an object with its name, and only while something
	// is typed in it.
	Optional bool
	// Once is where a header goes that the page's script makes when the snippet is copied: its
	// key stands in no page. Text is that header, with % for the key.
	Once bool
}

// Textf adds what stays as it is.
func (s *Snippet) Textf(format string, args ...any) {
	s.Parts = append(s.Parts, SnippetPart{Text: fmt.Sprintf(format, args...)})
}

// Once adds the place of an Idempotency-Key, behind the other headers of what is sent to this console.
func (s *Snippet) Once() {
	text := ` -H 'Idempotency-Key: "%"'`
	if s.Language == Python {
		text = `, "Idempotency-Key": "\"%\""`
	}

	s.Parts = append(s.Parts, SnippetPart{Text: text, Once: true})
}

// isOnce reports whether what is copied has a key.
func (s Snippet) isOnce() bool {
	return slices.ContainsFunc(s.Parts, func(p SnippetPart) bool { return p.Once })
}

// Field adds the value of a field.
func (s *Snippet) Field(name string, kind ops.Kind, typed string) {
	s.Parts = append(s.Parts, SnippetPart{Text: s.Language.Literal(kind, typed), Field: name, Kind: kind})
}

// Optional adds a text to an object, with its name, if something is typed.
func (s *Snippet) Optional(name, typed string) {
	part := SnippetPart{Field: name, Kind: ops.KindText, Optional: true}
	if strings.TrimSpace(typed) != "" {
		part.Text = fmt.Sprintf(", %q: %s", name, s.Language.Literal(part.Kind, typed))
	}

	s.Parts = append(s.Parts, part)
}

// Literal writes what was typed into a field in the language. What cannot be a value of
// the kind is written as text: whoever receives it says what is wrong. The page's script
// does the same while one types.
func (l Language) Literal(kind ops.Kind, typed string) string {
	typed = strings.TrimSpace(typed)

	switch kind {
	case ops.KindInt:
		if _, err := strconv.ParseInt(typed, 10, 64); err == nil {
			return typed
		}
	case ops.KindBool:
		if l != Curl {
			return map[bool]string{true: "True", false: "False"}[typed == "true"]
		}

		return strconv.FormatBool(typed == "true")
	case ops.KindDuration:
		// The control plane reads the contract's form alone.
		if iso, err := humantime.ParseDuration(typed); err == nil {
			typed = iso
		}
	case ops.KindText:
	}

	quoted, err := json.Marshal(typed)
	if err != nil { // A string is always JSON.
		return `""`
	}

	if l == Curl {
		return strings.ReplaceAll(string(quoted), "'", `'\''`)
	}

	return string(quoted)
}
