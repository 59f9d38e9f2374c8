package ops

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Code names an error of the contract, section 3.
type Code string

// The codes of the contract, and what the console adds: CONFLICT for a change that was
// prepared against values that are no longer set, and the two of an idempotency key that
// came with something else before, or whose request is under way.
const (
	CodeUnauthorized             Code = "UNAUTHORIZED"
	CodeMissingRole              Code = "MISSING_ROLE"
	CodeInvalidRole              Code = "INVALID_ROLE"
	CodeUserDisabled             Code = "USER_DISABLED"
	CodeInsufficientRole         Code = "INSUFFICIENT_ROLE"
	CodeNotFound                 Code = "RESOURCE_NOT_FOUND"
	CodePermissionDenied         Code = "PERMISSION_DENIED"
	CodeInvalidState             Code = "INVALID_STATE"
	CodeConflict                 Code = "CONFLICT"
	CodeConcurrencyLimitExceeded Code = "CONCURRENCY_LIMIT_EXCEEDED"
	CodeValidationFailed         Code = "VALIDATION_FAILED"
	CodeRateLimitExceeded        Code = "RATE_LIMIT_EXCEEDED"
	CodeInternal                 Code = "INTERNAL_ERROR"
	CodeServiceUnavailable       Code = "SERVICE_UNAVAILABLE"
	CodeIdempotencyKeyReused     Code = "IDEMPOTENCY_KEY_REUSED"
	CodeIdempotencyInFlight      Code = "IDEMPOTENCY_IN_FLIGHT"
	// CodeNotSupported says that the control plane lacks a call that the contract leaves open to it.
	CodeNotSupported Code = "NOT_SUPPORTED"
	// CodeTimeZoneMismatch is a VALIDATION_FAILED of times alone whose offset is not that of their zone.
	CodeTimeZoneMismatch Code = "TIME_ZONE_MISMATCH"
)

// HTTPStatus is the one table from code to HTTP status. A code it does not know is 500.
func (c Code) HTTPStatus() int {
	switch c {
	case CodeUnauthorized, CodeMissingRole, CodeInvalidRole:
		return http.StatusUnauthorized
	case CodeInsufficientRole, CodeUserDisabled, CodePermissionDenied:
		return http.StatusForbidden
	case CodeNotFound:
		return http.StatusNotFound
	case CodeConflict, CodeInvalidState, CodeConcurrencyLimitExceeded, CodeIdempotencyInFlight:
		return http.StatusConflict
	case CodeValidationFailed, CodeIdempotencyKeyReused, CodeTimeZoneMismatch:
		return http.StatusUnprocessableEntity
	case CodeRateLimitExceeded:
		return http.StatusTooManyRequests
	case CodeServiceUnavailable:
		return http.StatusServiceUnavailable
	case CodeNotSupported:
		return http.StatusNotImplemented
	case CodeInternal:
		return http.StatusInternalServerError
	default:
		return http.StatusInternalServerError
	}
}

// known reports whether the code is in the table.
func (c Code) known() bool {
	return c == CodeInternal || c.HTTPStatus() != http.StatusInternalServerError
}

// Error is what every call answers when it does not do what was asked. Message is
// safe to show to the caller; the cause is for the log alone.
type Error struct {
	Code    Code
	Message string
	// Details has the shape that the contract gives for the code, or is nil.
	Details map[string]any

	cause error
}

// Error returns code and message, and the cause where there is one.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}

	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Because returns a copy of e that carries the cause.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause

	return &c
}

// ErrOutcomeUnknown is in the chain of an error after which the call may or may
// not have been carried out: the control plane was reached and did not answer.
var ErrOutcomeUnknown = errors.New("the outcome is unknown")

// ForNow reports whether err refuses what was asked for a reason that is none of the request's
// and will pass (401, 403, 429, 503): nothing was done, and the same request can be made again.
func ForNow(err error) bool {
	if !NotDone(err) {
		return false
	}

	switch AsError(err).Code.HTTPStatus() {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return true
	default:
		return false
	}
}

// NotDone reports whether err says for certain that nothing was carried out. A
// nil error, an INTERNAL_ERROR, a foreign error and [ErrOutcomeUnknown] do not.
func NotDone(err error) bool {
	var e *Error
	if !errors.As(err, &e) || errors.Is(err, ErrOutcomeUnknown) {
		return false
	}

	return e.Code.HTTPStatus() < http.StatusInternalServerError || e.Code == CodeServiceUnavailable || e.Code == CodeNotSupported
}

// AsError returns err as an *[Error]; what is not one becomes an INTERNAL_ERROR
// with err as its cause. It returns nil for nil.
func AsError(err error) *Error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	default:
		return (&Error{Code: CodeInternal, Message: "An unexpected error occurred"}).Because(err)
	}
}

// FieldError says what is wrong with one field; Field is a path such as
// body.per_analyst or query.limit.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
	Type    string `json:"type"`
}

// Invalid returns a VALIDATION_FAILED with its details, nil when errs is empty.
func Invalid(errs []FieldError) error {
	if len(errs) == 0 {
		return nil
	}

	return &Error{
		Code:    CodeValidationFailed,
		Message: "Request validation failed",
		Details: map[string]any{"errors": errs},
	}
}

// FieldErrors returns the fields of a VALIDATION_FAILED or a TIME_ZONE_MISMATCH, nil of any other error.
func FieldErrors(err error) []FieldError {
	var e *Error
	if !errors.As(err, &e) || e.Code != CodeValidationFailed && e.Code != CodeTimeZoneMismatch {
		return nil
	}

	errs, _ := e.Details["errors"].([]FieldError)

	return errs
}

// FieldText says of a VALIDATION_FAILED what is wrong with which field, to stand behind its
// message in a log: "; Per analyst: must be at most 100". It is "" of any other error.
func FieldText(err error) string {
	var b strings.Builder

	for _, f := range FieldErrors(err) {
		name := strings.TrimPrefix(f.Field, "body.")
		if known, ok := FieldAt(f.Field); ok {
			name = known.Label
		}

		fmt.Fprintf(&b, "; %s: %s", name, f.Message)
	}

	return b.String()
}

// InsufficientRole is the refusal of a caller who lacks the Ops role.
func InsufficientRole(required, actual Role) *Error {
	return &Error{
		Code:    CodeInsufficientRole,
		Message: fmt.Sprintf("Role '%s' required, user has '%s'", required, actual),
		Details: map[string]any{"required_role": required, "user_role": actual},
	}
}

// NotFound says that a resource does not exist.
func NotFound(resourceType string, id any) *Error {
	return &Error{
		Code:    CodeNotFound,
		Message: fmt.Sprintf("%s %v not found", resourceType, id),
		Details: map[string]any{"resource_type": resourceType, "resource_id": fmt.Sprint(id)},
	}
}

// ServiceControlPlane is the service of an [Unavailable] control plane.
const ServiceControlPlane = "control_plane"

// Unavailable says that a service does not answer.
func Unavailable(service, message string) *Error {
	return &Error{
		Code:    CodeServiceUnavailable,
		Message: message,
		Details: map[string]any{"service": service},
	}
}

// RetryAfter returns how long a RATE_LIMIT_EXCEEDED asks to wait; ok is false of
// any other error.
func RetryAfter(err error) (wait time.Duration, ok bool) {
	var e *Error
	if !errors.As(err, &e) || e.Code != CodeRateLimitExceeded {
		return 0, false
	}

	seconds, ok := e.Details["retry_after_seconds"].(int)

	return time.Duration(seconds) * time.Second, ok
}
