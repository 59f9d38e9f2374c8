package opsapi

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
)

// object is a JSON object whose fields are taken out one by one. What is wrong with
// them is noted, so that all of it is told at once.
type object struct {
	path   string
	fields map[string]json.RawMessage
	inner  map[string]*object
	found  *problems
	broken bool // so that nothing need be said of fields that it lacks
}

// newObject reads raw; what is none gives an object without fields, and a problem.
func newObject(path string, raw []byte, found *problems) *object {
	o := &object{path: path, fields: map[string]json.RawMessage{}, inner: map[string]*object{}, found: found}

	if !json.Valid(raw) {
		return o.fail("json_invalid", "is not valid JSON")
	}

	decoder := json.NewDecoder(bytes.NewReader(raw))

	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return o.fail("object_type", "must be an object")
	}

	for decoder.More() {
		name, value, err := member(decoder)
		if err != nil {
			return o.fail("json_invalid", "is not valid JSON")
		}

		// Readers of JSON differ on which of two counts.
		if _, twice := o.fields[name]; twice {
			o.found.add(o.at(name), "duplicate", "is given more than once")
		}

		o.fields[name] = value
	}

	return o
}

func (o *object) fail(kind, message string) *object {
	o.broken = true
	o.found.add(o.path, kind, message)

	return o
}

func member(decoder *json.Decoder) (name string, value json.RawMessage, err error) {
	token, err := decoder.Token()
	if err != nil {
		return "", nil, err
	}

	name, ok := token.(string)
	if !ok {
		return "", nil, io.ErrUnexpectedEOF
	}

	return name, value, decoder.Decode(&value)
}

func (o *object) at(name string) string { return o.path + "." + name }

// take removes a field and returns its value, nil when it is absent.
func (o *object) take(name string) json.RawMessage {
	value := o.fields[name]
	delete(o.fields, name)

	return value
}

// refuseRest notes the fields that nobody has taken.
func (o *object) refuseRest() {
	for _, name := range slices.Sorted(maps.Keys(o.fields)) {
		o.found.add(o.at(name), "extra_forbidden", "is not a field of this operation")
	}

	for _, name := range slices.Sorted(maps.Keys(o.inner)) {
		o.inner[name].refuseRest()
	}
}

// nested takes an object out, once for all its fields; it is nil when the field is absent
// or null.
func (o *object) nested(name string) *object {
	if inner := o.inner[name]; inner != nil {
		return inner
	}

	raw := o.take(name)
	if raw == nil || isNull(raw) {
		return nil
	}

	inner := newObject(o.at(name), raw, o.found)
	o.inner[name] = inner

	return inner
}

// required takes out a field that must be there.
func required[T any](o *object, name string, as kind[T]) T {
	raw := o.take(name)
	if raw != nil {
		return convert(o, name, raw, as)
	}

	if !o.broken {
		o.found.add(o.at(name), "missing", "is required")
	}

	var zero T

	return zero
}

// optional takes out a field that may be absent or null; then it is nil.
func optional[T any](o *object, name string, as kind[T]) *T {
	raw := o.take(name)
	if raw == nil || isNull(raw) {
		return nil
	}

	return new(convert(o, name, raw, as))
}

func convert[T any](o *object, name string, raw json.RawMessage, as kind[T]) T {
	value, wrong := as(raw)
	if wrong.kind != "" {
		o.found.add(o.at(name), wrong.kind, wrong.message)
	}

	return value
}
