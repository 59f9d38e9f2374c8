package opsapi_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/graph-olap/opsconsole/internal/opsapi"
)

// description is openapi.json, which every answer that a test sees is held against.
type description struct {
	document *openapi3.T
	router   routers.Router
}

// describe reads the document once for all tests.
var describe = sync.OnceValues(func() (description, error) {
	raw, err := opsapi.Document()
	if err != nil {
		return description{}, err
	}

	document, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return description{}, err
	}

	router, err := legacy.NewRouter(document)

	return description{document: document, router: router}, err
})

// exchange is a request and its answer.
type exchange struct {
	method, target string
	request        http.Header
	body           []byte
	status         int
	answer         http.Header
	content        []byte
}

// check holds an answer against the document: its status, its headers and every field
// of its body. What was accepted must be a request that the document allows. It returns
// the operation, "" for one that the document has not.
func (d description) check(e exchange) (operation string, err error) {
	r, err := http.NewRequestWithContext(context.Background(), e.method, e.target, bytes.NewReader(e.body))
	if err != nil {
		return "", err
	}

	r.Header = e.request

	route, params, err := d.router.FindRoute(r)
	if err != nil {
		return "", e.unrouted()
	}

	options := &openapi3filter.Options{
		IncludeResponseStatus: true, MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}
	request := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}

	err = openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request, Status: e.status, Header: e.answer, Options: options,
		Body: io.NopCloser(bytes.NewReader(e.content)),
	})

	if err == nil && e.status < http.StatusBadRequest {
		err = openapi3filter.ValidateRequest(r.Context(), request)
	}

	if err != nil {
		err = fmt.Errorf("openapi.json on %s %s %q, answered with %d %s: %w", e.method, e.target, e.body, e.status, e.content, err)
	}

	return route.Operation.OperationID, err
}

// unrouted wants that what the document has not is not there. A path with a slash too
// many or too few is one that either side may know.
func (e exchange) unrouted() error {
	switch e.status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNoContent, http.StatusUnprocessableEntity:
		return nil
	default:
		return fmt.Errorf("openapi.json has no %s %s, answered with %d %s", e.method, e.target, e.status, e.content)
	}
}

// described passes requests on and reports every answer that the document does not have.
func described(tb testing.TB, next http.Handler, seen func(operation string, status int)) http.Handler {
	tb.Helper()

	d, err := describe()
	if err != nil {
		tb.Fatal(err)
	}

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			tb.Error(err)
		}

		r.Body = io.NopCloser(bytes.NewReader(body))
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)

		operation, err := d.check(exchange{
			method: r.Method, target: r.RequestURI, request: r.Header, body: body,
			status: recorder.Code, answer: recorder.Header(), content: recorder.Body.Bytes(),
		})
		if err != nil {
			tb.Error(err)
		}

		if seen != nil && operation != "" {
			seen(operation, recorder.Code)
		}

		maps.Copy(w.Header(), recorder.Header())
		w.WriteHeader(recorder.Code)

		if _, err := w.Write(recorder.Body.Bytes()); err != nil && r.Context().Err() == nil {
			tb.Error(err)
		}
	})
}
