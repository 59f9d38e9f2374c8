package changes

import (
	"context"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// Kind is the type of a field's value.
type Kind string

// The kinds: whole numbers (int64), yes or no (bool), text (string) and ISO 8601
// durations (string, nil for no expiry).
const (
	KindInt      Kind = "int"
	KindBool     Kind = "bool"
	KindText     Kind = "text"
	KindDuration Kind = "duration"
)

// Field describes one value of a section.
type Field struct {
	// Name is the contract's, with dots where its JSON nests: instance.default_ttl.
	Name  string `json:"name"`
	Label string `json:"label"`
	// Group is what the field is one of several of: Mapping; "" where there are no groups.
	// Within it, Short is enough to tell it from the others.
	Group string `json:"group,omitempty"`
	Short string `json:"-"`
	Kind  Kind   `json:"kind"`
	// Unit stands behind the value: "instances", "seconds".
	Unit string `json:"unit"`
	Help string `json:"help"`
	// Min and Max bound a number's value and a text's length in characters; both 0: no bounds.
	Min int `json:"min"`
	Max int `json:"max"`
}

// Section describes one part of the configuration and how it is read and written.
type Section struct {
	Name   SectionName
	Title  string
	Fields []Field

	read     func(ctx context.Context, service ops.Service) (reading, error)
	write    func(ctx context.Context, service ops.Service, before, after Values) error
	validate func(after Values) error
}

// Field returns the field of that name.
func (s Section) Field(name string) (Field, bool) {
	for _, f := range s.Fields {
		if f.Name == name {
			return f, true
		}
	}

	return Field{}, false
}

// validateChanged checks the rules between values, of those kinds alone that a change
// touches: what is wrong elsewhere was there before and is not its business.
func (s Section) validateChanged(after Values, differences []Difference) error {
	err := s.validate(after)

	fields := ops.FieldErrors(err)
	if len(fields) == 0 {
		return err
	}

	return ops.Invalid(slices.DeleteFunc(slices.Clone(fields), func(e ops.FieldError) bool {
		return !slices.ContainsFunc(differences, func(d Difference) bool {
			kind, _, _ := strings.Cut(d.Field.Name, ".")

			return e.Field == "body."+d.Field.Name || strings.HasPrefix(e.Field, "body."+kind+".")
		})
	}))
}

// reading is a section as the control plane holds it, and whom it says to have set it,
// where it does.
type reading struct {
	values    Values
	updatedBy string
}
