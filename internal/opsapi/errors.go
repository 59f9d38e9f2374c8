package opsapi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/hangup"
	"github.com/graph-olap/opsconsole/ops"
)

// envelope is a success.
type envelope struct {
	Data any `json:"data"`
	Meta any `json:"meta,omitempty"`
}

// failure is an error in the contract's envelope.
type failure struct {
	Error fault `json:"error"`
	Meta  struct {
		RequestID string `json:"request_id"`
	} `json:"meta"`
}

// detailed is an error in FastAPI's envelope, where the contract has those on who calls.
type detailed struct {
	Detail fault `json:"detail"`
}

type fault struct {
	Code    ops.Code       `json:"code"`
	Message string         `json:"message"`
	Details map[string]any `json:"details,omitempty"`
}

// writeError answers with an error; its cause stays in the log.
func (s *server) writeError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}

	if hangup.Is(c.Request().Context(), err) {
		c.Response().WriteHeader(hangup.StatusClosedRequest)

		return
	}

	status, e := s.classify(c, err)
	header := c.Response().Header()

	if status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", s.challenge(c.Request()))
	}

	if wait, ok := ops.RetryAfter(e); ok {
		header.Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
	}

	if err := writeJSON(c, status, inEnvelope(e, header.Get(ops.HeaderRequestID))); err != nil {
		s.logger.InfoContext(c.Request().Context(), "the answer could not be written", "error", err)
	}
}

func inEnvelope(e *ops.Error, requestID string) any {
	if e.Code.HTTPStatus() == http.StatusUnauthorized || e.Code == ops.CodeUserDisabled {
		return detailed{Detail: fault{Code: e.Code, Message: e.Message}}
	}

	answer := failure{Error: fault{Code: e.Code, Message: e.Message, Details: e.Details}}
	answer.Meta.RequestID = requestID

	if e.Code.HTTPStatus() == http.StatusInternalServerError {
		answer.Error = fault{Code: ops.CodeInternal, Message: "An unexpected error occurred"}
	}

	return answer
}

// classify returns the status and the error to answer with.
func (s *server) classify(c echo.Context, err error) (int, *ops.Error) {
	var (
		routing  *echo.HTTPError
		tooLarge *http.MaxBytesError
	)

	e := ops.AsError(err)
	if e.Code == ops.CodeInternal {
		e = cmp.Or(s.explain(err), e)
	}

	switch {
	case errors.As(err, &routing) && routing.Code < http.StatusInternalServerError:
		return routing.Code, unrouted(c, routing.Code)
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge, e
	default:
		return e.Code.HTTPStatus(), e
	}
}

// unrouted is the error of a request that leads nowhere.
func unrouted(c echo.Context, status int) *ops.Error {
	e := ops.NotFound("Path", c.Request().URL.Path)
	if status == http.StatusMethodNotAllowed {
		e.Message = "This path does not support the method " + c.Request().Method + "; the Allow header lists those it does"
	}

	return e
}

// jsonType is the type of all that is answered but metrics.
const jsonType = "application/json"

// writeJSON encodes first, so that a value that cannot be is no half an answer.
func writeJSON(c echo.Context, status int, value any) error {
	body, err := encode(value)
	if err != nil {
		return err
	}

	return c.Blob(status, jsonType, body)
}

func encode(value any) ([]byte, error) {
	var out bytes.Buffer

	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)

	err := encoder.Encode(value)

	return out.Bytes(), err
}
