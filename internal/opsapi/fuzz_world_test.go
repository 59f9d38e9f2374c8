package opsapi_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"testing"

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
