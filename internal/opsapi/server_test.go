package opsapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
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

// limits is a body with every concurrency limit as a new platform has it, but for pairs of
// a name and its JSON, "" for none.
func limits(changed ...string) string {
	section, err := ops.SectionOf(ops.SectionConcurrency)
	if err != nil {
		panic(err)
	}

	var members []string

	for _, f := range section.Fields {
		if !slices.Contains(changed, f.Name) {
			members = append(members, fmt.Sprintf("%q: %v", f.Name, f.Default))
		}
	}

	for pair := range slices.Chunk(changed, 2) {
		if pair[1] != "" {
			members = append(members, fmt.Sprintf("%q: %s", pair[0], pair[1]))
		}
	}

	return "{" + strings.Join(members, ", ") + "}"
}

func TestBodies(t *testing.T) {
	t.Parallel()

	server := sqliteWorld(t).serve(t)

	const (
		concurrency = "/api/config/concurrency"
		maintenance = "/api/config/maintenance"
		lifecycle   = "/api/config/lifecycle"
	)

	for name, test := range map[string]struct {
		path, body string
		kind       string // the content type, application/json unless it is set
		status     int    // 422 unless it is set
		want       string
	}{
		"nothing":  {path: concurrency, want: "body missing"},
		"half":     {path: concurrency, body: `{"per_analyst": 5, "cluster`, want: "body json_invalid"},
		"and more": {path: concurrency, body: limits() + `{}`, want: "body json_invalid"},
		"a comment": {
			path: concurrency, body: `{"per_analyst": 5, /* five */ "cluster_total": 50}`,
			want: "body json_invalid",
		},
		"a list": {path: concurrency, body: `[5, 50]`, want: "body object_type"},
		"null":   {path: concurrency, body: `null`, want: "body object_type"},
		"a text": {path: concurrency, body: `"per_analyst"`, want: "body object_type"},
		"deep": {
			path: concurrency, body: strings.Repeat("[", 1<<19) + strings.Repeat("]", 1<<19),
			want: "body json_invalid",
		},
		"no UTF-8": {path: maintenance, body: "{\"enabled\": true, \"message\": \"\xff\"}", want: "body string_unicode"},
		"a form": {
			path: concurrency, kind: "application/x-www-form-urlencoded", body: `per_analyst=5`,
			want: "header.content-type content_type",
		},
		"no content type": {
			path: concurrency, kind: "-", body: limits(),
			want: "header.content-type content_type",
		},
		"too large": {
			path: maintenance, body: `{"message": "` + strings.Repeat("x", 1<<20) + `"}`, status: http.StatusRequestEntityTooLarge,
			want: "body too_large",
		},
		"missing": {path: concurrency, body: limits("per_analyst", "", "cluster_total", ""), want: "body.per_analyst missing, body.cluster_total missing"},
		"null in place of": {
			path: concurrency, body: limits("per_analyst", "null"),
			want: "body.per_analyst int_type",
		},
		"a text for a number": {
			path: concurrency, body: limits("per_analyst", `"5"`),
			want: "body.per_analyst int_type",
		},
		"a fraction": {
			path: concurrency, body: limits("per_analyst", "5.5"),
			want: "body.per_analyst int_type",
		},
		"a whole fraction": {
			path: concurrency, body: limits("per_analyst", "5.0", "cluster_total", "5e1"),
			want: "body.per_analyst int_type, body.cluster_total int_type",
		},
		"a huge number": {
			path: concurrency, body: limits("cluster_total", "99999999999999999999"),
			want: "body.cluster_total int_size",
		},
		"truth for a number": {
			path: concurrency, body: limits("per_analyst", "true", "cluster_total", "[50]"),
			want: "body.per_analyst int_type, body.cluster_total int_type",
		},
		"twice": {
			path: concurrency, body: strings.Replace(limits(), "{", `{"per_analyst": 6, `, 1),
			want: "body.per_analyst duplicate",
		},
		"in another case": {
			path: concurrency, body: limits("cluster_total", "", "Cluster_Total", "50"),
			want: "body.cluster_total missing, body.Cluster_Total extra_forbidden",
		},
		"more than is known": {
			path: concurrency, body: limits("b", "{}", "a", "1"),
			want: "body.a extra_forbidden, body.b extra_forbidden",
		},
		"a number for truth":    {path: maintenance, body: `{"enabled": 1}`, want: "body.enabled bool_type"},
		"a text for truth":      {path: maintenance, body: `{"enabled": "true"}`, want: "body.enabled bool_type"},
		"null for a message":    {path: maintenance, body: `{"enabled": true, "message": null}`, want: "body.message string_type"},
		"NUL":                   {path: maintenance, body: `{"enabled": true, "message": "a\u0000b"}`, want: "body.message encoding"},
		"a text for an object":  {path: lifecycle, body: `{"mapping": "P1D"}`, want: "body.mapping object_type"},
		"a number for duration": {path: lifecycle, body: `{"mapping": {"max_ttl": 86400}}`, want: "body.mapping.max_ttl string_type"},
		"twice, inside": {
			path: lifecycle, body: `{"mapping": {"max_ttl": "P1D", "max_ttl": "P2D"}}`,
			want: "body.mapping.max_ttl duplicate",
		},
		"misspelt, inside": {
			path: lifecycle, body: `{"mapping": {"max_tll": "P1D"}, "mappings": {}}`,
			want: "body.mappings extra_forbidden, body.mapping.max_tll extra_forbidden",
		},
		"a long name": {
			path: lifecycle, body: `{"` + strings.Repeat("ü", 500) + `": 1}`,
			want: "body." + strings.Repeat("ü", 47) + "… extra_forbidden",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			header := asDave()
			if test.kind != "" {
				header.Set("Content-Type", strings.TrimPrefix(test.kind, "-"))
			}

			status := test.status
			if status == 0 {
				status = http.StatusUnprocessableEntity
			}

			answer := server.send(t, http.MethodPut, test.path, test.body, header)
			if answer.status != status {
				t.Errorf("HTTP %d, want %d", answer.status, status)
			}

			if got := fieldsOf(t, answer.body); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()

	server := sqliteWorld(t).serve(t)

	for path, want := range map[string]string{
		"/api/ops/export-jobs?limit=":                     "query.limit int_parsing",
		"/api/ops/export-jobs?limit=ten":                  "query.limit int_parsing",
		"/api/ops/export-jobs?limit=-1":                   "query.limit range",
		"/api/ops/export-jobs?limit=1&limit=2":            "query.limit duplicate",
		"/api/ops/export-jobs?limit=99999999999999999999": "query.limit int_size",
		"/api/ops/export-jobs?limit=1%zz":                 "query query_invalid",
		"/api/ops/export-jobs?status=failed&status=x":     "query.status duplicate",
		"/api/instances?offset=-1":                        "query.offset range",
		"/api/instances?limit=0&offset=x":                 "query.offset int_parsing, query.limit range",
		"/api/instances?search=%00":                       "query.search encoding",
		"/api/instances?owner=%ff":                        "query.owner encoding",
		"/api/instances/99999999999999999999":             "path.instance_id int_size",
		"/api/instances/1%2F2":                            "path.instance_id int_parsing",
	} {
		answer := server.send(t, http.MethodGet, path, "", asDave())
		if got := fieldsOf(t, answer.body); got != want || answer.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, %s; want %s", path, answer.status, got, want)
		}
	}

	for _, path := range []string{"/api/ops/export-jobs?status=&sort_by=x", "/api/instances?status=&offset=0&created_after="} {
		if answer := server.send(t, http.MethodGet, path, "", asDave()); answer.status != http.StatusOK {
			t.Errorf("%s: got %d %s, want 200", path, answer.status, answer.body)
		}
	}
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
