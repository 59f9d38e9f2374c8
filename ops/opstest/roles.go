package opstest

import (
	"context"
	"fmt"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// operation is one of the contract's, called with something valid that changes
// nothing that another test of the same platform looks at.
type operation struct {
	name string
	call func(ctx context.Context, s ops.Service) error
}

// operations are those that want the role ops: all but get_metrics.
func operations() []operation {
	return []operation{
		{"get_cluster_health", result(ops.Service.GetClusterHealth)},
		{"get_cluster_instances", result(ops.Service.GetClusterInstances)},
		{"get_lifecycle_config", result(ops.Service.GetLifecycleConfig)},
		{"update_lifecycle_config", taking(ops.Service.UpdateLifecycleConfig, ops.LifecycleUpdate{
			Mapping: &ops.LifecycleRuleUpdate{DefaultTTL: new("P9D")},
		})},
		{"get_concurrency_config", result(ops.Service.GetConcurrencyConfig)},
		{"update_concurrency_config", taking(ops.Service.UpdateConcurrencyConfig, Limits(9, 99))},
		{"get_maintenance_mode", result(ops.Service.GetMaintenanceMode)},
		{"set_maintenance_mode", taking(ops.Service.SetMaintenanceMode, ops.MaintenanceUpdate{Enabled: true})},
		{"get_export_config", result(ops.Service.GetExportConfig)},
		{"update_export_config", taking(ops.Service.UpdateExportConfig, ops.ExportUpdate{MaxDurationSeconds: 999})},
		{"trigger_job", taking(ops.Service.TriggerJob, ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "a test"})},
		{"get_job_status", result(ops.Service.GetJobStatus)},
		{"get_state", result(ops.Service.GetState)},
		{"get_export_jobs", taking(ops.Service.GetExportJobs, ops.ExportJobsQuery{})},
	}
}

func result[T any](call func(ops.Service, context.Context) (T, error)) func(context.Context, ops.Service) error {
	return func(ctx context.Context, s ops.Service) error {
		_, err := call(s, ctx)

		return err
	}
}

func taking[A, T any](call func(ops.Service, context.Context, A) (T, error), argument A) func(context.Context, ops.Service) error {
	return func(ctx context.Context, s ops.Service) error {
		_, err := call(s, ctx, argument)

		return err
	}
}

// testRoles checks that every operation wants exactly ops, in whatever case.
func testRoles(t *testing.T, s Subject) {
	for _, op := range operations() {
		for _, who := range []ops.Caller{alice(), carol()} {
			e := refusal(t, op.call(t.Context(), s.Platform.As(who)), ops.CodeInsufficientRole)
			same(t, op.name, e.Message, fmt.Sprintf("Role 'ops' required, user has '%s'", who.Role))
			detail(t, e, map[string]any{"required_role": "ops", "user_role": who.Role})
		}

		if err := op.call(t.Context(), s.Platform.As(caller("dave", "OPS"))); err != nil {
			t.Errorf("%s as OPS: %v", op.name, err)
		}
	}
}

// testIdentities checks what is said to somebody who is nobody, or nothing.
func testIdentities(t *testing.T, s Subject) {
	for code, who := range map[ops.Code]ops.Caller{
		ops.CodeUnauthorized: {},
		ops.CodeMissingRole:  caller("dave", ""),
		ops.CodeInvalidRole:  caller("dave", "operator"),
	} {
		for _, op := range operations() {
			refused(t, op.call(t.Context(), s.Platform.As(who)), code)
		}

		_, err := s.Instances.InstancesAs(who).ListInstances(t.Context(), ops.InstancesQuery{})
		refused(t, err, code)
	}
}

// testRefusedWrites checks that who may not write has not written.
func testRefusedWrites(t *testing.T, s Subject) {
	for _, op := range operations() {
		refused(t, op.call(t.Context(), s.Platform.As(carol())), ops.CodeInsufficientRole)
	}

	testDefaults(t, s)

	// Nor does a refused trigger start the minute in which no other is taken.
	if _, err := s.ops().TriggerJob(t.Context(), ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "a test"}); err != nil {
		t.Error(err)
	}
}
