package handlers

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/ops"
)

func readForm(body []byte) (input, error) {
	form, errs, err := parseForm(body)
	if err != nil {
		return input{}, err
	}

	in, err := formInput(form)
	in.errs = append(errs, in.errs...)

	return in, err
}

// parseForm reads a form and names the fields that are not text; of those it keeps what
// can be shown again.
func parseForm(body []byte) (form url.Values, errs []ops.FieldError, err error) {
	form, err = url.ParseQuery(string(body))
	if err != nil {
		return nil, nil, badForm(err)
	}

	for _, name := range slices.Sorted(maps.Keys(form)) {
		for i, value := range form[name] {
			if utf8.ValidString(name) && !utf8.ValidString(value) {
				form[name][i] = strings.ToValidUTF8(value, "\uFFFD")

				errs = append(errs, ops.FieldError{
					Field: "body." + ops.Clip(name), Message: "is not text in UTF-8", Type: "string_unicode",
				})
			}
		}
	}

	return form, errs, checkText(form)
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

	in := input{values: ops.Values{}, typed: form, aside: map[string]string{}}

	for _, name := range slices.Sorted(maps.Keys(form)) {
		values := form[name]
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
func (in *input) as(section ops.Section) {
	if in.typed == nil {
		return
	}

	for _, field := range section.Fields {
		typed, given := in.values[field.Name].(string)
		if !given {
			continue
		}

		switch field.Kind {
		case ops.KindInt:
			// A number that is too large is the largest there is, which no field takes.
			if n, err := strconv.ParseInt(strings.TrimSpace(typed), 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
				in.values[field.Name] = n
			}
		case ops.KindBool:
			if b, err := strconv.ParseBool(typed); err == nil {
				in.values[field.Name] = b
			} else if typed == "on" {
				in.values[field.Name] = true
			}
		case ops.KindText, ops.KindDuration:
		}
	}
}
