package opsapi_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

const secret = "hunter2"

// asDave are the headers of a request that ops makes.
func asDave() http.Header {
	return http.Header{
		"X-Username": {"dave"}, "X-User-Role": {"ops"}, "Content-Type": {"application/json"},
	}
}

// reply is an answer, read whole.
type reply struct {
	status int
	header http.Header
	body   string
}

// send makes a request and returns its answer.
func (a api) send(t *testing.T, method, path, body string, header http.Header) reply {
	t.Helper()

	r, err := http.NewRequestWithContext(t.Context(), method, a.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	r.Header = header

	response, err := a.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	return reply{response.StatusCode, response.Header, string(raw)}
}

// fieldsOf returns the fields that a VALIDATION_FAILED names, with their types.
func fieldsOf(t *testing.T, body string) string {
	t.Helper()

	var answer struct {
		Error struct {
			Code    ops.Code `json:"code"`
			Details struct {
				Errors []ops.FieldError `json:"errors"`
			} `json:"details"`
		} `json:"error"`
	}

	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Error.Code != ops.CodeValidationFailed {
		t.Fatalf("got %s (%v), want a VALIDATION_FAILED", body, err)
	}

	fields := make([]string, len(answer.Error.Details.Errors))
	for i, field := range answer.Error.Details.Errors {
		fields[i] = field.Field + " " + field.Type
	}

	return strings.Join(fields, ", ")
}

func sqliteWorld(t *testing.T) *world {
	t.Helper()

	return newWorld(t, worldtest.Prepared.SQLite(t))
}

func TestAnswersAreForProgramsAlone(t *testing.T) {
	t.Parallel()

	server := sqliteWorld(t).serve(t)

	for _, path := range []string{"/api/config/concurrency", "/api/nothing", "/health", "/metrics", "/api/openapi.json"} {
		answer := server.send(t, http.MethodGet, path, "", asDave())

		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
		} {
			if got := answer.header.Get(name); got != want {
				t.Errorf("%s of %s is %q, want %q", name, path, got, want)
			}
		}
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()

	server := sqliteWorld(t).serve(t)

	for given, taken := range map[string]bool{
		"0b7a1f": true, strings.Repeat("x", 128): true, "a b~!": true,
		"": false, strings.Repeat("x", 129): false, "a\tb": false, "ü": false,
	} {
		header := asDave()
		header.Set("X-Request-ID", given)

		answer := server.send(t, http.MethodGet, "/api/nothing", "", header)
		got := answer.header.Get("X-Request-ID")

		if got == "" || (got == given) != taken {
			t.Errorf("%q came back as %q, want it taken: %t", given, got, taken)
		}

		if !strings.Contains(answer.body, `"request_id":"`+got+`"`) || !strings.Contains(server.log.String(), `"request_id":"`+got+`"`) {
			t.Errorf("%q is not in the answer and the log", got)
		}
	}
}

// TestCausesStayInTheLog takes the database away: the answer says so in words, and
// only the log says what the driver said.
func TestCausesStayInTheLog(t *testing.T) {
	t.Parallel()

	w := sqliteWorld(t)
	server := w.serve(t)

	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}

	answer := server.send(t, http.MethodGet, "/api/config/export", "", asDave())
	if answer.status != http.StatusServiceUnavailable || strings.Contains(answer.body, "sql") {
		t.Errorf("got %d %s, want 503 without a word of SQL", answer.status, answer.body)
	}

	if log := server.log.String(); !strings.Contains(log, "sql: database is closed") || !strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("the log does not say why: %s", log)
	}

	answer = server.send(t, http.MethodGet, "/ready", "", nil)
	if want := `{"status":"not_ready","version":"1.2.3","database":"disconnected"}`; answer.status != http.StatusServiceUnavailable ||
		strings.TrimSpace(answer.body) != want {
		t.Errorf("ready: got %d %s, want 503 %s", answer.status, answer.body, want)
	}

	if status, err := server.client(t).Ready(t.Context()); err != nil || status.Status != ops.ProbeNotReady {
		t.Errorf("the client reads %+v, %v, want %s", status, err, ops.ProbeNotReady)
	}

	if answer = server.send(t, http.MethodGet, "/health", "", nil); answer.status != http.StatusOK {
		t.Errorf("the process lives, but health answers %d, want 200", answer.status)
	}
}

// faulty are probes that do what they must not.
type faulty struct{ value any }

func (f faulty) Alive(context.Context) ops.ProbeStatus { panic(f.value) }
func (f faulty) Ready(context.Context) ops.ProbeStatus { panic(f.value) }

func TestPanics(t *testing.T) {
	t.Parallel()

	server := sqliteWorld(t).serve(t, func(c *opsapi.Config) { c.Probes = faulty{"the password is " + secret} })

	answer := server.send(t, http.MethodGet, "/health", "", http.Header{"X-Request-Id": {"r1"}})
	want := `{"error":{"code":"INTERNAL_ERROR","message":"An unexpected error occurred"},"meta":{"request_id":"r1"}}`

	if answer.status != http.StatusInternalServerError || strings.TrimSpace(answer.body) != want {
		t.Errorf("got %d %s, want 500 %s", answer.status, answer.body, want)
	}

	if log := server.log.String(); !strings.Contains(log, secret) || !strings.Contains(log, "server_test.go") {
		t.Errorf("the log does not say what and where: %s", log)
	}

	// A handler that gives up on purpose takes its connection with it, and nothing else.
	server = sqliteWorld(t).serve(t, func(c *opsapi.Config) { c.Probes = faulty{http.ErrAbortHandler} })
	if _, err := server.client(t).Health(t.Context()); err == nil {
		t.Error("an aborted answer passes for one")
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()

	if _, err := opsapi.New(opsapi.Config{}); err == nil {
		t.Error("accepted without anything to serve")
	}
}

// TestLog checks that a line says who did what, and holds no secret.
func TestLog(t *testing.T) {
	t.Parallel()

	server := sqliteWorld(t).serve(t, func(c *opsapi.Config) { c.Authenticate.InternalKey = secret })
	header := http.Header{"X-Internal-Api-Key": {secret}, "Content-Type": {"application/json"}}

	server.send(t, http.MethodGet, "/api/instances?search=private", "", header)

	if log := server.log.String(); log != "" {
		t.Errorf("looking fills the log: %s", log)
	}

	server.send(t, http.MethodPut, "/api/config/maintenance", `{"enabled": true}`, header)
	server.send(t, http.MethodPost, "/api/instances", `{"mapping_id": 1, "wrapper_type": "ryugraph", "name": "private"}`, header)
	server.send(t, http.MethodGet, "/api/instances/7?search=private", "", header)

	log := server.log.String()
	for _, want := range []string{
		`"method":"PUT","path":"/api/config/maintenance","status":200`, `"path":"/api/instances","status":503`,
		`"path":"/api/instances/:id","status":404`, `"username":"internal"`, `"role":"ops"`, `"level":"INFO"`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in %s", want, log)
		}
	}

	for _, not := range []string{secret, "private", `"level":"ERROR"`} {
		if strings.Contains(log, not) {
			t.Errorf("%s is in %s", not, log)
		}
	}
}
