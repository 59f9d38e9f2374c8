package controlplane

import (
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// The longest texts, in characters.
const (
	nameMax        = 255
	descriptionMax = 4000
)

// coresMax is how many cores an instance may be created with.
const coresMax = 64

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
