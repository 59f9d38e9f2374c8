package web

import (
	"errors"
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// List is never null in JSON.
func List[T any](items []T) []T {
	if items == nil {
		return []T{}
	}

	return items
}

// Next is the cursor of the next page, null on the last one.
func Next(cursor int64) *int64 { return When(cursor != 0, cursor) }

// When returns the value if it was given, else null.
func When[T any](given bool, value T) *T {
	if !given {
		return nil
	}

	return &value
}

// Strings are the values as plain text.
func Strings[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}

	return out
}

// Typed reads what was typed into a field as the field's type; what cannot be read stays as it was
// typed, for the section's check to refuse.
func Typed(field ops.Field, typed string) any {
	switch field.Kind {
	case ops.KindInt:
		// A number that is too large is the largest there is, which no field takes.
		if n, err := strconv.ParseInt(strings.TrimSpace(typed), 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
			return n
		}
	case ops.KindBool:
		if b, err := strconv.ParseBool(typed); err == nil {
			return b
		} else if typed == "on" {
			return true
		}
	case ops.KindText, ops.KindDuration:
	}

	return typed
}
