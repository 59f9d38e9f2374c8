package ops

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Check says what is wrong with the values that are given: names that the section does
// not have, kinds, bounds, and the rules between values (section 4 of the contract).
func (s Section) Check(values Values) []FieldError {
	var errs []FieldError

	for _, f := range s.Fields {
		if value, given := values[f.Name]; given {
			errs = append(errs, f.Check(value)...)
			errs = append(errs, f.checkAtMost(values)...)
		}
	}

	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, known := s.Field(name); !known {
			errs = append(errs, FieldError{
				Field: "body." + Clip(name), Message: "is not a field of " + s.Title, Type: "extra_forbidden",
			})
		}
	}

	return errs
}

// CheckChanged is [Section.Check] of the values after a change, of the groups alone that
// the named fields are of: what is wrong elsewhere was there before. So were the spellings of
// the other durations, of which it is enough that they can be read.
func (s Section) CheckChanged(after Values, changed []string) []FieldError {
	return slices.DeleteFunc(s.Check(after), func(e FieldError) bool {
		field := strings.TrimPrefix(e.Field, "body.")
		if e.Type == typeDuration && !slices.Contains(changed, field) && readable(after[field]) {
			return true
		}

		return !slices.ContainsFunc(changed, func(name string) bool { return groupOf(field) == groupOf(name) })
	})
}

// typeDuration is the type of the error of what the contract does not take as a duration.
const typeDuration = "duration"

func readable(value any) bool {
	text, _ := value.(string)
	_, err := ReadDuration(text)

	return err == nil
}

// CheckBetween says which of the rules between values the values after a change break.
// Values that one of held has side by side go together: a control plane held them.
func (s Section) CheckBetween(after Values, held ...Values) []FieldError {
	var errs []FieldError

	for _, f := range s.Fields {
		if !slices.ContainsFunc(held, func(v Values) bool { return s.EqualIn([]string{f.Name, f.AtMost}, v, after) }) {
			errs = append(errs, f.checkAtMost(after)...)
		}
	}

	return errs
}

// groupOf is what the name of a field begins with, itself where names do not nest.
func groupOf(name string) string {
	group, _, _ := strings.Cut(name, ".")

	return group
}

// Check says what is wrong with a value of the field: its kind, or its bounds.
func (f Field) Check(value any) []FieldError {
	path := "body." + f.Name
	refuse := func(kind, message string) []FieldError {
		return []FieldError{{Field: path, Message: message, Type: kind}}
	}

	switch f.Kind {
	case KindInt:
		n, ok := value.(int64)
		if !ok {
			return refuse("int_type", "must be a whole number")
		}

		return CheckRange(path, n, int64(f.Min), int64(f.Max))
	case KindBool:
		if _, ok := value.(bool); !ok {
			return refuse("bool_type", "must be true or false")
		}
	case KindText:
		text, ok := value.(string)
		if !ok {
			return refuse("string_type", "must be text")
		}

		return CheckText(path, text, f.Max)
	case KindDuration:
		if value == nil || value == "" {
			return nil
		}

		text, ok := value.(string)
		if !ok {
			return refuse("string_type", "must be a duration, or null for no expiry")
		}

		if _, err := ParseDuration(text); err != nil {
			return refuse(typeDuration, err.Error())
		}
	}

	return nil
}

// checkAtMost refuses a duration above the one that it must not be longer than. What
// cannot be read as a duration is none of its business.
func (f Field) checkAtMost(values Values) []FieldError {
	text, _ := values[f.Name].(string)
	most, _ := values[f.AtMost].(string)

	length, errLength := ReadDuration(text)
	longest, errLongest := ReadDuration(most)

	if errLength != nil || errLongest != nil || length <= longest {
		return nil
	}

	return []FieldError{{
		Field:   "body." + f.Name,
		Message: fmt.Sprintf("%s is longer than the longest time to live, %s", text, most),
		Type:    "greater_than_max_ttl",
	}}
}
