package ops

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Values are the fields of a section by name. A value is an int64, a bool, a string,
// or nil for no expiry. JSON nests at the dots of a name, as the contract does.
type Values map[string]any

// Clone returns a copy.
func (v Values) Clone() Values { return maps.Clone(v) }

// Int returns a whole number, 0 when the field holds none.
func (v Values) Int(name string) int {
	n, _ := v[name].(int64)

	return int(n)
}

// MarshalJSON nests at the dots of the names.
func (v Values) MarshalJSON() ([]byte, error) {
	if v == nil {
		return []byte("null"), nil
	}

	root := map[string]any{}

	for name, value := range v {
		group, leaf, nested := strings.Cut(name, ".")
		if !nested {
			root[name] = value

			continue
		}

		inner, _ := root[group].(map[string]any)
		if inner == nil {
			inner = map[string]any{}
			root[group] = inner
		}

		inner[leaf] = value
	}

	return json.Marshal(root)
}

// UnmarshalJSON flattens nested objects to dotted names; whole numbers become int64.
func (v *Values) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()

	var root map[string]any
	if err := decoder.Decode(&root); err != nil {
		return err
	}

	if root == nil {
		*v = nil

		return nil
	}

	*v = Values{}

	return v.flatten("", root)
}

// ValueError says which field, by its dotted name, was sent what no field can have.
type ValueError struct{ Field, Message string }

func (e *ValueError) Error() string { return e.Field + " " + e.Message }

func (v Values) flatten(prefix string, object map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch value := object[name].(type) {
		case map[string]any:
			if err := v.flatten(prefix+name+".", value); err != nil {
				return err
			}
		case json.Number:
			n, err := value.Int64()

			switch {
			case errors.Is(err, strconv.ErrRange):
				return &ValueError{prefix + name, "is too large a number"}
			case err != nil:
				return &ValueError{prefix + name, "must be a whole number"}
			}

			v[prefix+name] = n
		case bool, string, nil:
			v[prefix+name] = value
		default:
			return &ValueError{prefix + name, "must be a single value"}
		}
	}

	return nil
}
