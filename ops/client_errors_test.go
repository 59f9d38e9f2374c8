package ops_test

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

const (
	isJSON = "application/json"
	secret = "hunter2" // must never come out of an answer that is not the contract's
)

// outcome is what an error says about a write.
type outcome string

const (
	notDone outcome = "not done"
	unknown outcome = "unknown"
)

func outcomeOf(err error) outcome {
	switch unsure := errors.Is(err, ops.ErrOutcomeUnknown); {
	case ops.NotDone(err) && !unsure:
		return notDone
	case !ops.NotDone(err) && unsure:
		return unknown
	default:
		return "contradictory"
	}
}

func TestClientErrors(t *testing.T) {
	t.Parallel()

	const foreign = "not the contract's JSON"

	for name, test := range map[string]struct {
		status      int
		contentType string
		body        string
		code        ops.Code
		message     string // is contained
		details     map[string]any
		write       outcome
	}{
		"no identity, in detail": {
			status: 401, body: `{"detail": {"code": "UNAUTHORIZED", "message": "Authentication required"}}`,
			code: ops.CodeUnauthorized, message: "Authentication required", write: notDone,
		},
		"no role, in detail": {
			status: 401, body: `{"detail": {"code": "MISSING_ROLE", "message": "Role claim missing"}}`,
			code: ops.CodeMissingRole, message: "Role claim missing", write: notDone,
		},
		"disabled, in detail": {
			status: 403, body: `{"detail": {"code": "USER_DISABLED", "message": "User account is disabled"}}`,
			code: ops.CodeUserDisabled, message: "disabled", write: notDone,
		},
		"wrong role": {
			status: 403, body: `{"error": {"code": "INSUFFICIENT_ROLE", "message": "Role 'ops' required, user has 'admin'",
				"details": {"required_role": "ops", "user_role": "admin"}}, "meta": {"request_id": "1"}}`,
			code: ops.CodeInsufficientRole, message: "Role 'ops' required, user has 'admin'",
			details: map[string]any{"required_role": "ops", "user_role": "admin"}, write: notDone,
		},
		"past a limit": {
			status: 409, body: `{"error": {"code": "CONCURRENCY_LIMIT_EXCEEDED", "message": "Full",
				"details": {"limit_type": "per_analyst", "current_count": 5, "max_allowed": 5}}}`,
			code: ops.CodeConcurrencyLimitExceeded, message: "Full",
			details: map[string]any{"limit_type": "per_analyst", "current_count": 5, "max_allowed": 5}, write: notDone,
		},
		"not valid": {
			status: 422, body: `{"error": {"code": "VALIDATION_FAILED", "message": "Request validation failed", "details":
				{"errors": [{"field": "body.per_analyst", "message": "must be 1 or more", "type": "range"}]}}}`,
			code: ops.CodeValidationFailed, message: "validation failed",
			details: map[string]any{"errors": []ops.FieldError{{Field: "body.per_analyst", Message: "must be 1 or more", Type: "range"}}},
			write:   notDone,
		},
		"not valid, with errors of another shape": {
			status: 422, body: `{"error": {"code": "VALIDATION_FAILED", "message": "No", "details": {"errors": "all of it"}}}`,
			code: ops.CodeValidationFailed, message: "No", details: map[string]any{"errors": []ops.FieldError{}}, write: notDone,
		},
		"not valid, FastAPI's list": {
			status: 422, body: `{"detail": [{"loc": ["body", "reasons", 0], "msg": "field required", "type": "missing", "input": {}}]}`,
			code: ops.CodeValidationFailed, message: "validation failed",
			details: map[string]any{"errors": []ops.FieldError{{Field: "body.reasons.0", Message: "field required", Type: "missing"}}},
			write:   notDone,
		},
		"FastAPI's text": {
			status: 404, body: `{"detail": "Not Found"}`, code: ops.CodeNotFound, message: "Not Found", write: notDone,
		},
		"FastAPI's empty text": {status: 404, body: `{"detail": ""}`, code: ops.CodeServiceUnavailable, message: foreign, write: unknown},
		"a code of its own, refused": {
			status: 409, body: `{"error": {"code": "WRONG_PHASE", "message": "Not running", "details": {"ratio": 0.5}}}`,
			code: ops.CodeConflict, message: "Not running", details: map[string]any{"ratio": 0.5}, write: notDone,
		},
		"a code of its own, forbidden": {
			status: 403, body: `{"detail": {"code": "NO_ENTRY", "message": "No"}}`,
			code: ops.CodeInsufficientRole, message: "No", write: notDone,
		},
		"a state that does not allow it": {
			status: 409, body: `{"error": {"code": "INVALID_STATE", "message": "Not running", "details": {"status": "failed"}}}`,
			code: ops.CodeInvalidState, message: "Not running", details: map[string]any{"status": "failed"}, write: notDone,
		},
		"somebody else's": {
			status: 403, body: `{"error": {"code": "PERMISSION_DENIED", "message": "No"}}`,
			code: ops.CodePermissionDenied, message: "No", write: notDone,
		},
		"a code of its own, unheard of": {
			status: 418, body: `{"error": {"code": "TEAPOT", "message": ""}}`,
			code: ops.CodeValidationFailed, message: "HTTP 418", write: notDone,
		},
		"rate limited": {
			status: 429, body: `{"error": {"code": "RATE_LIMIT_EXCEEDED", "message": "Wait",
				"details": {"resource": "job_trigger:lifecycle", "retry_after_seconds": 42}}}`,
			code: ops.CodeRateLimitExceeded, message: "Wait",
			details: map[string]any{"resource": "job_trigger:lifecycle", "retry_after_seconds": 42}, write: notDone,
		},
		"a failure": {
			status: 500, body: `{"error": {"code": "INTERNAL_ERROR", "message": "An unexpected error occurred"}}`,
			code: ops.CodeInternal, message: "unexpected", write: unknown,
		},
		"a failure with a refusal's code": {
			status: 500, body: `{"error": {"code": "VALIDATION_FAILED", "message": "Odd"}}`,
			code: ops.CodeInternal, message: "Odd", write: unknown,
		},
		"a failure of a code of its own": {
			status: 502, body: `{"error": {"code": "STARBURST_ERROR", "message": "Odd"}}`,
			code: ops.CodeInternal, message: "Odd", write: unknown,
		},
		"maintenance": {
			status: 503,
			body:   `{"error": {"code": "SERVICE_UNAVAILABLE", "message": "Back at eight", "details": {"service": "instances"}}}`,
			code:   ops.CodeServiceUnavailable, message: "Back at eight", details: map[string]any{"service": "instances"}, write: notDone,
		},
		"unavailable, says a gateway": {
			status: 503, body: `{"detail": "no healthy upstream"}`,
			code: ops.CodeServiceUnavailable, message: "no healthy upstream", write: unknown,
		},
		"an error that is a text": {
			status: 400, body: `{"error": "` + secret + `"}`, code: ops.CodeServiceUnavailable, message: foreign, write: unknown,
		},
		"a page": {
			status: 502, contentType: "text/html", body: "<h1>" + secret + "</h1>",
			code: ops.CodeServiceUnavailable, message: foreign, write: unknown,
		},
		"a page that says 200": {
			status: 200, contentType: "text/html", body: "<form>" + secret + "</form>",
			code: ops.CodeServiceUnavailable, message: foreign, write: unknown,
		},
		"half a JSON": {status: 200, body: `{"data": {"enabled": tr`, code: ops.CodeServiceUnavailable, message: foreign, write: unknown},
		"JSON and more": {
			status: 200, body: `{"data": {"enabled": true}} ` + secret, code: ops.CodeServiceUnavailable, message: foreign, write: unknown,
		},
		"nothing":         {status: 200, body: "", code: ops.CodeServiceUnavailable, message: foreign, write: unknown},
		"nothing, as 204": {status: 204, body: "", code: ops.CodeServiceUnavailable, message: foreign, write: unknown},
		"no data":         {status: 200, body: `{"enabled": true}`, code: ops.CodeServiceUnavailable, message: foreign, write: unknown},
		"null for data":   {status: 200, body: `{"data": null}`, code: ops.CodeServiceUnavailable, message: foreign, write: unknown},
		"a field is missing": {
			status: 200, body: `{"data": {"message": ""}}`, code: ops.CodeServiceUnavailable, message: foreign, write: unknown,
		},
		"a field of another type": {
			status: 200, body: `{"data": {"enabled": "` + secret + `"}}`,
			code: ops.CodeServiceUnavailable, message: foreign, write: unknown,
		},
		"a list": {status: 200, body: `[1, 2]`, code: ops.CodeServiceUnavailable, message: foreign, write: unknown},
		"a body without an end": {
			status: 200, body: strings.Repeat(" ", 8<<20) + `{"data": {"enabled": true}}`,
			code: ops.CodeServiceUnavailable, message: "more than 8 MiB", write: unknown,
		},
		"control characters": {
			status: 404, body: `{"error": {"code": "RESOURCE_NOT_FOUND", "message": "in\u001b[31mstance\u0000"}}`,
			code: ops.CodeNotFound, message: "in[31mstance", write: notDone,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			contentType := test.contentType
			if contentType == "" {
				contentType = isJSON
			}

			service := newClient(t, answering(test.status, contentType, test.body)).As(dave)
			_, err := service.SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Enabled: true})

			e := ops.AsError(err)
			if e == nil || e.Code != test.code || !strings.Contains(e.Message, test.message) {
				t.Fatalf("got %v, want %s … %s", err, test.code, test.message)
			}

			if test.details != nil && !reflect.DeepEqual(e.Details, test.details) {
				t.Errorf("details %#v, want %#v", e.Details, test.details)
			}

			if got := outcomeOf(err); got != test.write {
				t.Errorf("the write is %s, want %s: %v", got, test.write, err)
			}

			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error repeats the body: %v", err)
			}

			// A read changes nothing, so nothing about it is unknown.
			_, err = service.GetMaintenanceMode(t.Context())
			if err == nil || errors.Is(err, ops.ErrOutcomeUnknown) {
				t.Errorf("the read: %v, want an error, and its outcome known", err)
			}

			// Nor is it a failure of whoever asks that the control plane failed.
			if e := ops.AsError(err); e.Code == ops.CodeInternal || !strings.Contains(e.Message, test.message) {
				t.Errorf("the read: %v, want %q, and not %s", err, test.message, ops.CodeInternal)
			}
		})
	}
}

