package web

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// Fields are those of a form, of a JSON object or of an address. Whoever answers takes them
// out one by one, each as what it should be; [Fields.Done] refuses what nobody takes, and all
// that was wrong with the rest.
type Fields struct {
	form   url.Values                 // nil for JSON
	object map[string]json.RawMessage // nil for a form
	taken  map[string]bool
	errs   []ops.FieldError
	// refusal is what Done has found.
	refusal error
}

const givenTwice = "is given twice"

// Meta are the fields with which a change of the configuration comes beside its values. A form
// may send those that it does not take, each once, if they are empty.
func Meta() []string {
	return []string{
		"reason", "revision", AtField, AtField + ChoiceSuffix, "duration", untilField, untilField + ChoiceSuffix,
		"confirm_within", "confirm", "name", components.TermName,
	}
}

// IsForm reports whether a form or an address was sent, in which every value is text.
func (f *Fields) IsForm() bool { return f.object == nil }

// Form is what was typed into a form, to be given back; nil for JSON.
func (f *Fields) Form() url.Values { return f.form }

// Given reports whether the field was sent.
func (f *Fields) Given(name string) bool {
	_, inObject := f.object[name]

	return inObject || f.form.Has(name)
}

// Text is a text; null is "".
func (f *Fields) Text(name string) string { return take(f, name, text()) }

// TextOrNumber is a text, in JSON also a number.
func (f *Fields) TextOrNumber(name string) string { return take(f, name, textOrNumber()) }

// Bool is a checkbox, or true and false.
func (f *Fields) Bool(name string) bool { return take(f, name, boolean()) }

// Number is a whole number above 0, also one that stands in quotes; 0 when it was not sent.
func (f *Fields) Number(name string) int64 { return take(f, name, number()) }

// Time is a date and time with its zone.
func (f *Fields) Time(name string) time.Time {
	typed := f.Text(name)
	if typed == "" {
		return time.Time{}
	}

	at, err := time.Parse(time.RFC3339, typed)
	if err != nil {
		f.Refuse(name, "datetime", "must be a date and time with its zone, such as 2026-03-01T14:00:00Z")
	}

	return at
}

// Texts is every value of a field that may stand more than once, an array in JSON.
func (f *Fields) Texts(name string) (values []string) {
	f.taken[name] = true

	if f.IsForm() {
		return f.form[name]
	}

	if raw, sent := f.object[name]; sent && json.Unmarshal(raw, &values) != nil {
		f.Refuse(name, "array_type", "must be an array of strings")
	}

	return values
}

// JSON is a field of a JSON object as it was sent, nil when it was not.
func (f *Fields) JSON(name string) json.RawMessage {
	f.taken[name] = true

	return f.object[name]
}

// Rest are the names of what was sent and not taken yet, in order.
func (f *Fields) Rest() []string {
	return slices.DeleteFunc(f.names(), func(name string) bool { return f.taken[name] })
}

func (f *Fields) names() []string {
	names := slices.Concat(slices.Collect(maps.Keys(f.form)), slices.Collect(maps.Keys(f.object)))
	slices.Sort(names)

	return names
}

// typed is a field of a form, "" when it was not sent. One that stands twice is refused.
func (f *Fields) typed(name string) string {
	if len(f.form[name]) > 1 && !f.taken[name] {
		f.Refuse(name, "duplicate", givenTwice)
	}

	f.taken[name] = true

	return f.form.Get(name)
}

// Refuse says what is wrong with a field; what was found first is what is told.
func (f *Fields) Refuse(field, kind, message string) {
	field = "body." + ops.Clip(field)

	if !slices.ContainsFunc(f.errs, func(e ops.FieldError) bool { return e.Field == field }) {
		f.errs = append(f.errs, ops.FieldError{Field: field, Message: message, Type: kind})
	}
}

// RefuseAll says what else is wrong with fields.
func (f *Fields) RefuseAll(errs []ops.FieldError) { f.errs = append(f.errs, errs...) }

// OK reports whether nothing is wrong with what was taken so far.
func (f *Fields) OK() bool { return len(f.errs) == 0 }

// Done refuses what nobody took, and returns all that is wrong.
func (f *Fields) Done() error {
	for _, name := range f.Rest() {
		if slices.Equal(f.form[name], []string{""}) && slices.Contains(Meta(), name) {
			continue
		}

		f.Refuse(name, "extra_forbidden", "is not a field of this form")
	}

	f.refusal = ops.Invalid(f.errs)

	return f.refusal
}
