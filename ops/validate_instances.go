package ops

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// The lengths of an instance's texts, in characters.
const (
	InstanceNameMax        = 255
	InstanceDescriptionMax = 4000
)

// The wrappers that an instance can run.
const (
	WrapperRyugraph = "ryugraph"
	WrapperFalkorDB = "falkordb"
)

// WrapperTypes lists the wrappers.
func WrapperTypes() []string { return []string{WrapperRyugraph, WrapperFalkorDB} }

// Validate checks what can be told without the platform: that the required fields
// are there, the wrapper is known and the durations can be read.
func (r InstanceRequest) Validate() error {
	var errs []FieldError

	if r.MappingID < 1 {
		errs = append(errs, FieldError{Field: "body.mapping_id", Message: "must be 1 or more", Type: "range"})
	}

	if r.MappingVersion != nil {
		errs = appendRange(errs, "body.mapping_version", *r.MappingVersion, 1, math.MaxInt32)
	}

	if !slices.Contains(WrapperTypes(), r.WrapperType) {
		errs = append(errs, oneOf("body.wrapper_type", WrapperTypes()))
	}

	if strings.TrimSpace(r.Name) == "" {
		errs = append(errs, FieldError{Field: "body.name", Message: "is required", Type: "string_too_short"})
	}

	errs = append(errs, checkLength("body.name", r.Name, InstanceNameMax)...)

	if r.Description != nil {
		errs = append(errs, checkLength("body.description", *r.Description, InstanceDescriptionMax)...)
	}

	for _, field := range []struct {
		name  string
		value *string
	}{{"body.ttl", r.TTL}, {"body.inactivity_timeout", r.InactivityTimeout}} {
		if field.value == nil {
			continue
		}

		if _, err := ParseDuration(*field.value); err != nil {
			errs = append(errs, FieldError{Field: field.name, Message: err.Error(), Type: "duration"})
		}
	}

	return Invalid(errs)
}

// Validate checks the ranges of the contract; a limit of 0 stands for the default.
func (q InstancesQuery) Validate() error {
	var errs []FieldError

	if q.Status != "" && !slices.Contains(InstanceStatuses(), q.Status) {
		errs = append(errs, oneOf("query.status", InstanceStatuses()))
	}

	if q.Offset < 0 {
		errs = append(errs, FieldError{Field: "query.offset", Message: "must be 0 or more", Type: "range"})
	}

	if q.Limit != 0 {
		errs = appendRange(errs, "query.limit", q.Limit, 1, InstancesMaxLimit)
	}

	errs = append(errs, checkText("query.owner", q.Owner)...)
	errs = append(errs, checkText("query.search", q.Search)...)

	return Invalid(errs)
}

func checkLength(field, value string, most int) []FieldError {
	errs := checkText(field, value)
	if n := utf8.RuneCountInString(value); n > most {
		errs = append(errs, FieldError{
			Field: field, Message: fmt.Sprintf("has %d characters, at most %d are allowed", n, most), Type: "string_too_long",
		})
	}

	return errs
}
