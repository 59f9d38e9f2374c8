package opstest

import (
	"bytes"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

func testHealth(t *testing.T, s Subject) {
	health := must[ops.Health](t)(s.ops().GetClusterHealth(t.Context()))

	if health.CheckedAt.IsZero() {
		t.Error("the answer does not say when")
	}

	same(t, "status", health.Status, ops.Healthy)

	for _, name := range []string{ops.ComponentDatabase, ops.ComponentKubernetes, ops.ComponentStarburst} {
		component, ok := health.Components[name]
		if !ok {
			t.Errorf("there is no component %s", name)
		}

		// Without a cluster or a warehouse a platform can be tested, without a database not.
		if component.Status != ops.ComponentConnected && (name == ops.ComponentDatabase || component.Status != ops.ComponentNotConfigured) {
			t.Errorf("%s is %s", name, show(component))
		}

		if component.Status == ops.ComponentConnected && component.LatencyMS == nil {
			t.Errorf("%s has no latency", name)
		}
	}
}

// testMetrics checks that everybody gets them.
func testMetrics(t *testing.T, s Subject) {
	for _, who := range []ops.Caller{{}, alice(), dave()} {
		metrics := must[[]byte](t)(s.Platform.As(who).GetMetrics(t.Context()))
		if !bytes.Contains(metrics, []byte("graph_olap_database_connections")) {
			t.Errorf("%q gets %.200q", who.Username, metrics)
		}
	}
}

// testCounts checks that the summaries agree with what was created.
func testCounts(t *testing.T, s Subject) {
	ctx, service := t.Context(), s.ops()

	for range 2 {
		create(t, s, bob(), "one of two")
	}

	for range 3 {
		create(t, s, alice(), "one of three")
	}

	must[ops.ConcurrencyConfig](t)(service.UpdateConcurrencyConfig(ctx, Limits(3, 4)))

	waiting := map[string]int{string(ops.InstanceWaitingForSnapshot): 5}
	same(t, "instances", must[ops.ClusterInstances](t)(service.GetClusterInstances(ctx)), ops.ClusterInstances{
		Total: 5, ByStatus: waiting,
		ByOwner: []ops.OwnerCount{{OwnerUsername: "alice", Count: 3}, {OwnerUsername: "bob", Count: 2}},
		// Above a limit that was lowered, nothing is available, and no less than that.
		Limits: ops.Limits{PerAnalyst: 3, ClusterTotal: 4, ClusterUsed: 5, ClusterAvailable: 0},
	})

	state := must[ops.State](t)(service.GetState(ctx))
	same(t, "instances of the state", state.Instances.ByStatus, waiting)
	same(t, "total of the state", state.Instances.Total, 5)
	same(t, "total of snapshots", state.Snapshots.Total, sum(state.Snapshots.ByStatus))

	if state.Snapshots.Total == 0 || sum(state.ExportJobs.ByStatus) == 0 {
		t.Errorf("nothing is exported: %s", show(state))
	}
}

func sum(counts map[string]int) (total int) {
	for _, n := range counts {
		total += n
	}

	return total
}

func testExportJobs(t *testing.T, s Subject) {
	ctx, service := t.Context(), s.ops()
	create(t, s, alice(), "the first")

	jobs := must[[]ops.ExportJob](t)(service.GetExportJobs(ctx, ops.ExportJobsQuery{}))
	if len(jobs) != 2 {
		t.Fatalf("got %s, want a node and an edge", show(jobs))
	}

	kinds := map[string]bool{}

	for _, job := range jobs {
		kinds[job.EntityType] = true

		same(t, "status", job.Status, ops.ExportPending)

		if job.ID == 0 || job.SnapshotID == 0 || job.EntityName == "" {
			t.Errorf("incomplete: %s", show(job))
		}
	}

	same(t, "kinds", kinds, map[string]bool{"node": true, "edge": true})

	if jobs[0].ID < jobs[1].ID {
		t.Error("the newest does not come first")
	}

	newest := must[[]ops.ExportJob](t)(service.GetExportJobs(ctx, ops.ExportJobsQuery{Status: ops.ExportPending, Limit: 1}))
	same(t, "the newest", newest, jobs[:1])

	for _, status := range ops.ExportJobStatuses()[1:] {
		none := must[[]ops.ExportJob](t)(service.GetExportJobs(ctx, ops.ExportJobsQuery{Status: status, Limit: ops.ExportJobsMaxLimit}))
		same(t, string(status), none, []ops.ExportJob{})
	}

	_, err := service.GetExportJobs(ctx, ops.ExportJobsQuery{Status: "stuck"})
	invalid(t, err, "query.status")

	for _, limit := range []int{-1, ops.ExportJobsMaxLimit + 1} {
		_, err = service.GetExportJobs(ctx, ops.ExportJobsQuery{Limit: limit})
		invalid(t, err, "query.limit")
	}
}
