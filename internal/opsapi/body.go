package opsapi

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/ops"
)

// Bounds of an answer to a body that was made to be wrong.
const (
	maxProblems  = 100
	maxFieldName = 100
)

// maxBody is the longest body that is read, in bytes.
const maxBody = 1 << 20

// readBody reads the request's body as one JSON object and takes its fields out.
func readBody[B any](c echo.Context, parse func(*object) B) (B, error) {
	var none B

	raw, err := rawBody(c)
	if err != nil {
		return none, err
	}

	var found problems

	o := newObject("body", raw, &found)
	body := parse(o)
	o.refuseRest()

	return body, found.err()
}

func rawBody(c echo.Context) ([]byte, error) {
	request := c.Request()

	raw, err := io.ReadAll(http.MaxBytesReader(c.Response(), request.Body, maxBody))

	var tooLarge *http.MaxBytesError

	switch {
	case errors.As(err, &tooLarge):
		return nil, wrong("body", "too_large", "is larger than 1 MiB").Because(err)
	case err != nil:
		return nil, wrong("body", "unreadable", "could not be read to its end").Because(err)
	case len(raw) == 0:
		return nil, wrong("body", "missing", "is required")
	case !utf8.Valid(raw):
		return nil, wrong("body", "string_unicode", "is not UTF-8")
	}

	// A form that a browser was made to send is no call of a client library.
	header := request.Header.Get("Content-Type")
	if kind, _, err := mime.ParseMediaType(header); err != nil || kind != "application/json" {
		return nil, wrong("header.content-type", "content_type", fmt.Sprintf("must be application/json, not %q", header))
	}

	return raw, nil
}

// problems collects what is wrong with a request, so that all of it is told at once.
type problems []ops.FieldError

func (p *problems) add(field, kind, message string) {
	if len(*p) == maxProblems {
		return
	}

	if len(field) > maxFieldName {
		field = strings.ToValidUTF8(field[:maxFieldName], "") + "…"
	}

	*p = append(*p, ops.FieldError{Field: field, Message: message, Type: kind})
}

func (p *problems) err() error { return ops.Invalid(*p) }

// wrong is the error of one field.
func wrong(field, kind, message string) *ops.Error {
	return ops.AsError(ops.Invalid([]ops.FieldError{{Field: field, Message: message, Type: kind}}))
}
