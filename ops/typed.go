package ops

import (
	"encoding/json"
	"reflect"
	"strings"
)

// The typed values of a section, such as [ConcurrencyConfig] and [ConcurrencyUpdate], are
// structs with the JSON of its [Values].

// ValuesOf returns the section's fields in such a struct. What an update leaves out is not
// among them; a null of a configuration is nil.
func (s Section) ValuesOf(typed any) Values {
	values := Values{}

	for _, f := range s.Fields {
		if value, given := lookup(reflect.ValueOf(typed), f.Name); given {
			values[f.Name] = value
		}
	}

	return values
}

// Decode sets the fields of such a struct, to which typed points, that have a value.
func (v Values) Decode(typed any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}

	return json.Unmarshal(data, typed)
}

// lookup finds the value of a dotted name of JSON; ok is false where it is left out.
func lookup(v reflect.Value, name string) (value any, ok bool) {
	head, rest, nested := strings.Cut(name, ".")

	for field, member := range v.Fields() {
		tag, options, _ := strings.Cut(field.Tag.Get("json"), ",")

		switch {
		case tag != head:
			continue
		case member.Kind() == reflect.Pointer && member.IsNil():
			return nil, options != "omitempty"
		case member.Kind() == reflect.Pointer:
			member = member.Elem()
		}

		switch {
		case nested:
			return lookup(member, rest)
		case member.CanInt():
			return member.Int(), true
		default:
			return member.Interface(), true
		}
	}

	return nil, false
}

// validate checks the values of a section in a struct.
func validate(name SectionName, typed any) error {
	section := section(name)

	return Invalid(section.Check(section.ValuesOf(typed)))
}
