package opsapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
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

// TestDocument wants a valid document that is served as it is made, with the
// routes that there are and no others.
func TestDocument(t *testing.T) {
	t.Parallel()

	d, err := describe()
	if err != nil {
		t.Fatal(err)
	}

	if err := d.document.Validate(t.Context()); err != nil {
		t.Error(err)
	}

	written, err := opsapi.Document()
	if err != nil {
		t.Fatal(err)
	}

	answer := sqliteWorld(t).serve(t).send(t, http.MethodGet, "/api/openapi.json", "", nil)
	if answer.status != http.StatusOK || answer.body != string(written) || answer.header.Get("Content-Type") != "application/json" {
		t.Errorf("got %d %s %s, want 200 and the document, as application/json", answer.status, answer.header, answer.body)
	}

	handler := newFuzzed(t, worldtest.Prepared.SQLiteURL(t)).handler

	var served, listed []string

	for _, route := range handler.(*echo.Echo).Routes() {
		served = append(served, route.Method+" "+strings.ReplaceAll(route.Path, ":id", "{instance_id}"))
	}

	for path, item := range d.document.Paths.Map() {
		for method := range item.Operations() {
			listed = append(listed, method+" "+path)
		}
	}

	slices.Sort(served)
	slices.Sort(listed)

	if !slices.Equal(served, listed) {
		t.Errorf("served:\n%s\ndescribed:\n%s", strings.Join(served, "\n"), strings.Join(listed, "\n"))
	}
}

