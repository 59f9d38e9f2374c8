package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// entryField is a field of what an entry was about, as people know it.
type entryField struct{ label, text string }

// entryFields are the fields that differ before and after, or all where there is but one of both.
func entryFields(e audit.Entry, known objects) []entryField {
	section := ops.SectionName(strings.TrimPrefix(e.Object, "config/"))
	before, after := known.flat(e.Before), known.flat(e.After)

	if before == nil && after == nil {
		return nil
	}

	var out []entryField

	for _, name := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(
		slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))))) {
		label, field := labelOf(section, name)
		was, is := valueText(field, before[name]), valueText(field, after[name])

		switch {
		case before == nil:
			out = append(out, entryField{label, is})
		case after == nil:
			out = append(out, entryField{label, was})
		case was != is:
			out = append(out, entryField{label, was + " → " + is})
		}
	}

	return out
}

// labelOf is how a person knows a field, which has no kind where it is none of the configuration.
func labelOf(section ops.SectionName, name string) (string, ops.Field) {
	field, ok := ops.FieldOf(section, name)
	if !ok {
		field, _ = ops.FieldAt("body." + name)
	}

	if field.Label != "" {
		return field.Label, field
	}

	return ops.FieldLabel("body." + name), field
}

// objects are those that were read, by their JSON: what a change leaves is what the next one finds.
type objects map[string]map[string]any

// flat is an object of JSON by dotted names, nil of what is none.
func (o objects) flat(raw json.RawMessage) map[string]any {
	if len(raw) == 0 {
		return nil
	}

	object, known := o[string(raw)]
	if !known {
		object = flat(raw)
		o[string(raw)] = object
	}

	return object
}

func flat(raw json.RawMessage) map[string]any {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()

	var object map[string]any
	if decoder.Decode(&object) != nil || object == nil {
		return nil
	}

	out := map[string]any{}
	flatten(out, "", object)

	return out
}

func flatten(out map[string]any, prefix string, object map[string]any) {
	for name, value := range object {
		if inner, ok := value.(map[string]any); ok {
			flatten(out, prefix+name+".", inner)

			continue
		}

		out[prefix+name] = value
	}
}

// valueText writes a value of JSON as people read it.
func valueText(field ops.Field, value any) string {
	if number, ok := value.(json.Number); ok {
		whole, err := number.Int64()
		if err != nil {
			return number.String()
		}

		value = whole
	}

	if field.Kind != "" {
		return components.Value(field, value)
	}

	switch v := value.(type) {
	case nil:
		return "none"
	case string:
		return format.Moments(v)
	case []any:
		parts := make([]string, 0, len(v))
		for _, part := range v {
			parts = append(parts, valueText(ops.Field{}, part))
		}

		return strings.Join(parts, ", ")
	default:
		return fmt.Sprint(v)
	}
}