func TestClientFieldErrors(t *testing.T) {
	t.Parallel()

	client := newClient(t, answering(http.StatusUnprocessableEntity, isJSON,
		`{"detail": [{"loc": ["query", "limit"], "msg": "too large", "type": "less_than_equal"}]}`))
	_, err := client.As(dave).GetExportJobs(t.Context(), ops.ExportJobsQuery{Limit: 1001})

	want := []ops.FieldError{{Field: "query.limit", Message: "too large", Type: "less_than_equal"}}
	if got := ops.FieldErrors(err); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}

	if got := ops.FieldText(err); got != "; query.limit: too large" {
		t.Errorf("got %q, want %q", got, "; query.limit: too large")
	}

	if got := ops.FieldText(ops.NotFound("point", 1)); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

// TestWhatPydanticRefusesIsSaidOfItsField, as FastAPI 0.165 with pydantic 2.14 answers of a union, and
// of a number: no message says by itself what it is about.
func TestWhatPydanticRefusesIsSaidOfItsField(t *testing.T) {
	t.Parallel()

	for answer, want := range map[string]string{
		`{"type":"time_delta_parsing","loc":["body","mapping","max_ttl","timedelta"],"msg":"Input should be a valid timedelta, invalid character in hour"}`: " Mapping longest time to live: input should be a valid timedelta, invalid character in hour.",
		`{"type":"less_than_equal","loc":["body","per_analyst"],"msg":"Input should be less than or equal to 20"}`:                                          " Per analyst: input should be less than or equal to 20.",
		`{"type":"json_invalid","loc":["body"],"msg":"JSON decode error"}`:                                                                                  " JSON decode error.",
		`{"type":"missing","loc":["header","x-team"],"msg":""}`:                                                                                             " X team: .",
	} {
		client := newClient(t, answering(http.StatusUnprocessableEntity, isJSON, `{"detail": [`+answer+`]}`))

		_, err := client.As(dave).UpdateConcurrencyConfig(t.Context(), ops.ConcurrencyUpdate{})
		if got := ops.FieldSentences(err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A page that answers a DELETE with 200 deleted nothing that we know of.
func TestClientDeleteReadsItsAnswer(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]bool{"": true, `{"data": {}}`: true, "<form>": false} {
		err := newClient(t, answering(http.StatusOK, isJSON, body)).InstancesAs(dave).DeleteInstance(t.Context(), 1)
		if (err == nil) != want || (err != nil && outcomeOf(err) != unknown) {
			t.Errorf("%q: %v, want a success: %t, else the outcome unknown", body, err, want)
		}
	}
}

// What no database keeps comes in no text, but for what only looks like it.
func TestClientReadsNoNUL(t *testing.T) {
	t.Parallel()

	service := newClient(t, answering(http.StatusOK, isJSON,
		`{"data": {"jobs": [{"name": "a\u0000b\u0000", "next_run": null}, {"name": "c\\u0000\\\u0000\n", "next_run": null}]}}`)).As(dave)

	status, err := service.GetJobStatus(t.Context())
	if err != nil || len(status.Jobs) != 2 || status.Jobs[0].Name != "ab" || status.Jobs[1].Name != `c\u0000\`+"\n" {
		t.Errorf("got %q, %v, want %q and %q", status.Jobs, err, "ab", `c\u0000\`+"\n")
	}
}
