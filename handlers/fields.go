package handlers

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// fields are those of a form or of a JSON object. Whoever answers takes them out one by
// one; what nobody takes is refused.
type fields struct {
	form   url.Values                 // nil for JSON
	object map[string]json.RawMessage // nil for a form
	taken  map[string]bool
	errs   []ops.FieldError
	// refusal is what done has found.
	refusal error
}

func (p *page) fields() (*fields, error) {
	body, err := p.body()
	if err != nil {
		return nil, err
	}

	f := &fields{taken: map[string]bool{}}
	p.form = f

	if p.sentJSON() {
		f.object, err = readObject(body)

		return f, err
	}

	f.form, f.errs, err = parseForm(body)

	return f, err
}

func (f *fields) isForm() bool { return f.object == nil }

// refuse says what is wrong with a field; what was found first is what is told.
func (f *fields) refuse(field, kind, message string) {
	if slices.ContainsFunc(f.errs, func(e ops.FieldError) bool { return e.Field == "body."+field }) {
		return
	}

	f.errs = append(f.errs, ops.FieldError{Field: "body." + field, Message: message, Type: kind})
}

// typed is a field of a form, "" when it was not sent. One that stands twice is refused.
func (f *fields) typed(name string) string {
	if len(f.form[name]) > 1 && !f.taken[name] {
		f.errs = append(f.errs, givenTwice(name))
	}

	f.taken[name] = true

	return f.form.Get(name)
}

// raw is a field of a JSON object, nil when it was not sent.
func (f *fields) raw(name string) json.RawMessage {
	f.taken[name] = true

	return f.object[name]
}

// given reports whether the field was sent.
func (f *fields) given(name string) bool {
	_, inObject := f.object[name]

	return inObject || f.form.Has(name)
}

// text is a text; null is "".
func (f *fields) text(name string) string {
	if f.isForm() {
		return f.typed(name)
	}

	var s *string

	if raw := f.raw(name); raw != nil && json.Unmarshal(raw, &s) != nil {
		f.refuse(name, "string_type", "must be text")
	}

	if s == nil {
		return ""
	}

	return *s
}

// yes is a checkbox, or true and false.
func (f *fields) yes(name string) bool {
	if f.isForm() {
		switch typed := f.typed(name); typed {
		case "", "false":
		case "true", "on":
			return true
		default:
			f.refuse(name, "bool_type", "must be true or false")
		}

		return false
	}

	var b *bool
	if raw := f.raw(name); raw != nil && (json.Unmarshal(raw, &b) != nil || b == nil) {
		f.refuse(name, "bool_type", "must be true or false")
	}

	return b != nil && *b
}

// number is a whole number above 0, also one that stands in quotes; 0 when it was not sent.
func (f *fields) number(name string) int64 {
	text := ""

	if raw := f.raw(name); raw != nil {
		text = strings.Trim(string(raw), `"`)
	} else if f.isForm() {
		text = f.typed(name)
	}

	if text == "" || text == "null" {
		return 0
	}

	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		f.refuse(name, "int_type", "must be a whole number above 0")
	}

	return n
}

// moment reads a date and time with its zone.
func (f *fields) moment(name string) time.Time {
	text := f.text(name)
	if text == "" {
		return time.Time{}
	}

	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		f.refuse(name, "datetime", "must be a date and time with its zone, such as 2026-03-01T14:00:00Z")
	}

	return at
}

// done refuses what nobody took, and returns all that is wrong.
func (f *fields) done() error {
	sent := slices.Concat(slices.Collect(maps.Keys(f.form)), slices.Collect(maps.Keys(f.object)))
	slices.Sort(sent)

	for _, name := range sent {
		if !f.taken[name] {
			f.errs = append(f.errs, notOfForm(name))
		}
	}

	f.refusal = ops.Invalid(f.errs)

	return f.refusal
}

// beside sorts what is wrong, if anything is: what the form has a field for stands
// beside it, the rest above the form.
func beside(cause error, known func(name string) bool) (errs map[string]string, problem string) {
	errs = map[string]string{}
	if cause == nil {
		return errs, ""
	}

	fields := ops.FieldErrors(cause)
	if len(fields) == 0 {
		return errs, ops.AsError(cause).Message
	}

	for _, f := range fields {
		name := strings.TrimPrefix(f.Field, "body.")

		switch {
		case !known(name):
			problem = strings.TrimSpace(problem + " " + name + ": " + f.Message)
		case errs[name] == "":
			errs[name] = sentenceOf(f.Message)
		}
	}

	return errs, sentenceOf(problem)
}
