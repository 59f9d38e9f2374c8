package opsapi_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// settings is all that the operations can change, and how many rows there are of what
// they make.
type settings struct {
	Lifecycle   ops.LifecycleConfig
	Concurrency ops.ConcurrencyConfig
	Maintenance ops.MaintenanceMode
	Export      ops.ExportConfig
	Rows        map[string]int
}

// made are the tables of what the operations make, what depends on others first.
func made() []string {
	return []string{"instance_events", "instances", "export_jobs", "snapshots", "opsconsole_job_triggers"}
}

// failing is what *testing.T and *rapid.T have in common.
type failing interface {
	Helper()
	Context() context.Context
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func (w *world) settings(t failing) (s settings) {
	t.Helper()

	service := w.As(ops.Caller{Username: "dave", Role: ops.RoleOps})
	errs := make([]error, 4)

	s.Lifecycle, errs[0] = service.GetLifecycleConfig(t.Context())
	s.Concurrency, errs[1] = service.GetConcurrencyConfig(t.Context())
	s.Maintenance, errs[2] = service.GetMaintenanceMode(t.Context())
	s.Export, errs[3] = service.GetExportConfig(t.Context())

	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}

	s.Rows = map[string]int{}

	for _, table := range made() {
		var n int
		if err := w.db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
			t.Fatal(err)
		}

		s.Rows[table] = n
	}

	return s
}

// fuzzed is a world and its handler, without a connection between.
type fuzzed struct {
	*world

	handler http.Handler
	// clean says that nothing was done since the last reset.
	clean bool
}

// fuzzedWorlds are a world on SQLite and, where there is a server, one on PostgreSQL;
// not for -fuzz, which a server slows down to a few inputs a second.
func fuzzedWorlds(tb testing.TB) []*fuzzed {
	tb.Helper()

	worlds := []*fuzzed{newFuzzed(tb, worldtest.Prepared.SQLiteURL(tb))}

	if flag.Lookup("test.fuzz").Value.String() != "" {
		return worlds
	}

	if os.Getenv(storetest.PostgresURLVariable) != "" || os.Getenv("CI") != "" {
		worlds = append(worlds, newFuzzed(tb, worldtest.Prepared.PostgresURL(tb)))
	}

	return worlds
}

func newFuzzed(tb testing.TB, databaseURL string) *fuzzed {
	tb.Helper()

	w := newWorld(tb, storetest.Open(tb, databaseURL))

	if _, err := w.db.Write().ExecContext(tb.Context(), `CREATE TABLE test_config AS SELECT key, value FROM global_config`); err != nil {
		tb.Fatal(err)
	}

	handler, err := opsapi.New(opsapi.Config{
		Platform: w, Instances: w, Probes: w, Logger: slog.New(slog.DiscardHandler),
		Authenticate: opsapi.Authenticator{HeaderNetworks: loopback(), InternalKey: "k3y"},
	})
	if err != nil {
		tb.Fatal(err)
	}

	return &fuzzed{world: w, handler: handler}
}

// reset makes every input find the same: one instance, 1, the default configuration,
// and no job that was triggered just now.
func (w *fuzzed) reset(t failing) {
	t.Helper()

	var statements []string
	for _, table := range made() {
		statements = append(statements, `DELETE FROM `+table)
	}

	w.exec(t, append(statements,
		`UPDATE global_config SET value = (SELECT value FROM test_config WHERE test_config.key = global_config.key)`)...)

	if _, err := w.InstancesAs(ops.Caller{Username: "erin", Role: ops.RoleAnalyst}).CreateInstance(t.Context(),
		ops.InstanceRequest{MappingID: w.mapping, WrapperType: "ryugraph", Name: "the first"}); err != nil {
		t.Fatal(err)
	}

	w.exec(t, `UPDATE instances SET id = 1`)
}

func (w *world) exec(t failing, statements ...string) {
	t.Helper()

	if err := w.db.Tx(t.Context(), func(tx *sql.Tx) error {
		for _, statement := range statements {
			if _, err := tx.ExecContext(t.Context(), statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}

		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// ask serves the request and checks the answer. What is refused, or only reads, changes
// nothing; nothing but a body changes the configuration.
func (w *fuzzed) ask(t failing, r *http.Request, body []byte) (status int, after settings) {
	t.Helper()

	if !w.clean {
		w.reset(t)
	}

	before := w.settings(t)
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)

	if r.Method != http.MethodOptions { // answered with Allow alone
		checkAnswer(t, r, body, answer)
	}

	after = w.settings(t)
	same := after
	w.clean = reflect.DeepEqual(before, after)

	switch {
	case answer.Code >= http.StatusBadRequest:
	case r.Method == http.MethodDelete:
		same.Rows = before.Rows
	case r.Method == http.MethodPut || r.Method == http.MethodPost:
		same = before
	}

	if !reflect.DeepEqual(before, same) {
		t.Errorf("%s: HTTP %d to %s %s changed %+v to %+v", w.db.Dialect(), answer.Code, r.Method, r.URL, before, after)
	}

	return answer.Code, after
}

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

// FuzzRequests gives any path, query and headers. Nothing but what is written with a
// body can change a setting.
func FuzzRequests(f *testing.F) {
	worlds := fuzzedWorlds(f)

	for _, path := range []string{
		"/health", "/ready", "/metrics", "/api/cluster/health", "/api/ops/export-jobs?status=failed&limit=10",
		"/api/instances?owner=alice&status=running&search=%25&offset=0&limit=100", "/api/instances/1", "/api/config/export", "/", "//api/",
	} {
		f.Add(http.MethodGet, path, "dave", "ops", "", "", "r1")
	}

	f.Add(http.MethodDelete, "/api/instances/1", "", "", "", "k3y", "")
	f.Add(http.MethodPost, "/api/instances/1", "dave", "", "Bearer x", "", "\x00")

	f.Fuzz(func(t *testing.T, method, target, name, role, authorization, key, id string) {
		path, err := url.ParseRequestURI(target)
		if err != nil || !validMethod(method) {
			return // net/http answers this itself.
		}

		var statuses []int

		for _, w := range worlds {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.Method, r.URL, r.RequestURI, r.RemoteAddr = method, path, target, "127.0.0.1:5000"

			for header, value := range map[string]string{
				"X-Username": name, "X-User-Role": role, "Authorization": authorization, "X-Internal-Api-Key": key, "X-Request-ID": id,
			} {
				if value != "" {
					r.Header.Set(header, value)
				}
			}

			status, _ := w.ask(t, r, nil)
			statuses = append(statuses, status)
		}

		wantOneAnswer(t, statuses)
	})
}

func validMethod(method string) bool {
	_, err := http.NewRequest(method, "/", nil)

	return err == nil && method != ""
}
