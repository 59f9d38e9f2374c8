package opsapi_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// asking counts how often it is asked for its state, and refuses whoever is not ops.
type asking struct {
	ops.Service
	ops.InstancesPlatform
	opsapi.Probes

	caller ops.Caller
	asked  *int
}

func (a asking) As(caller ops.Caller) ops.Service {
	a.caller = caller

	return a
}

func (a asking) GetState(context.Context) (ops.State, error) {
	*a.asked++

	if a.caller.Role != ops.RoleOps {
		return ops.State{}, ops.InsufficientRole(ops.RoleOps, a.caller.Role)
	}

	return ops.State{}, nil
}

func (a asking) GetClusterHealth(context.Context) (ops.Health, error) {
	*a.asked++

	return ops.Health{}, nil
}

// TestAnAnswerIsKeptForItsCallerAndItsVersion has them looked for anew whenever one of them is another.
func TestAnAnswerIsKeptForItsCallerAndItsVersion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var (
			asked   int
			version = "1"
			failure error
		)

		plane := asking{asked: &asked}

		handler, err := opsapi.New(opsapi.Config{
			Platform: plane, Instances: plane, Probes: plane, Logger: slog.New(slog.DiscardHandler),
			Authenticate: opsapi.Authenticator{HeaderNetworks: loopback()},
			DataVersion:  func(context.Context) (string, error) { return version, failure },
		})
		if err != nil {
			t.Fatal(err)
		}

		for _, step := range []struct {
			name, path, username string
			role                 ops.Role
			before               func()
			anew                 bool
			status               int
		}{
			{name: "first", anew: true},
			{name: "again"},
			{name: "of another version", before: func() { version = "2" }, anew: true},
			{name: "again"},
			{name: "somebody else", username: "erin", anew: true},
			{name: "who is no ops", role: ops.RoleAnalyst, anew: true, status: http.StatusForbidden},
			{name: "and is refused each time", role: ops.RoleAnalyst, anew: true, status: http.StatusForbidden},
			{name: "with a query", path: "/api/ops/state?a=1", anew: true},
			{name: "the first, once more"},
			{name: "almost a second later", before: func() { <-time.After(time.Second - time.Millisecond) }},
			{name: "a second later", before: func() { <-time.After(time.Millisecond) }, anew: true},
			{name: "again"},
			{name: "health is no data", path: "/api/cluster/health", anew: true},
			{name: "health again", path: "/api/cluster/health", anew: true},
			{name: "a version that is not told", before: func() { version = "" }, anew: true},
			{name: "is none", anew: true},
			{name: "nor is one that cannot be had", before: func() { version, failure = "2", errors.New("gone") }, anew: true},
		} {
			if step.before != nil {
				step.before()
			}

			before := asked
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request(t, step.path, step.username, step.role))

			want := step.status
			if want == 0 {
				want = http.StatusOK
			}

			if answer.Code != want || (asked > before) != step.anew {
				t.Errorf("%s: got %d, asked anew %t; want %d, %t", step.name, answer.Code, asked > before, want, step.anew)
			}
		}
	})
}

func request(t *testing.T, path, username string, role ops.Role) *http.Request {
	t.Helper()

	r := asked(t.Context())

	if path == "" {
		path = "/api/ops/state"
	}

	target, err := r.URL.Parse(path)
	if err != nil {
		t.Fatal(err)
	}

	r.URL = target

	if username != "" {
		r.Header.Set(ops.HeaderUsername, username)
	}

	if role != "" {
		r.Header.Set(ops.HeaderUserRole, string(role))
	}

	return r
}

// TestWhatAnotherReplicaCommitsIsAnsweredAtOnce asks right before and right after, of each kind of data.
func TestWhatAnotherReplicaCommitsIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()

	for name, url := range map[string]func(testing.TB) string{"sqlite": worldtest.Prepared.SQLiteURL, "postgres": worldtest.Prepared.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			address := url(t)
			w := newWorld(t, storetest.Open(t, address))
			replica := &world{db: storetest.Open(t, address)}
			api := w.serve(t)

			for _, step := range []struct{ path, statement, want string }{
				{"/api/config/export", `UPDATE global_config SET value = '1234' WHERE key = 'export.max_duration_seconds'`, "1234"},
				{"/api/cluster/instances", `UPDATE global_config SET value = '77' WHERE key = 'concurrency.cluster_total'`, "77"},
				{"/api/ops/state", `INSERT INTO snapshots (mapping_id, mapping_version, owner_username, name, gcs_path, status, created_at, updated_at)
					SELECT id, 1, 'erin', 'Late', 'gs://late', 'failed', '2026-03-01T08:00:00.000000Z', '2026-03-01T08:00:00.000000Z' FROM mappings`, `"failed":1`},
				{"/api/ops/jobs/status", `UPDATE opsconsole_job_schedule SET next_run = '2031-01-01T00:00:00.000000Z'`, "2031"},
				{"/api/config/export", `UPDATE users SET is_active = 0 WHERE username = 'dave'`, string(ops.CodeUserDisabled)},
			} {
				for range 2 { // the second answer is kept
					if before := api.send(t, http.MethodGet, step.path, "", asDave()); before.status != http.StatusOK {
						t.Fatalf("%s: got %d %s", step.path, before.status, before.body)
					}
				}

				replica.exec(t, step.statement)

				if after := api.send(t, http.MethodGet, step.path, "", asDave()); !strings.Contains(after.body, step.want) {
					t.Errorf("%s after %s: got %s", step.path, step.statement, after.body)
				}
			}
		})
	}
}
