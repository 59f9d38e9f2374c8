package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/ops"
)

// readObject reads one JSON object, in which no field stands twice: which of the two is
// meant nobody can tell.
func readObject(body []byte) (object map[string]json.RawMessage, err error) {
	if !utf8.Valid(body) {
		return nil, badForm(errors.New("the body is not UTF-8"))
	}

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
	return ops.FieldError{Field: "body." + ops.Clip(name), Message: "is given twice", Type: "duplicate"}
}

func readJSON(body []byte) (input, error) {
	object, err := readObject(body)
	if err != nil {
		return input{}, err
	}

	in := input{values: ops.Values{}, aside: map[string]string{}}

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

		var values ops.Values

		err = values.UnmarshalJSON(single)
		if err != nil || holdsNothing(object[name]) {
			in.errs = append(in.errs, badValue(name, err))

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

// badValue says what is wrong with a field that holds what none can have.
func badValue(name string, cause error) ops.FieldError {
	bad := ops.FieldError{Field: "body." + ops.Clip(name), Message: "is not a value that this field can have", Type: "type"}
	if value, ok := errors.AsType[*ops.ValueError](cause); ok {
		bad.Field, bad.Message = "body."+ops.Clip(value.Field), value.Message
	}

	return bad
}
