package opstest

import (
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// testDefaults checks section 4 of the contract: what a new platform is set to.
func testDefaults(t *testing.T, s Subject) {
	ctx, service := t.Context(), s.ops()

	same(t, "lifecycle", must[ops.LifecycleConfig](t)(service.GetLifecycleConfig(ctx)), ops.LifecycleConfig{
		Mapping:  ops.LifecycleRule{DefaultInactivity: new("P30D"), MaxTTL: new("P365D")},
		Snapshot: ops.LifecycleRule{DefaultTTL: new("P7D"), DefaultInactivity: new("P3D"), MaxTTL: new("P30D")},
		Instance: ops.LifecycleRule{DefaultTTL: new("PT24H"), DefaultInactivity: new("PT4H"), MaxTTL: new("P7D")},
	})

	concurrency := must[ops.ConcurrencyConfig](t)(service.GetConcurrencyConfig(ctx))
	same(t, "per_analyst", concurrency.PerAnalyst, 5)
	same(t, "cluster_total", concurrency.ClusterTotal, 50)

	maintenance := must[ops.MaintenanceMode](t)(service.GetMaintenanceMode(ctx))
	same(t, "enabled", maintenance.Enabled, false)
	same(t, "message", maintenance.Message, "")
	same(t, "max_duration_seconds", must[ops.ExportConfig](t)(service.GetExportConfig(ctx)).MaxDurationSeconds, 3600)

	same(t, "instances", must[ops.ClusterInstances](t)(service.GetClusterInstances(ctx)), ops.ClusterInstances{
		ByStatus: map[string]int{}, ByOwner: []ops.OwnerCount{},
		Limits: ops.Limits{PerAnalyst: 5, ClusterTotal: 50, ClusterAvailable: 50},
	})
	same(t, "state", must[ops.State](t)(service.GetState(ctx)), ops.State{
		Instances:  ops.InstancesState{ByStatus: map[string]int{}},
		Snapshots:  ops.SnapshotsState{ByStatus: map[string]int{}},
		ExportJobs: ops.ExportsState{ByStatus: map[string]int{}},
	})
	same(t, "export jobs", must[[]ops.ExportJob](t)(service.GetExportJobs(ctx, ops.ExportJobsQuery{})), []ops.ExportJob{})
	same(t, "a page of instances",
		must[ops.InstancesPage](t)(s.Instances.InstancesAs(alice()).ListInstances(ctx, ops.InstancesQuery{})),
		ops.InstancesPage{Instances: []ops.Instance{}, Limit: 50})
}

func testConcurrency(t *testing.T, s Subject) {
	ctx, service := t.Context(), s.ops()

	for _, update := range []ops.ConcurrencyUpdate{
		{PerAnalyst: ops.PerAnalystMin, ClusterTotal: ops.ClusterTotalMin},
		{PerAnalyst: ops.PerAnalystMax, ClusterTotal: ops.ClusterTotalMax},
		{PerAnalyst: ops.PerAnalystMax, ClusterTotal: ops.ClusterTotalMax}, // a client that repeats itself
	} {
		answer := must[ops.ConcurrencyConfig](t)(service.UpdateConcurrencyConfig(ctx, update))
		same(t, "answer", ops.ConcurrencyUpdate{PerAnalyst: answer.PerAnalyst, ClusterTotal: answer.ClusterTotal}, update)

		if answer.UpdatedAt == nil {
			t.Error("the answer does not say when")
		}

		same(t, "read back", must[ops.ConcurrencyConfig](t)(service.GetConcurrencyConfig(ctx)), answer)
	}

	before := must[ops.ConcurrencyConfig](t)(service.GetConcurrencyConfig(ctx))

	for _, test := range []struct {
		update ops.ConcurrencyUpdate
		fields []string
	}{
		{ops.ConcurrencyUpdate{}, []string{"body.per_analyst", "body.cluster_total"}},
		{ops.ConcurrencyUpdate{PerAnalyst: 0, ClusterTotal: 10}, []string{"body.per_analyst"}},
		{ops.ConcurrencyUpdate{PerAnalyst: 101, ClusterTotal: 10}, []string{"body.per_analyst"}},
		{ops.ConcurrencyUpdate{PerAnalyst: 10, ClusterTotal: -1}, []string{"body.cluster_total"}},
		{ops.ConcurrencyUpdate{PerAnalyst: 10, ClusterTotal: 1001}, []string{"body.cluster_total"}},
	} {
		_, err := service.UpdateConcurrencyConfig(ctx, test.update)
		invalid(t, err, test.fields...)
	}

	same(t, "after refusals", must[ops.ConcurrencyConfig](t)(service.GetConcurrencyConfig(ctx)), before)
}

func testExport(t *testing.T, s Subject) {
	ctx, service := t.Context(), s.ops()

	for _, seconds := range []int{ops.MaxDurationSecondsMin, ops.MaxDurationSecondsMax, ops.MaxDurationSecondsMax} {
		answer := must[ops.ExportConfig](t)(service.UpdateExportConfig(ctx, ops.ExportUpdate{MaxDurationSeconds: seconds}))
		same(t, "answer", answer.MaxDurationSeconds, seconds)
		same(t, "updated_by", answer.UpdatedBy, new("dave"))
		same(t, "read back", must[ops.ExportConfig](t)(service.GetExportConfig(ctx)), answer)
	}

	for _, seconds := range []int{-1, 0, 59, 86401} {
		_, err := service.UpdateExportConfig(ctx, ops.ExportUpdate{MaxDurationSeconds: seconds})
		invalid(t, err, "body.max_duration_seconds")
	}

	same(t, "after refusals", must[ops.ExportConfig](t)(service.GetExportConfig(ctx)).MaxDurationSeconds, ops.MaxDurationSecondsMax)
}

func testMaintenanceMode(t *testing.T, s Subject) {
	ctx, service := t.Context(), s.ops()

	for _, update := range []ops.MaintenanceUpdate{
		{Enabled: true, Message: "Back at 8 <b>&amp;</b> \"soon\" \\ %s 'Grüße' 🛠\n\u2028$1"},
		{Enabled: true, Message: ""},
		{Enabled: false, Message: "The last window went well"},
		{},
	} {
		answer := must[ops.MaintenanceMode](t)(service.SetMaintenanceMode(ctx, update))
		same(t, "answer", ops.MaintenanceUpdate{Enabled: answer.Enabled, Message: answer.Message}, update)
		same(t, "updated_by", answer.UpdatedBy, new("dave"))

		if answer.UpdatedAt == nil {
			t.Error("the answer does not say when")
		}

		same(t, "read back", must[ops.MaintenanceMode](t)(service.GetMaintenanceMode(ctx)), answer)
	}

	_, err := service.SetMaintenanceMode(ctx, ops.MaintenanceUpdate{Enabled: true, Message: "a\x00b"})
	invalid(t, err, "body.message")
	same(t, "after a refusal", must[ops.MaintenanceMode](t)(service.GetMaintenanceMode(ctx)).Enabled, false)
}
