package settings

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/settings"
)

// input is what was sent for a section: its values by their dotted names, and beside them
// the meta fields, [web.Meta].
type input struct {
	// values hold int64, bool, string or nil; in a form, what cannot be read as its
	// field's type stays text, for the check to refuse.
	values ops.Values
	// meta are the meta fields that were taken.
	meta map[string]string
	// fields are those that a restore is to bring back, nil for all.
	fields []string
	// term is which field says for how long, "" where only the fields themselves do.
	term string
	// chosen says which moment is meant by until, and chosenAt by at, where it may be two.
	chosen, chosenAt string
	// ahead are the fields of a review that tell when a restore is to be made, nil for those of none.
	ahead *web.Fields
	// typed is every field of a form as it was typed, nil for JSON.
	typed url.Values
}

// The fields that say which moment is meant by until, and by at.
const (
	untilChoice = "until" + web.ChoiceSuffix
	atChoice    = web.AtField + web.ChoiceSuffix
)

// reviewed are the meta fields that a review asks for.
func reviewed() []string {
	return []string{"reason", web.AtField, "duration", "until", "confirm_within", "confirm"}
}

// meta takes the meta fields with which a change comes.
func meta(f *web.Fields) input {
	in := input{term: f.Term(), typed: f.Form(), meta: map[string]string{"revision": f.TextOrNumber("revision")}}
	for _, name := range reviewed() {
		in.meta[name] = f.Text(name)
	}

	in.chosen, in.chosenAt = f.Text(untilChoice), f.Text(atChoice)

	return in
}

// changeOf takes a change of a section: the meta fields, and what is left as its values.
func changeOf(f *web.Fields, section ops.Section) input {
	in := meta(f)
	in.values = ops.Values{}

	for _, name := range f.Rest() {
		switch {
		case slices.Contains(web.Meta(), name): // for Done to refuse
		case f.IsForm():
			field, _ := section.Field(name)
			in.values[name] = web.Typed(field, f.Text(name))
		default:
			in.take(f, name)
		}
	}

	return in
}

// typedInAddress is what a form was filled with before, as it stands in the address.
func typedInAddress(p *web.Page) (input, error) {
	f, err := p.QueryFields()
	if err != nil {
		return input{}, err
	}

	return meta(f), nil
}

// take takes the values of a field of JSON, which may nest.
func (in *input) take(f *web.Fields, name string) {
	raw := f.JSON(name)

	single, err := json.Marshal(map[string]json.RawMessage{name: raw})
	if err != nil {
		f.Refuse(name, "type", badValue)

		return
	}

	var values ops.Values

	err = values.UnmarshalJSON(single)
	if value, ok := errors.AsType[*ops.ValueError](err); ok {
		f.Refuse(value.Field, "type", value.Message)

		return
	}

	if err != nil || holdsNothing(raw) {
		f.Refuse(name, "type", badValue)

		return
	}

	for field, value := range values {
		if _, given := in.values[field]; given {
			f.Refuse(field, "duplicate", "is given twice")
		}

		in.values[field] = value
	}
}

const badValue = "is not a value that this field can have"

// holdsNothing reports whether an object without fields is in the value: it sets nothing,
// so whoever sent it meant something else.
func holdsNothing(value json.RawMessage) bool {
	var inner map[string]json.RawMessage
	if json.Unmarshal(value, &inner) != nil || inner == nil {
		return false
	}

	for _, v := range inner {
		if holdsNothing(v) {
			return true
		}
	}

	return len(inner) == 0
}

// kept is what was typed into a review, for the pages from which the next one is reached:
// a change that was meant to be temporary stays so.
func (in *input) kept() []pages.TypedField {
	var out []pages.TypedField

	for _, name := range reviewed() {
		if typed := in.meta[name]; typed != "" {
			out = append(out, pages.TypedField{Name: name, Value: typed})
		}
	}

	if in.chosen != "" {
		out = append(out, pages.TypedField{Name: untilChoice, Value: in.chosen})
	}

	if in.chosenAt != "" {
		out = append(out, pages.TypedField{Name: atChoice, Value: in.chosenAt})
	}

	for _, name := range in.fields {
		out = append(out, pages.TypedField{Name: FieldsParam, Value: name})
	}

	return out
}

// typedOf is what a form that holds the values and the meta fields would send.
func (in *input) typedOf(section ops.Section, values ops.Values) url.Values {
	typed := url.Values{}

	for _, field := range section.Fields {
		typed.Set(field.Name, in.raw(field, values))
	}

	for name, value := range in.meta {
		typed.Set(name, value)
	}

	return typed
}

// raw is what was typed into a field, else the value as it would be typed.
func (in *input) raw(field ops.Field, values ops.Values) string {
	if in.typed.Has(field.Name) {
		return in.typed.Get(field.Name)
	}

	return components.Raw(field, values[field.Name])
}
