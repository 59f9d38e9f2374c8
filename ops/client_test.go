package ops_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

func TestClientCalls(t *testing.T) {
	t.Parallel()

	noon := moment(t, "2026-03-01T12:00:00Z")
	limits, limited := marshalled[ops.ConcurrencyConfig](t, opstest.Limits(4, 40))

	for name, test := range map[string]struct {
		call    func(ctx context.Context, s ops.Service, i ops.Instances) (any, error)
		request string // method, path and query, body
		status  int    // 0 means 200
		answer  string
		want    any
	}{
		"get_cluster_health": {
			call:    func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) { return s.GetClusterHealth(ctx) },
			request: "GET /api/cluster/health ",
			answer: `{"data": {"status": "degraded", "checked_at": "2026-03-01T12:00:00", "components": {
				"database": {"status": "connected", "latency_ms": 3, "error": null},
				"starburst": {"status": "unreachable", "latency_ms": null, "error": "connection refused"}}}, "meta": {"new": 1}}`,
			want: ops.Health{Status: ops.Degraded, CheckedAt: noon, Components: map[string]ops.Component{
				"database":  {Status: ops.ComponentConnected, LatencyMS: new(3.0)},
				"starburst": {Status: ops.ComponentUnreachable, Error: new("connection refused")},
			}},
		},
		"get_cluster_instances": {
			call: func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) {
				return s.GetClusterInstances(ctx)
			},
			request: "GET /api/cluster/instances ",
			answer: `{"data": {"total": 3, "by_status": {"running": 2, "failed": 1}, "by_owner": [{"owner_username": "alice", "count": 3}],
				"limits": {"per_analyst": 5, "cluster_total": 50, "cluster_used": 2, "cluster_available": 48}}}`,
			want: ops.ClusterInstances{
				Total: 3, ByStatus: map[string]int{"running": 2, "failed": 1},
				ByOwner: []ops.OwnerCount{{OwnerUsername: "alice", Count: 3}},
				Limits:  ops.Limits{PerAnalyst: 5, ClusterTotal: 50, ClusterUsed: 2, ClusterAvailable: 48},
			},
		},
		"get_lifecycle_config": {
			call: func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) {
				return s.GetLifecycleConfig(ctx)
			},
			request: "GET /api/config/lifecycle ",
			answer: `{"data": {"mapping": {"default_ttl": null, "default_inactivity": "P30D", "max_ttl": "P365D"},
				"snapshot": {"default_ttl": "P7D"}, "instance": {}}}`,
			want: ops.LifecycleConfig{
				Mapping:  ops.LifecycleRule{DefaultInactivity: new("P30D"), MaxTTL: new("P365D")},
				Snapshot: ops.LifecycleRule{DefaultTTL: new("P7D")},
			},
		},
		"update_lifecycle_config": {
			call: func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) {
				return s.UpdateLifecycleConfig(ctx, ops.LifecycleUpdate{
					Mapping: &ops.LifecycleRuleUpdate{DefaultTTL: new(""), MaxTTL: new("P90D")},
				})
			},
			request: `PUT /api/config/lifecycle {"mapping":{"default_ttl":"","max_ttl":"P90D"}}`,
			answer:  `{"data": {"updated": true, "updated_at": "2026-03-01T13:00:00+01:00"}}`,
			want:    ops.LifecycleUpdated{Updated: true, UpdatedAt: noon},
		},
		"get_concurrency_config": {
			call: func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) {
				return s.GetConcurrencyConfig(ctx)
			},
			request: "GET /api/config/concurrency ",
			answer:  `{"data": ` + limits + `}`,
			want:    limited,
		},
		"update_concurrency_config": {
			call: func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) {
				return s.UpdateConcurrencyConfig(ctx, opstest.Limits(4, 40))
			},
			request: `PUT /api/config/concurrency ` + limits,
			answer:  `{"data": ` + limits + `}`,
			want:    limited,
		},
		"get_maintenance_mode": {
			call: func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) {
				return s.GetMaintenanceMode(ctx)
			},
			request: "GET /api/config/maintenance ",
			answer:  `{"data": {"enabled": false, "message": "", "updated_at": null, "updated_by": null}}`,
			want:    ops.MaintenanceMode{},
		},
		"set_maintenance_mode": {
			call: func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) {
				return s.SetMaintenanceMode(ctx, ops.MaintenanceUpdate{Enabled: true, Message: "Back at <8>"})
			},
			request: `PUT /api/config/maintenance {"enabled":true,"message":"Back at \u003c8\u003e"}`,
			answer:  `{"data": {"enabled": true, "message": "Back at <8>", "updated_at": "2026-03-01T12:00:00Z", "updated_by": "dave"}}`,
			want:    ops.MaintenanceMode{Enabled: true, Message: "Back at <8>", UpdatedAt: &noon, UpdatedBy: new("dave")},
		},
		"get_export_config": {
			call:    func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) { return s.GetExportConfig(ctx) },
			request: "GET /api/config/export ",
			answer:  `{"data": {"max_duration_seconds": 3600, "updated_at": "2026-03-01T12:00:00", "updated_by": "dave"}}`,
			want:    ops.ExportConfig{MaxDurationSeconds: 3600, UpdatedAt: &noon, UpdatedBy: new("dave")},
		},
		"update_export_config": {
			call: func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) {
				return s.UpdateExportConfig(ctx, ops.ExportUpdate{MaxDurationSeconds: 60})
			},
			request: `PUT /api/config/export {"max_duration_seconds":60}`,
			answer:  `{"data": {"max_duration_seconds": 60, "updated_at": null, "updated_by": null}}`,
			want:    ops.ExportConfig{MaxDurationSeconds: 60},
		},
		"trigger_job": {
			call: func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) {
				return s.TriggerJob(ctx, ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "after the incident"})
			},
			request: `POST /api/ops/jobs/trigger {"job_name":"lifecycle","reason":"after the incident"}`,
			answer: `{"data": {"job_name": "lifecycle", "triggered_at": "2026-03-01T12:00:00", "triggered_by": "dave",
				"reason": "after the incident", "status": "queued"}}`,
			want: ops.JobTriggered{
				JobName: ops.JobLifecycle, TriggeredAt: noon, TriggeredBy: "dave", Reason: "after the incident", Status: "queued",
			},
		},
		"get_job_status": {
			call:    func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) { return s.GetJobStatus(ctx) },
			request: "GET /api/ops/jobs/status ",
			answer: `{"data": {"jobs": [{"name": "lifecycle", "next_run": "2026-03-01T12:00:00"},
				{"name": "schema_cache", "next_run": null}]}}`,
			want: ops.JobStatus{Jobs: []ops.Job{{Name: ops.JobLifecycle, NextRun: &noon}, {Name: ops.JobSchemaCache}}},
		},
		"get_state": {
			call:    func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) { return s.GetState(ctx) },
			request: "GET /api/ops/state ",
			answer: `{"data": {"instances": {"total": 1, "by_status": {"running": 1}, "without_pod_name": 1},
				"snapshots": {"total": 2, "by_status": {"ready": 2}}, "export_jobs": {"by_status": {"failed": 3}}}}`,
			want: ops.State{
				Instances:  ops.InstancesState{Total: 1, ByStatus: map[string]int{"running": 1}, WithoutPodName: 1},
				Snapshots:  ops.SnapshotsState{Total: 2, ByStatus: map[string]int{"ready": 2}},
				ExportJobs: ops.ExportsState{ByStatus: map[string]int{"failed": 3}},
			},
		},
		"get_export_jobs": {
			call: func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) {
				return s.GetExportJobs(ctx, ops.ExportJobsQuery{Status: ops.ExportClaimed, Limit: 7})
			},
			request: "GET /api/ops/export-jobs?limit=7&status=claimed ",
			answer: `{"data": {"jobs": [{"id": 9, "snapshot_id": 2, "entity_type": "node", "entity_name": "Customer", "status": "claimed",
				"claimed_at": "2026-03-01T12:00:00", "claimed_by": "worker-1", "attempts": 2, "error_message": null}]}}`,
			want: []ops.ExportJob{{
				ID: 9, SnapshotID: 2, EntityType: "node", EntityName: "Customer", Status: ops.ExportClaimed,
				ClaimedAt: &noon, ClaimedBy: new("worker-1"), Attempts: 2,
			}},
		},
		"get_export_jobs of all": {
			call: func(ctx context.Context, s ops.Service, _ ops.Instances) (any, error) {
				return s.GetExportJobs(ctx, ops.ExportJobsQuery{})
			},
			request: "GET /api/ops/export-jobs ",
			answer:  `{"data": {"jobs": []}}`,
			want:    []ops.ExportJob{},
		},
		"create an instance": {
			call: func(ctx context.Context, _ ops.Service, i ops.Instances) (any, error) {
				return i.CreateInstance(ctx, ops.InstanceRequest{MappingID: 4, WrapperType: "ryugraph", Name: "Fraud"})
			},
			request: `POST /api/instances {"mapping_id":4,"wrapper_type":"ryugraph","name":"Fraud"}`,
			status:  http.StatusCreated,
			answer: `{"data": {"id": 11, "name": "Fraud", "status": "waiting_for_snapshot",
				"created_at": "2026-03-01T12:00:00", "later": {}}}`,
			want: ops.Instance{ID: 11, Name: "Fraud", Status: ops.InstanceWaitingForSnapshot, CreatedAt: noon},
		},
		"list instances": {
			call: func(ctx context.Context, _ ops.Service, i ops.Instances) (any, error) {
				return i.ListInstances(ctx, ops.InstancesQuery{
					Owner: "alice", Status: ops.InstanceRunning, Search: "a&b=ü/ %", Offset: 20, Limit: 10,
				})
			},
			request: "GET /api/instances?limit=10&offset=20&owner=alice&search=a%26b%3D%C3%BC%2F+%25&status=running ",
			answer:  `{"data": [{"id": 1, "status": "running"}], "meta": {"total": 21, "limit": 10, "offset": 20}}`,
			want: ops.InstancesPage{
				Instances: []ops.Instance{{ID: 1, Status: ops.InstanceRunning}}, Total: 21, Limit: 10, Offset: 20,
			},
		},
		"get an instance": {
			call:    func(ctx context.Context, _ ops.Service, i ops.Instances) (any, error) { return i.GetInstance(ctx, 11) },
			request: "GET /api/instances/11 ",
			answer:  `{"data": {"id": 11, "status": "failed", "error_code": "UNEXPECTED_TERMINATION"}}`,
			want:    ops.Instance{ID: 11, Status: ops.InstanceFailed, ErrorCode: new("UNEXPECTED_TERMINATION")},
		},
		"delete an instance": {
			call: func(ctx context.Context, _ ops.Service, i ops.Instances) (any, error) {
				return nil, i.DeleteInstance(ctx, 11)
			},
			request: "DELETE /api/instances/11 ",
			status:  http.StatusNoContent,
		},
		"suspend an instance": {
			call: func(ctx context.Context, _ ops.Service, i ops.Instances) (any, error) {
				return i.SuspendInstance(ctx, 11)
			},
			request: "POST /api/instances/11/suspend ",
			answer:  `{"data": {"id": 11, "status": "suspended"}}`,
			want:    ops.Instance{ID: 11, Status: ops.InstanceSuspended},
		},
		"resume an instance": {
			call: func(ctx context.Context, _ ops.Service, i ops.Instances) (any, error) {
				return i.ResumeInstance(ctx, 11)
			},
			request: "POST /api/instances/11/resume ",
			answer:  `{"data": {"id": 11, "status": "resuming"}}`,
			want:    ops.Instance{ID: 11, Status: ops.InstanceResuming},
		},
		"extend an instance": {
			call: func(ctx context.Context, _ ops.Service, i ops.Instances) (any, error) {
				return i.UpdateInstanceLifecycle(ctx, 11, ops.InstanceLifecycle{TTL: new("PT36H")})
			},
			request: `PUT /api/instances/11/lifecycle {"ttl":"PT36H"}`,
			answer:  `{"data": {"id": 11, "status": "running", "ttl": "PT36H"}}`,
			want:    ops.Instance{ID: 11, Status: ops.InstanceRunning, TTL: new("PT36H")},
		},
		"events of an instance": {
			call: func(ctx context.Context, _ ops.Service, i ops.Instances) (any, error) {
				return i.GetInstanceEvents(ctx, 11, ops.InstanceEventsQuery{Offset: 5, Limit: 10})
			},
			request: "GET /api/instances/11/events?limit=10&offset=5 ",
			answer:  `{"data": [{"id": 3, "event_type": "oom_recovered", "details": {"to": 8}, "created_at": "2026-03-01T12:00:00"}], "meta": {}}`,
			want: []ops.InstanceEvent{
				{ID: 3, EventType: "oom_recovered", Details: json.RawMessage(`{"to": 8}`), CreatedAt: noon},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			requests := make(chan string, 1)
			client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}

				requests <- r.Method + " " + r.RequestURI + " " + string(body)

				if status := test.status; status != 0 {
					w.WriteHeader(status)
				}

				_, _ = io.WriteString(w, test.answer)
			})

			got, err := test.call(t.Context(), client.As(dave), client.InstancesAs(dave))
			if err != nil {
				t.Fatal(err)
			}

			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}

			if request := <-requests; request != test.request {
				t.Errorf("requested %s\nwant      %s", request, test.request)
			}
		})
	}
}

func TestNewClientRefuses(t *testing.T) {
	t.Parallel()

	for name, config := range map[string]ops.ClientConfig{
		"no URL":           {Credentials: ops.Passthrough()},
		"no scheme":        {BaseURL: "control-plane:8000", Credentials: ops.Passthrough()},
		"another scheme":   {BaseURL: "ftp://control-plane", Credentials: ops.Passthrough()},
		"no host":          {BaseURL: "https:///api", Credentials: ops.Passthrough()},
		"a password":       {BaseURL: "https://user:" + secret + "@control-plane", Credentials: ops.Passthrough()},
		"no URL at all":    {BaseURL: "https://" + secret + "%zz", Credentials: ops.Passthrough()},
		"a query":          {BaseURL: "https://control-plane/?key=" + secret, Credentials: ops.Passthrough()},
		"no credentials":   {BaseURL: "https://control-plane"},
		"negative timeout": {BaseURL: "https://control-plane", Credentials: ops.Passthrough(), Timeout: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := ops.NewClient(config)
			if err == nil {
				t.Fatal("accepted")
			}

			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error repeats a secret: %v", err)
			}
		})
	}
}
