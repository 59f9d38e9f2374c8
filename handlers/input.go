package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
)

// asides are what a form or a JSON body may hold beside the fields of a section.
func asides() []string {
	return []string{"reason", "revision", "duration", "until", "confirm_within", "confirm", "name"}
}

// input is what was sent, as a form or as JSON: the fields of a section by their
// dotted names, and beside them the asides.
type input struct {
	// values hold int64, bool, string or nil; in a form, what cannot be read as its
	// field's type stays text, for the check to refuse.
	values changes.Values
	// typed is every field of a form as it was typed, nil for JSON.
	typed url.Values

	// aside holds the asides that were sent.
	aside map[string]string
	errs  []ops.FieldError
}

func (in *input) reason() string   { return in.aside["reason"] }
func (in *input) revision() string { return in.aside["revision"] }

// reviewed are the asides that a review asks for.
func reviewed() []string {
	return []string{"reason", "duration", "until", "confirm_within", "confirm"}
}

// kept is what was typed into a review, for the pages from which the next one is reached:
// a change that was meant to be temporary stays so.
func (in *input) kept() []templates.TypedField {
	var out []templates.TypedField

	for _, name := range reviewed() {
		if typed := in.aside[name]; typed != "" {
			out = append(out, templates.TypedField{Name: name, Value: typed})
		}
	}

	return out
}

// input reads the body of a request.
func (p *page) input() (input, error) {
	body, err := p.body()

	switch {
	case err != nil:
		return input{}, err
	case p.sentJSON():
		return readJSON(body)
	default:
		return readForm(string(body))
	}
}

// body is what was sent, which is text.
func (p *page) body() ([]byte, error) {
	body, err := io.ReadAll(p.Request().Body)

	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, echo.ErrStatusRequestEntityTooLarge
	}

	if err == nil && !utf8.Valid(body) {
		err = errors.New("the body is not UTF-8")
	}

	if err != nil {
		return nil, badForm(err)
	}

	return body, nil
}

// badForm refuses a body that cannot be read at all.
func badForm(cause error) error {
	return ops.AsError(ops.Invalid([]ops.FieldError{{
		Field: "body", Message: "The body could not be read: send a form or one JSON object, in UTF-8.", Type: "body",
	}})).Because(cause)
}

// readObject reads one JSON object, in which no field stands twice: which of the two is
// meant nobody can tell.
func readObject(body []byte) (object map[string]json.RawMessage, err error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&object); err != nil {
		return nil, badForm(err)
	}

	if _, err := decoder.Token(); !errors.Is(err, io.EOF) || object == nil {
		return nil, badForm(errors.New("not one JSON object"))
	}

	twice, err := repeated(json.NewDecoder(bytes.NewReader(body)), "")
	if err != nil {
		return nil, badForm(err)
	}

	if twice != "" {
		return nil, ops.Invalid([]ops.FieldError{givenTwice(twice)})
	}

	return object, nil
}

// repeated reads a value and returns the first name that an object in it has twice.
func repeated(decoder *json.Decoder, path string) (twice string, err error) {
	token, err := decoder.Token()
	if err != nil {
		return "", err
	}

	opened, isDelim := token.(json.Delim)
	if !isDelim {
		return "", nil
	}

	names := map[string]bool{}

	for decoder.More() {
		name := path

		if opened == '{' {
			key, err := decoder.Token()
			if err != nil {
				return "", err
			}

			name = strings.TrimPrefix(path+"."+fmt.Sprint(key), ".")
			if names[name] {
				return name, nil
			}

			names[name] = true
		}

		if twice, err := repeated(decoder, name); err != nil || twice != "" {
			return twice, err
		}
	}

	_, err = decoder.Token() // its end

	return "", err
}

func givenTwice(name string) ops.FieldError {
	return ops.FieldError{Field: "body." + clip(name), Message: "is given twice", Type: "duplicate"}
}

