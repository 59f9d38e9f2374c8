package opsapi_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/graph-olap/opsconsole/ops"
)

// wantOneAnswer wants the databases to agree.
func wantOneAnswer(t failing, statuses []int) {
	t.Helper()

	if slices.Min(statuses) != slices.Max(statuses) {
		t.Errorf("SQLite and PostgreSQL answer %v, want the same", statuses)
	}
}

// checkAnswer checks what holds of every answer to whatever was asked.
func checkAnswer(t failing, r *http.Request, body []byte, answer *httptest.ResponseRecorder) {
	t.Helper()

	d, err := describe()
	if err != nil {
		t.Fatal(err)
	}

	if _, err := d.check(exchange{
		method: r.Method, target: r.URL.RequestURI(), request: r.Header, body: body,
		status: answer.Code, answer: answer.Header(), content: answer.Body.Bytes(),
	}); err != nil {
		t.Error(err)
	}

	refused := answer.Code >= http.StatusBadRequest && answer.Code < http.StatusInternalServerError
	maintenance := answer.Code == http.StatusServiceUnavailable && strings.Contains(answer.Body.String(), `"service":"instances"`)

	if answer.Code >= http.StatusBadRequest && !refused && !maintenance {
		t.Errorf("HTTP %d %s, want a success, a refusal or maintenance", answer.Code, answer.Body)
	}

	if answer.Header().Get("X-Request-ID") == "" {
		t.Error("the answer has no request id")
	}

	if answer.Code == http.StatusNoContent || strings.HasPrefix(answer.Header().Get("Content-Type"), "text/plain") {
		return
	}

	var envelope map[string]json.RawMessage
	if err := json.Unmarshal(answer.Body.Bytes(), &envelope); err != nil {
		t.Fatalf("%v in %s", err, answer.Body)
	}

	if refused && envelope["error"] == nil && envelope["detail"] == nil {
		t.Errorf("HTTP %d without an error: %s", answer.Code, answer.Body)
	}
}

// FuzzWrites gives every operation that takes a body any body. A refusal changes
// nothing, and a success leaves nothing that is not valid.
func FuzzWrites(f *testing.F) {
	worlds := fuzzedWorlds(f)

	for i, body := range []string{
		`{"mapping": {"default_ttl": "P90D", "max_ttl": ""}, "snapshot": null, "instance": {"default_inactivity": "PT1H"}}`,
		limits(),
		`{"enabled": true, "message": "Back at 8"}`,
		`{"max_duration_seconds": 60}`,
		`{"job_name": "lifecycle", "reason": "a test"}`,
		`{"mapping_id": 1, "mapping_version": 1, "wrapper_type": "ryugraph", "name": "Fraud", "description": "", "ttl": "PT1H"}`,
	} {
		f.Add(byte(i), []byte(body))
	}

	f.Fuzz(func(t *testing.T, route byte, body []byte) {
		writeAll(t, worlds, route, body)
	})
}

func writeAll(t failing, worlds []*fuzzed, route byte, body []byte) {
	t.Helper()

	var statuses []int
	for _, w := range worlds {
		statuses = append(statuses, w.write(t, route, body))
	}

	wantOneAnswer(t, statuses)
}

// write sends a body to one of the operations that take one, and checks what holds
// whatever comes of it.
func (w *fuzzed) write(t failing, route byte, body []byte) (status int) {
	t.Helper()

	routes := []struct{ method, path string }{
		{http.MethodPut, "/api/config/lifecycle"},
		{http.MethodPut, "/api/config/concurrency"},
		{http.MethodPut, "/api/config/maintenance"},
		{http.MethodPut, "/api/config/export"},
		{http.MethodPost, "/api/ops/jobs/trigger"},
		{http.MethodPost, "/api/instances"},
	}
	to := routes[int(route)%len(routes)]

	r := httptest.NewRequestWithContext(t.Context(), to.method, to.path, bytes.NewReader(body))
	r.RemoteAddr = "127.0.0.1:5000"
	r.Header = asDave()

	status, after := w.ask(t, r, body)

	instances := 1
	if status == http.StatusCreated {
		instances++
	}

	if after.Rows["instances"] != instances {
		t.Errorf("HTTP %d left %d instances, want %d", status, after.Rows["instances"], instances)
	}

	for _, section := range ops.Sections() {
		left := map[ops.SectionName]any{
			ops.SectionLifecycle: after.Lifecycle, ops.SectionConcurrency: after.Concurrency,
			ops.SectionMaintenance: after.Maintenance, ops.SectionExport: after.Export,
		}[section.Name]

		if errs := section.Check(section.ValuesOf(left)); len(errs) > 0 {
			t.Errorf("%q left %+v: %v", body, left, errs)
		}
	}

	return status
}

// The same input is answered the same, however many there were before.
func TestInputsFindWhatTheFirstFound(t *testing.T) {
	t.Parallel()

	for _, w := range fuzzedWorlds(t) {
		for range 7 {
			for _, input := range []struct {
				route byte
				body  string
				want  int
			}{
				{1, limits(), http.StatusOK},
				{2, `{"enabled": true, "message": "Back at 8"}`, http.StatusOK},
				{4, `{"job_name": "lifecycle", "reason": "a test"}`, http.StatusOK},
				{5, `{"mapping_id": 1, "wrapper_type": "ryugraph", "name": "Fraud"}`, http.StatusCreated},
			} {
				if status := w.write(t, input.route, []byte(input.body)); status != input.want {
					t.Errorf("%s: %s is answered with %d, want %d", w.db.Dialect(), input.body, status, input.want)
				}
			}
		}
	}
}

// TestWritesAtRandom does as FuzzWrites, with bodies that are nearly right.
func TestWritesAtRandom(t *testing.T) {
	t.Parallel()

	worlds := fuzzedWorlds(t)

	texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", " ", "P1D", "P8D", "P30D", "P366D", "PT24H", "P1W", "PT", "lifecycle", "schema_cache", "resource_monitor", "ryugraph", "\x00",
	}))
	numbers := rapid.OneOf(rapid.Int(), rapid.SampledFrom([]int{-1, 0, 1, 2, 59, 60, 100, 101, 1000, 1001, 86400, 86401}))
	names := rapid.SampledFrom([]string{
		"mapping", "snapshot", "instance", "default_ttl", "default_inactivity", "max_ttl", "per_analyst", "cluster_total", "enabled",
		"message", "max_duration_seconds", "job_name", "reason", "mapping_id", "mapping_version", "wrapper_type", "name", "ttl", "other",
	})

	var values func(depth int) *rapid.Generator[any]

	objects := func(depth int) *rapid.Generator[any] {
		return rapid.MapOf(names, rapid.Deferred(func() *rapid.Generator[any] { return values(depth - 1) })).AsAny()
	}
	values = func(depth int) *rapid.Generator[any] {
		leaves := []*rapid.Generator[any]{texts.AsAny(), numbers.AsAny(), rapid.Bool().AsAny(), rapid.Just[any](nil)}
		if depth > 0 {
			leaves = append(leaves, objects(depth))
		}

		return rapid.OneOf(leaves...)
	}

	rapid.Check(t, func(t *rapid.T) {
		body, err := json.Marshal(objects(2).Draw(t, "body"))
		if err != nil {
			t.Fatal(err)
		}

		writeAll(t, worlds, rapid.Byte().Draw(t, "route"), body)
	})
}
