package handlers

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/settings"
)

// asides are what a form or a JSON body may hold beside the fields of a section.
func asides() []string {
	return []string{"reason", "revision", "duration", "until", "confirm_within", "confirm", "name"}
}

// input is what was sent, as a form or as JSON: the fields of a section by their
// dotted names, and beside them the asides.
type input struct {
	// values hold int64, bool, string or nil; in a form, what cannot be read as its
	// field's type stays text, for the check to refuse.
	values ops.Values
	// typed is every field of a form as it was typed, nil for JSON.
	typed url.Values

	// aside holds the asides that were sent.
	aside map[string]string
	errs  []ops.FieldError
}

func (in *input) reason() string { return in.aside["reason"] }

func (in *input) revision() string { return in.aside["revision"] }

// reviewed are the asides that a review asks for.
func reviewed() []string {
	return []string{"reason", "duration", "until", "confirm_within", "confirm"}
}

// kept is what was typed into a review, for the pages from which the next one is reached:
// a change that was meant to be temporary stays so.
func (in *input) kept() []settings.TypedField {
	var out []settings.TypedField

	for _, name := range reviewed() {
		if typed := in.aside[name]; typed != "" {
			out = append(out, settings.TypedField{Name: name, Value: typed})
		}
	}

	return out
}

// input reads the body of a request.
func (p *page) input() (input, error) {
	body, err := p.body()

	switch {
	case err != nil:
		return input{}, err
	case p.sentJSON():
		return readJSON(body)
	default:
		return readForm(body)
	}
}

// body is what was sent, a form or JSON.
func (p *page) body() ([]byte, error) {
	body, err := io.ReadAll(p.Request().Body)

	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, echo.ErrStatusRequestEntityTooLarge
	}

	if err != nil {
		return nil, badForm(err)
	}

	switch {
	case len(body) == 0 || p.sentJSON():
		return body, nil
	case p.sentKind() != echo.MIMEApplicationForm:
		return nil, badKind("must be " + echo.MIMEApplicationForm + " or " + echo.MIMEApplicationJSON)
	// No form begins so. Read as one, the whole text would be the name of a field, and what is
	// secret in it would stand in the refusal and in the log.
	case strings.IndexAny(strings.TrimSpace(string(body)), "{[") == 0:
		return nil, badKind("must be " + echo.MIMEApplicationJSON + " for JSON")
	default:
		return body, nil
	}
}

func badKind(message string) error {
	return ops.Invalid([]ops.FieldError{{Field: "header.content-type", Message: message, Type: "content_type"}})
}

// badForm refuses a body that cannot be read at all.
func badForm(cause error) error {
	return ops.AsError(ops.Invalid([]ops.FieldError{{
		Field: "body", Message: "The body could not be read: send a form or one JSON object, in UTF-8.", Type: "body",
	}})).Because(cause)
}

// only refuses every field of a section, and every aside but the named ones.
func (in *input) only(names ...string) []ops.FieldError {
	errs := in.errs

	for _, name := range slices.Sorted(maps.Keys(in.values)) {
		errs = append(errs, notOfForm(name))
	}

	return append(errs, in.asidesOnly(names...)...)
}

// asidesOnly refuses every aside but the named ones. Forms may send empty ones.
func (in *input) asidesOnly(names ...string) []ops.FieldError {
	var errs []ops.FieldError

	for _, name := range slices.Sorted(maps.Keys(in.aside)) {
		if (in.typed == nil || in.aside[name] != "") && !slices.Contains(names, name) {
			errs = append(errs, notOfForm(name))
		}
	}

	return errs
}

func notOfForm(name string) ops.FieldError {
	return ops.FieldError{Field: "body." + ops.Clip(name), Message: "is not a field of this form", Type: "extra_forbidden"}
}

// sentenceOf begins a message of the contract with a capital, to stand alone.
func sentenceOf(message string) string {
	if message == "" {
		return ""
	}

	return strings.ToUpper(message[:1]) + message[1:]
}
