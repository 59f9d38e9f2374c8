package ops_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

func TestHTTPStatus(t *testing.T) {
	t.Parallel()

	for code, want := range map[ops.Code]int{
		ops.CodeUnauthorized: http.StatusUnauthorized, ops.CodeMissingRole: http.StatusUnauthorized,
		ops.CodeInvalidRole: http.StatusUnauthorized, ops.CodeUserDisabled: http.StatusForbidden,
		ops.CodeInsufficientRole: http.StatusForbidden, ops.CodeNotFound: http.StatusNotFound,
		ops.CodeConflict: http.StatusConflict, ops.CodeConcurrencyLimitExceeded: http.StatusConflict,
		ops.CodeValidationFailed: http.StatusUnprocessableEntity, ops.CodeRateLimitExceeded: http.StatusTooManyRequests,
		ops.CodeInternal: http.StatusInternalServerError, ops.CodeServiceUnavailable: http.StatusServiceUnavailable,
		"ANOTHER": http.StatusInternalServerError,
	} {
		if got := code.HTTPStatus(); got != want {
			t.Errorf("%s is %d, want %d", code, got, want)
		}
	}
}

func TestErrorChain(t *testing.T) {
	t.Parallel()

	bare := ops.Unavailable("database", "The database does not answer")
	caused := bare.Because(io.ErrUnexpectedEOF)

	if !errors.Is(caused, io.ErrUnexpectedEOF) || errors.Is(bare, io.ErrUnexpectedEOF) {
		t.Error("Because must add the cause to a copy alone")
	}

	if got := ops.AsError(fmt.Errorf("poll: %w", caused)); got != caused {
		t.Errorf("a wrapped error is %v, want %v", got, caused)
	}

	if got := ops.AsError(io.EOF); got.Code != ops.CodeInternal || got.Message == io.EOF.Error() || !errors.Is(got, io.EOF) {
		t.Errorf("a foreign error is %v, want %s in other words, with %v in its chain", got, ops.CodeInternal, io.EOF)
	}

	if ops.AsError(nil) != nil {
		t.Error("nil is an error")
	}
}

func TestNotDone(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"nothing":            {nil, false},
		"a foreign error":    {io.EOF, false},
		"a failure":          {&ops.Error{Code: ops.CodeInternal}, false},
		"an unknown code":    {&ops.Error{Code: "ANOTHER"}, false},
		"a refusal":          {ops.InsufficientRole(ops.RoleOps, ops.RoleAdmin), true},
		"a wrapped refusal":  {fmt.Errorf("save: %w", ops.NotFound("Instance", 7)), true},
		"unavailable":        {ops.Unavailable("database", ""), true},
		"an unknown outcome": {ops.Unavailable("database", "").Because(ops.ErrOutcomeUnknown), false},
	} {
		if got := ops.NotDone(test.err); got != test.want {
			t.Errorf("%s: %t, want %t", name, got, test.want)
		}
	}
}

func TestErrorShapes(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		err     *ops.Error
		code    ops.Code
		message string
		details map[string]any
	}{
		{
			ops.InsufficientRole(ops.RoleOps, ops.RoleAdmin), ops.CodeInsufficientRole, "Role 'ops' required, user has 'admin'",
			map[string]any{"required_role": ops.RoleOps, "user_role": ops.RoleAdmin},
		},
		{
			ops.NotFound("Instance", 7), ops.CodeNotFound, "Instance 7 not found",
			map[string]any{"resource_type": "Instance", "resource_id": "7"},
		},
	} {
		if test.err.Code != test.code || test.err.Message != test.message || !reflect.DeepEqual(test.err.Details, test.details) {
			t.Errorf("got %+v, want %+v", test.err, test)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()

	limited := &ops.Error{Code: ops.CodeRateLimitExceeded, Details: map[string]any{"retry_after_seconds": 60}}
	if got, ok := ops.RetryAfter(fmt.Errorf("run: %w", limited)); !ok || got != time.Minute {
		t.Errorf("got %s, %t, want %s", got, ok, time.Minute)
	}

	for _, err := range []error{nil, io.EOF, ops.NotFound("Instance", 7), &ops.Error{Code: ops.CodeRateLimitExceeded}} {
		if got, ok := ops.RetryAfter(err); ok {
			t.Errorf("%v asks to wait %s", err, got)
		}
	}
}

func TestFieldErrors(t *testing.T) {
	t.Parallel()

	want := []ops.FieldError{{Field: "body.reason", Message: "is required", Type: "missing"}}
	if got := ops.FieldErrors(fmt.Errorf("save: %w", ops.Invalid(want))); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}

	if ops.Invalid(nil) != nil || ops.FieldErrors(io.EOF) != nil || ops.FieldErrors(nil) != nil {
		t.Error("errors out of nothing")
	}
}
