package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/ops"
)

// Envelope is an error as the contract writes it, section 3.
type Envelope struct {
	Error EnvelopeError `json:"error"`
	Meta  EnvelopeMeta  `json:"meta"`
}

// EnvelopeError is what went wrong.
type EnvelopeError struct {
	Code    ops.Code       `json:"code"`
	Message string         `json:"message"`
	Details map[string]any `json:"details"`
}

// EnvelopeMeta names the request.
type EnvelopeMeta struct {
	RequestID string `json:"request_id"`
}

// Envelope is the error as data.
func (p *Page) Envelope(e *ops.Error) Envelope {
	return Envelope{
		Error: EnvelopeError{Code: e.Code, Message: e.Message, Details: e.Details},
		Meta:  EnvelopeMeta{RequestID: p.RequestID()},
	}
}

// forbiddenError is the refusal of somebody who is signed in without the Ops role.
type forbiddenError struct{ Err *ops.Error }

func (e *forbiddenError) Error() string { return e.Err.Error() }
func (e *forbiddenError) Unwrap() error { return e.Err }

// Forbidden turns away whoever asks without the Ops role.
func (p *Page) Forbidden() error {
	return &forbiddenError{Err: ops.InsufficientRole(ops.RoleOps, p.Who.Role)}
}

// Classify returns the HTTP status of an error and what may be said of it.
func Classify(err error) (int, *ops.Error) {
	if httpErr, ok := errors.AsType[*echo.HTTPError](err); ok {
		return httpErr.Code, &ops.Error{Code: codeOf(httpErr.Code), Message: messageOf(httpErr.Code)}
	}

	if wanted, ok := errors.AsType[*StepUpError](err); ok {
		return http.StatusUnauthorized, (&ops.Error{Code: ops.CodeInternal, Message: "A more recent sign-in is needed"}).Because(wanted)
	}

	e := ops.AsError(err)
	if e.Code == ops.CodeInternal {
		// Nobody said what it means yet.
		e = cmp.Or(database.Explain(err), e)
	}

	return e.Code.HTTPStatus(), e
}

// isTrouble reports whether err, or an error joined with it, is more than a refusal: such as
// that a refusal could not be written down, which whoever is refused is not told.
func isTrouble(err error) bool {
	// What stands deeper in the chain is the cause of a refusal.
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.ContainsFunc(joined.Unwrap(), isTrouble)
	}

	status, _ := Classify(err)

	return status >= http.StatusInternalServerError
}

// The codes of what only a web server refuses; the contract has none for them.
const (
	codeMethodNotAllowed ops.Code = "METHOD_NOT_ALLOWED"
	codeCrossSite        ops.Code = "CROSS_SITE_REQUEST"
	codeTooLarge         ops.Code = "REQUEST_TOO_LARGE"
	codeAnotherUser      ops.Code = "ANOTHER_USER"
)

func codeOf(status int) ops.Code {
	switch status {
	case http.StatusNotFound:
		return ops.CodeNotFound
	case http.StatusMethodNotAllowed:
		return codeMethodNotAllowed
	case http.StatusRequestEntityTooLarge:
		return codeTooLarge
	case http.StatusForbidden:
		return codeCrossSite
	case http.StatusPreconditionFailed:
		return codeAnotherUser
	case http.StatusInternalServerError:
		return ops.CodeInternal
	default:
		return ops.CodeValidationFailed
	}
}

func messageOf(status int) string {
	switch status {
	case http.StatusNotFound:
		return "This page does not exist"
	case http.StatusMethodNotAllowed:
		return "This page does not accept that kind of request"
	case http.StatusRequestEntityTooLarge:
		return "That is more than a form can hold"
	case http.StatusForbidden:
		return "That request came from another site, so it was not carried out"
	case http.StatusPreconditionFailed:
		return "A different user has signed in since this page was opened, so it was not carried out"
	default:
		return "The request could not be understood"
	}
}

// ofDatabase reports whether the error is that this console's own database is in trouble.
func ofDatabase(e *ops.Error) bool {
	return e.Code == ops.CodeServiceUnavailable && e.Details["service"] == database.Service
}

// ErrUntold is in the chain of an error for which nobody can say what came of an idempotency key.
var ErrUntold = fmt.Errorf("what came of the idempotency key before cannot be told: %w", ops.ErrOutcomeUnknown)

func advice(e *ops.Error) string {
	switch {
	case errors.Is(e, ErrUntold):
		return "Nothing was done this time. It is not known right now whether your earlier request was carried out: " +
			"ask again, nothing is done twice."
	case ofDatabase(e) && errors.Is(e, ops.ErrOutcomeUnknown):
		return "Check the audit log once the database answers, before you try again."
	case ofDatabase(e):
		return "Nothing was changed. The console continues by itself once the database does; see Health."
	case errors.Is(e, ops.ErrOutcomeUnknown):
		return "It may have been carried out: check before you try again."
	}

	switch e.Code {
	case ops.CodeServiceUnavailable:
		return "Nothing was changed. Check Health, or try again."
	case ops.CodeInternal:
		return "Try again. If it happens again, look up the request ID in the console's log."
	case codeCrossSite:
		return "Open the console in its own tab and try again."
	case ops.CodeUnauthorized, ops.CodeMissingRole, ops.CodeInvalidRole, ops.CodeUserDisabled, ops.CodeInsufficientRole:
		return "The control plane did not accept the identity it was called with. " +
			"Sign out and in again. If that does not help, have --control-plane-auth checked."
	default:
		return ""
	}
}
