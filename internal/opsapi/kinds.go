package opsapi

import (
	"encoding/json"
	"errors"
	"strconv"
)

// kind reads a JSON value strictly: null is of none, a number is not a text.
type kind[T any] func(raw json.RawMessage) (T, problem)

// problem is what is wrong with a value, empty for nothing.
type problem struct{ kind, message string }

func text(raw json.RawMessage) (value string, p problem) {
	if err := json.Unmarshal(raw, &value); err != nil || isNull(raw) {
		return "", problem{"string_type", "must be a string"}
	}

	return value, problem{}
}

// parseInt reads a number that is written as whole: 5, not 5.0 or 5e0.
func parseInt(raw json.RawMessage) (int, problem) { return parseNumber(string(raw), "int_type") }

// parseNumber is for numbers in paths and queries too, where a wrong one has another name.
func parseNumber(s, wrong string) (int, problem) {
	value, err := strconv.Atoi(s)

	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, problem{"int_size", "is too large a number"}
	case err != nil:
		return 0, problem{wrong, "must be a whole number"}
	default:
		return value, problem{}
	}
}

func parseBool(raw json.RawMessage) (value bool, p problem) {
	if err := json.Unmarshal(raw, &value); err != nil || isNull(raw) {
		return false, problem{"bool_type", "must be true or false"}
	}

	return value, problem{}
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }
