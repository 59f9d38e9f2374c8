package ops_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// TestClientOfAControlPlaneThatLacksACall: what is missing is told from an instance that is, and nothing was done.
func TestClientOfAControlPlaneThatLacksACall(t *testing.T) {
	t.Parallel()

	const json = "application/json"

	for name, test := range map[string]struct {
		status     int
		kind, body string
		code       ops.Code
	}{
		"FastAPI's":      {http.StatusNotFound, json, `{"detail": "Not Found"}`, ops.CodeNotSupported},
		"an ingress's":   {http.StatusNotFound, "text/html", "<h1>404</h1>", ops.CodeNotSupported},
		"another method": {http.StatusMethodNotAllowed, json, `{"detail": "Method Not Allowed"}`, ops.CodeNotSupported},
		"not made yet":   {http.StatusNotImplemented, json, `{}`, ops.CodeNotSupported},
		"an older embedded's": {
			http.StatusNotFound, json, `{"error": {"code": "RESOURCE_NOT_FOUND", "message": "Path /api/instances/11/suspend not found",
				"details": {"resource_type": "Path", "resource_id": "/api/instances/11/suspend"}}}`, ops.CodeNotSupported,
		},
		"no such instance": {
			http.StatusNotFound, json, `{"error": {"code": "RESOURCE_NOT_FOUND", "message": "Instance 11 not found",
				"details": {"resource_type": "instance", "resource_id": "11"}}}`, ops.CodeNotFound,
		},
		"not running": {http.StatusConflict, json, `{"error": {"code": "INVALID_STATE", "message": "No"}}`, ops.CodeInvalidState},
	} {
		for call, do := range map[string]func(ctx context.Context, i ops.Instances) error{
			"suspend": func(ctx context.Context, i ops.Instances) error { return failed(i.SuspendInstance(ctx, 11)) },
			"resume":  func(ctx context.Context, i ops.Instances) error { return failed(i.ResumeInstance(ctx, 11)) },
			"lifecycle": func(ctx context.Context, i ops.Instances) error {
				return failed(i.UpdateInstanceLifecycle(ctx, 11, ops.InstanceLifecycle{}))
			},
			"events": func(ctx context.Context, i ops.Instances) error {
				return failed(i.GetInstanceEvents(ctx, 11, ops.InstanceEventsQuery{}))
			},
		} {
			client := newClient(t, answering(test.status, test.kind, test.body))

			err := do(t.Context(), client.InstancesAs(dave))
			if e := ops.AsError(err); e == nil || e.Code != test.code || !ops.NotDone(err) {
				t.Errorf("%s, %s: got %v, want %s, which did nothing", call, name, err, test.code)
			}
		}
	}

	// What every control plane has is not missing.
	client := newClient(t, answering(http.StatusNotFound, json, `{"detail": "Not Found"}`))
	if e := ops.AsError(client.InstancesAs(dave).DeleteInstance(t.Context(), 11)); e == nil || e.Code != ops.CodeNotFound {
		t.Errorf("delete: got %v, want %s", e, ops.CodeNotFound)
	}
}

func failed[T any](_ T, err error) error { return err }
