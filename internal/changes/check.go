package changes

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/ops"
)

// storable reports whether a text can be kept by both databases.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// check returns the values with durations in the contract's form, and what is wrong
// with them: names that the section does not have, wrong types, numbers and lengths out of range.
func check(s ops.Section, values ops.Values) (ops.Values, []ops.FieldError) {
	var errs []ops.FieldError

	checked := ops.Values{}

	for _, f := range s.Fields {
		value, given := values[f.Name]
		if !given {
			continue
		}

		value, message, kind := checkField(f, value)
		if message != "" {
			errs = append(errs, ops.FieldError{Field: "body." + f.Name, Message: message, Type: kind})
		}

		checked[f.Name] = value
	}

	for name := range values {
		if _, known := s.Field(name); !known {
			errs = append(errs, ops.FieldError{
				Field: "body." + ops.Clip(name), Message: "is not a field of " + s.Title, Type: "extra_forbidden",
			})
		}
	}

	slices.SortStableFunc(errs, func(a, b ops.FieldError) int { return strings.Compare(a.Type, b.Type) })

	return checked, errs
}

func checkField(f ops.Field, value any) (checked any, message, kind string) {
	switch f.Kind {
	case ops.KindInt:
		n, ok := value.(int64)
		if !ok {
			return value, "must be a whole number", "int_type"
		}

		if n < int64(f.Min) || n > int64(f.Max) {
			return value, fmt.Sprintf("must be between %d and %d", f.Min, f.Max), "range"
		}
	case ops.KindBool:
		if _, ok := value.(bool); !ok {
			return value, "must be true or false", "bool_type"
		}
	case ops.KindText:
		t, ok := value.(string)
		if !ok || !storable(t) {
			return value, "must be text", "string_type"
		}

		if n := utf8.RuneCountInString(t); n > f.Max {
			return value, fmt.Sprintf("has %d characters, at most %d are allowed", n, f.Max), "string_too_long"
		}
	case ops.KindDuration:
		return checkDuration(value)
	}

	return value, "", ""
}

func checkDuration(value any) (checked any, message, kind string) {
	if value == nil || value == "" {
		return nil, "", ""
	}

	t, ok := value.(string)
	if !ok {
		return value, "must be a duration, or null for no expiry", "string_type"
	}

	iso, err := ParseDuration(t)
	if err != nil {
		return value, err.Error(), "duration"
	}

	return iso, "", ""
}

// validateChanged checks the rules between values, of those kinds alone that a change
// touches: what is wrong elsewhere was there before and is not its business.
func validateChanged(section ops.Section, after ops.Values, differences []ops.Difference) error {
	err := section.Validate(after)

	fields := ops.FieldErrors(err)
	if len(fields) == 0 {
		return err
	}

	return ops.Invalid(slices.DeleteFunc(slices.Clone(fields), func(e ops.FieldError) bool {
		return !slices.ContainsFunc(differences, func(d ops.Difference) bool {
			kind, _, _ := strings.Cut(d.Field.Name, ".")

			return e.Field == "body."+d.Field.Name || strings.HasPrefix(e.Field, "body."+kind+".")
		})
	}))
}
