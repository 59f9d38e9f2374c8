package web

import (
	"encoding/json"
	"strconv"
	"strings"
)

// kind is what a field can hold: how it is read from a form and from JSON, and what is said of
// a field that holds something else.
type kind[T any] struct {
	form          func(typed string) (value T, ok bool)
	json          func(raw json.RawMessage) (value T, ok bool)
	name, message string
}

// take takes a field out as the kind says; what was not sent is the zero value.
func take[T any](f *Fields, name string, k kind[T]) T {
	var value T

	ok := true

	if f.IsForm() {
		value, ok = k.form(f.typed(name))
	} else if raw := f.JSON(name); raw != nil {
		value, ok = k.json(raw)
	}

	if !ok {
		f.Refuse(name, k.name, k.message)
	}

	return value
}

func text() kind[string] {
	return kind[string]{name: "string_type", message: "must be text", form: asTyped, json: textOf}
}

func textOrNumber() kind[string] {
	k := text()
	k.json = func(raw json.RawMessage) (string, bool) {
		var n json.Number
		if raw[0] != '"' && json.Unmarshal(raw, &n) == nil {
			return n.String(), true
		}

		return textOf(raw)
	}

	return k
}

func asTyped(typed string) (string, bool) { return typed, true }

func textOf(raw json.RawMessage) (string, bool) {
	var s string

	return s, json.Unmarshal(raw, &s) == nil
}

func boolean() kind[bool] {
	return kind[bool]{
		name: "bool_type", message: "must be true or false",
		form: func(typed string) (bool, bool) {
			ticked := typed == "true" || typed == "on"

			return ticked, ticked || typed == "" || typed == "false"
		},
		json: func(raw json.RawMessage) (bool, bool) {
			var b *bool
			if json.Unmarshal(raw, &b) != nil || b == nil {
				return false, false
			}

			return *b, true
		},
	}
}

func number() kind[int64] {
	parse := func(typed string) (int64, bool) {
		if typed == "" || typed == "null" {
			return 0, true
		}

		n, err := strconv.ParseInt(typed, 10, 64)

		return n, err == nil && n >= 1
	}

	return kind[int64]{
		name: "int_type", message: "must be a whole number above 0", form: parse,
		json: func(raw json.RawMessage) (int64, bool) { return parse(strings.Trim(string(raw), `"`)) },
	}
}