// TestDocumentOfFields wants the fields of the configuration with their bounds, as the
// contract has them.
func TestDocumentOfFields(t *testing.T) {
	t.Parallel()

	raw, err := opsapi.Document()
	if err != nil {
		t.Fatal(err)
	}

	var document struct {
		Components struct {
			Schemas map[string]struct {
				Required   []string `json:"required"`
				Properties map[string]struct {
					Type        any    `json:"type"`
					Minimum     *int   `json:"minimum"`
					Maximum     *int   `json:"maximum"`
					MaxLength   *int   `json:"maxLength"` //nolint:tagliatelle // as JSON Schema has it
					Default     any    `json:"default"`
					Description string `json:"description"`
				} `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}

	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}

	section, err := ops.SectionOf(ops.SectionConcurrency)
	if err != nil {
		t.Fatal(err)
	}

	bounds := make([]string, len(section.Fields))
	for i, f := range section.Fields {
		bounds[i] = fmt.Sprintf("%s %d-%d", f.Name, f.Min, f.Max)
	}

	limits := strings.Join(bounds, ", ")

	for name, want := range map[string]string{
		"ConcurrencyConfig":   limits,
		"ConcurrencyUpdate":   limits,
		"ExportConfig":        "updated_at, updated_by, max_duration_seconds 60-86400",
		"ExportUpdate":        "max_duration_seconds 60-86400",
		"MaintenanceMode":     "updated_at, updated_by, enabled, message",
		"MaintenanceUpdate":   "enabled",
		"LifecycleRule":       "default_ttl, default_inactivity, max_ttl",
		"LifecycleRuleUpdate": "",
	} {
		schema := document.Components.Schemas[name]

		var got []string

		for _, field := range schema.Required {
			p := schema.Properties[field]
			if p.Minimum != nil && p.Maximum != nil {
				field += fmt.Sprintf(" %d-%d", *p.Minimum, *p.Maximum)
			}

			got = append(got, field)
		}

		if joined := strings.Join(got, ", "); joined != want {
			t.Errorf("%s wants %q, want %q", name, joined, want)
		}
	}

	message := document.Components.Schemas["MaintenanceUpdate"].Properties["message"]
	if message.MaxLength == nil || *message.MaxLength != 10_000 || message.Default != "" || message.Description == "" {
		t.Errorf("the message is described as %+v, want a description, no default, and 10000 characters at most", message)
	}
}

// TestDocumentOfJobs wants the jobs of the contract, and those of them that can be triggered.
func TestDocumentOfJobs(t *testing.T) {
	t.Parallel()

	d, err := describe()
	if err != nil {
		t.Fatal(err)
	}

	for name, want := range map[string][]any{
		"TriggerableJob": {"reconciliation", "lifecycle", "export_reconciliation", "schema_cache"},
		"JobName": {
			"reconciliation", "lifecycle", "export_reconciliation", "schema_cache", "instance_orchestration", "resource_monitor",
		},
	} {
		if got := d.document.Components.Schemas[name].Value.Enum; !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

// broken has a mistake in every call.
type broken struct{}

func (broken) As(ops.Caller) ops.Service             { panic("a mistake") }
func (broken) InstancesAs(ops.Caller) ops.Instances  { panic("a mistake") }
func (broken) Alive(context.Context) ops.ProbeStatus { panic("a mistake") }
func (broken) Ready(context.Context) ops.ProbeStatus { panic("a mistake") }

// TestEveryAnswer sees every status of every operation that the document has. That no
// other occurs, all tests see to.
func TestEveryAnswer(t *testing.T) {
	t.Parallel()

	d, err := describe()
	if err != nil {
		t.Fatal(err)
	}

	var (
		mu   sync.Mutex
		seen = map[string]bool{}
	)

	record := func(operation string, status int) {
		mu.Lock()
		defer mu.Unlock()

		seen[fmt.Sprint(operation, " ", status)] = true
	}

	w, silent := sqliteWorld(t), sqliteWorld(t)
	w.disable(t, "mallory")

	server := w.serveSeen(t, record)
	withoutDatabase := silent.serveSeen(t, record)
	withoutIssuer := w.serveSeen(t, record, func(c *opsapi.Config) { c.Authenticate.Bearer = silentIssuer(t) })
	mistaken := w.serveSeen(t, record, func(c *opsapi.Config) { c.Platform, c.Instances, c.Probes = broken{}, broken{}, broken{} })

	written, err := os.ReadFile(conversation)
	if err != nil {
		t.Fatal(err)
	}

	for _, p := range parts(string(written)) {
		if p.request {
			server.ask(t, strings.TrimPrefix(p.text, "> "))
		}
	}

	server.send(t, http.MethodPut, "/api/config/maintenance", `{"enabled": false}`, asDave())

	w.exec(t, `DELETE FROM instances`)
	server.send(t, http.MethodPost, "/api/instances", valid(http.MethodPost, "/api/instances"), asDave())
	w.exec(t, `UPDATE instances SET id = 1, status = 'running'`)

	for _, act := range []string{"suspend", "resume", "resume"} {
		server.send(t, http.MethodPost, "/api/instances/1/"+act, "", asDave())
	}

	w.become(t, 1, ops.InstanceStopping)
	server.send(t, http.MethodPut, "/api/instances/1/lifecycle", "{}", asDave())

	if err := silent.db.Close(); err != nil {
		t.Fatal(err)
	}

	asMallory := asDave()
	asMallory.Set("X-Username", "mallory")

	for path, item := range d.document.Paths.Map() {
		for method := range item.Operations() {
			path := strings.ReplaceAll(path, "{instance_id}", "1")
			body, wrong := "", strings.TrimSuffix(path, "1")+"x?limit=x"

			if at, act, found := strings.Cut(path, "/1/"); found {
				wrong = at + "/x/" + act + "?limit=x"
			}

			if path == "/api/instances" || path == "/api/ops/export-jobs" {
				wrong = path + "?limit=x"
			}

			if method == http.MethodPut || method == http.MethodPost {
				body = "{}"

				if !strings.Contains(path, "/1/") {
					wrong = path
				}

				server.send(t, method, path, strings.Repeat(" ", 2<<20), asDave())
			}

			server.send(t, method, wrong, body, asDave())
			server.send(t, method, path, body, nil)
			server.send(t, method, path, valid(method, path), asMallory)
			server.send(t, method, strings.Replace(path, "/1", "/99", 1), strings.Replace(valid(method, path), `_id": 1`, `_id": 99`, 1), asDave())
			withoutIssuer.send(t, method, path, "", http.Header{"Authorization": {"Bearer a.b.c"}})
			withoutDatabase.send(t, method, path, valid(method, path), asDave())
			mistaken.send(t, method, path, valid(method, path), asDave())
		}
	}

	for _, item := range d.document.Paths.Map() {
		for _, operation := range item.Operations() {
			for status := range operation.Responses.Map() {
				if !seen[operation.OperationID+" "+status] {
					t.Errorf("%s is said to answer %s, which was not seen", operation.OperationID, status)
				}
			}
		}
	}
}

// silentIssuer verifies tokens of an issuer that does not answer.
func silentIssuer(t *testing.T) *auth.Tokens {
	t.Helper()

	gone := httptest.NewServer(nil)
	gone.Close()

	verifier, err := auth.NewTokens(auth.TokensConfig{Issuer: gone.URL, Audiences: []string{"ops"}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}

	return verifier
}

// valid is a body that the operation takes.
func valid(method, path string) string {
	return map[string]string{
		"PUT /api/config/lifecycle":      `{"mapping": {"max_ttl": "P90D"}}`,
		"PUT /api/config/concurrency":    limits(),
		"PUT /api/config/maintenance":    `{"enabled": false}`,
		"PUT /api/config/export":         `{"max_duration_seconds": 60}`,
		"POST /api/ops/jobs/trigger":     `{"job_name": "lifecycle", "reason": "a test"}`,
		"PUT /api/instances/1/lifecycle": `{"ttl": "PT1H"}`,
		"POST /api/instances":            `{"mapping_id": 1, "wrapper_type": "ryugraph", "name": "Fraud"}`,
	}[method+" "+path]
}