func readJSON(body []byte) (input, error) {
	object, err := readObject(body)
	if err != nil {
		return input{}, err
	}

	in := input{values: changes.Values{}, aside: map[string]string{}}

	for _, name := range asides() {
		if _, given := object[name]; given {
			in.aside[name] = in.text(object, name)
		}
	}

	for _, name := range slices.Sorted(maps.Keys(object)) {
		single, err := json.Marshal(map[string]json.RawMessage{name: object[name]})
		if err != nil {
			return input{}, badForm(err)
		}

		var values changes.Values
		if err := values.UnmarshalJSON(single); err != nil || holdsNothing(object[name]) {
			in.errs = append(in.errs, ops.FieldError{
				Field: "body." + clip(name), Message: "is not a value that this field can have", Type: "type",
			})

			continue
		}

		for field, value := range values {
			if _, given := in.values[field]; given {
				in.errs = append(in.errs, givenTwice(field))
			}

			in.values[field] = value
		}
	}

	return in, nil
}

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

// text takes a text, or a number, out of the object.
func (in *input) text(object map[string]json.RawMessage, name string) string {
	raw := object[name]
	delete(object, name)

	if string(raw) == "null" {
		return ""
	}

	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}

	var n json.Number
	if name == "revision" && json.Unmarshal(raw, &n) == nil {
		return n.String()
	}

	in.errs = append(in.errs, ops.FieldError{Field: "body." + name, Message: "must be text", Type: "string_type"})

	return ""
}

func readForm(body string) (input, error) {
	form, err := url.ParseQuery(body)
	if err != nil {
		return input{}, badForm(err)
	}

	return formInput(form)
}

// checkText refuses a form or a query that is not text.
func checkText(form url.Values) error {
	for name, values := range form {
		if !utf8.ValidString(name) || slices.ContainsFunc(values, func(s string) bool { return !utf8.ValidString(s) }) {
			return badForm(errors.New("a field is not UTF-8"))
		}
	}

	return nil
}

// formInput reads the fields of a form or of a query.
func formInput(form url.Values) (input, error) {
	if err := checkText(form); err != nil {
		return input{}, err
	}

	in := input{values: changes.Values{}, typed: form, aside: map[string]string{}}

	for name, values := range form {
		if len(values) > 1 {
			in.errs = append(in.errs, givenTwice(name))
		}

		if slices.Contains(asides(), name) {
			in.aside[name] = values[0]
		} else {
			in.values[name] = values[0]
		}
	}

	return in, nil
}

// as reads the fields of a form in the section's types; what cannot be read stays as it was typed.
func (in *input) as(section changes.Section) {
	if in.typed == nil {
		return
	}

	for _, field := range section.Fields {
		typed, given := in.values[field.Name].(string)
		if !given {
			continue
		}

		switch field.Kind {
		case changes.KindInt:
			if n, err := strconv.ParseInt(strings.TrimSpace(typed), 10, 64); err == nil {
				in.values[field.Name] = n
			}
		case changes.KindBool:
			if b, err := strconv.ParseBool(typed); err == nil {
				in.values[field.Name] = b
			} else if typed == "on" {
				in.values[field.Name] = true
			}
		case changes.KindText, changes.KindDuration:
		}
	}
}

// only refuses every field of a section, and every aside but the named ones.
func (in *input) only(names ...string) []ops.FieldError {
	errs := in.errs

	for _, name := range slices.Sorted(maps.Keys(in.values)) {
		errs = append(errs, notOfForm(name))
	}

	return append(errs, in.asidesOnly(names...)...)
}

// asidesOnly refuses every aside but the named ones. Forms may send empty ones.
func (in *input) asidesOnly(names ...string) []ops.FieldError {
	var errs []ops.FieldError

	for _, name := range slices.Sorted(maps.Keys(in.aside)) {
		if (in.typed == nil || in.aside[name] != "") && !slices.Contains(names, name) {
			errs = append(errs, notOfForm(name))
		}
	}

	return errs
}

func notOfForm(name string) ops.FieldError {
	return ops.FieldError{Field: "body." + clip(name), Message: "is not a field of this form", Type: "extra_forbidden"}
}

// sentenceOf begins a message of the contract with a capital, to stand alone.
func sentenceOf(message string) string {
	if message == "" {
		return ""
	}

	return strings.ToUpper(message[:1]) + message[1:]
}
