package controlplane

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/ops"
)

// The longest texts, in characters.
const (
	nameMax        = 255
	descriptionMax = 4000
	messageMax     = 10000
)

// checkText wants text that both databases keep as it is.
func checkText(errs []ops.FieldError, field, text string, longest int) []ops.FieldError {
	if !storable(text) {
		return append(errs, ops.FieldError{Field: field, Message: "must be UTF-8 without NUL", Type: "encoding"})
	}

	if n := utf8.RuneCountInString(text); n > longest {
		return append(errs, ops.FieldError{
			Field: field, Message: fmt.Sprintf("has %d characters, at most %d are allowed", n, longest), Type: "string_too_long",
		})
	}

	return errs
}

// checkOneOf accepts "" for all.
func checkOneOf[T ~string](errs []ops.FieldError, field string, value T, known []T) []ops.FieldError {
	if value == "" || slices.Contains(known, value) {
		return errs
	}

	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}

	return append(errs, ops.FieldError{Field: field, Message: "must be one of " + strings.Join(words, ", "), Type: "enum"})
}

func checkRange(errs []ops.FieldError, field string, value, low, high int) []ops.FieldError {
	if value >= low && value <= high {
		return errs
	}

	return append(errs, ops.FieldError{
		Field: field, Message: fmt.Sprintf("must be between %d and %d", low, high), Type: "range",
	})
}
